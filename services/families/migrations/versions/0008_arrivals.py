"""Copies of placements in families: who lives there since when."""

import sqlalchemy as sa
from alembic import op

from services.shared.migrate import build_wall, create_record_table, see_everything

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_record_table(
        "stays",
        sa.Column("home", sa.String, nullable=False, index=True),
        sa.Column("until", sa.String, nullable=False, index=True),
    )
    build_wall("stays")
    see_everything()
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM families")):
        # Copies that were never made: a rebuild, begun here and ended by the service, makes them.
        op.execute("INSERT INTO inbox (consumer, event_id, time) VALUES ('families-rebuild-begun', 'shape-0008', '')")
