"""Supervision visits, and what families are supported with."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("supervision_visits", "support_agreements"):
        create_record_table(table, sa.Column("family", sa.String, nullable=False, index=True))
    build_wall("supervision_visits", "support_agreements")
