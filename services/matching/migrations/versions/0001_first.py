"""Copies of homes and children, runs, what was shown."""

import sqlalchemy as sa

from services.shared.migrate import create_record_table, create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    for copy in ("families", "units", "vacancies", "placements"):
        create_record_table(copy)
    create_record_table("requests", sa.Column("state", sa.Integer, nullable=False, index=True))
    create_record_table("match_runs", sa.Column("state", sa.Integer, nullable=False, index=True))
    create_record_table("run_records")
    create_record_table("suggestions")
