"""What institutions delivered, with its wall."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_record_table("deliveries", sa.Column("parent", sa.String, nullable=False, index=True))
    build_wall("deliveries", open_to_all=True)
