"""Placements that somebody has to look at again."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_record_table(
        "risk_views",
        sa.Column("state", sa.Integer, nullable=False, index=True),
        sa.Column("child", sa.String, nullable=False, index=True),
    )
    build_wall("risk_views")
