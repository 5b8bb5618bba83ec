"""Copies of offers."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_record_table("offers", sa.Column("held", sa.Integer, nullable=False, index=True))
    build_wall("offers")
