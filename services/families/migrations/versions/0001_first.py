"""Families and follow-ups."""

import sqlalchemy as sa

from services.shared.migrate import create_record_table, create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    create_record_table("families")
    create_record_table("follow_ups", sa.Column("parent", sa.String, nullable=False, index=True))
