"""Institutions, units, vacancies, the waiting list."""

import sqlalchemy as sa

from services.shared.migrate import create_record_table, create_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    create_record_table("institutions")
    create_record_table("units", sa.Column("parent", sa.String, nullable=False, index=True))
    create_record_table("vacancies")
    create_record_table("waiting_list", sa.Column("waiting", sa.Boolean, nullable=False, index=True))
