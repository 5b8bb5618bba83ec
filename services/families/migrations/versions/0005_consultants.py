"""Families are found by the consultant who follows them, and each one's latest follow-up without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # No family said who follows it before.
    op.add_column("families", sa.Column("consultant", sa.String, nullable=False, server_default=""))
    op.create_index("ix_families_consultant", "families", ["consultant"])
    op.create_index("ix_follow_ups_latest", "follow_ups", ["parent", "sort_key"])
