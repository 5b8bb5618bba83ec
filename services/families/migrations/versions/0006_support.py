"""Corrections of follow-ups, agreed actions, drafts, and what authorities decide on follow-ups."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_record_table(
        "follow_up_versions",
        sa.Column("parent", sa.String, nullable=False, index=True),
    )
    create_record_table(
        "agreed_actions",
        sa.Column("family", sa.String, nullable=False, index=True),
        sa.Column("consultant", sa.String, nullable=False, index=True),
        sa.Column("state", sa.Integer, nullable=False, index=True),
    )
    create_record_table(
        "follow_up_drafts",
        sa.Column("family", sa.String, nullable=False, index=True),
        sa.Column("author", sa.String, nullable=False, index=True),
    )
    create_record_table("support_policies")
    build_wall("follow_up_versions", "agreed_actions", "follow_up_drafts")
    build_wall("support_policies", open_to_all=True)
