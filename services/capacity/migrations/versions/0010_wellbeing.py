"""What institutions observe of children's wellbeing."""

import sqlalchemy as sa

from services.shared.migrate import build_wall, create_record_table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    create_record_table("wellbeing", sa.Column("child", sa.String, nullable=False, index=True))
    build_wall("wellbeing")
