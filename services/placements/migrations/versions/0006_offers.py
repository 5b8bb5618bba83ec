"""Offers and inquiries, with walls."""

from typing import Any

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_record_table("offers", *_columns(), sa.Column("requests", sa.String, nullable=False))
    create_record_table("inquiries", *_columns())
    build_wall("offers", "inquiries")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.Integer, nullable=False, index=True),
        sa.Column("home", sa.String, nullable=False, index=True),
        sa.Column("answer_by", sa.String, nullable=False),
    ]
