"""Requests and placements."""

import sqlalchemy as sa

from services.shared.migrate import create_record_table, create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    create_record_table("requests", sa.Column("state", sa.Integer, nullable=False, index=True))
    create_record_table("placements", sa.Column("home", sa.String, nullable=False, index=True))
