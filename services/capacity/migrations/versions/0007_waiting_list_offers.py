"""Entries tell what is sought, where the child lives meanwhile, and which homes were asked."""

import sqlalchemy as sa
from alembic import op

from services.shared.migrate import build_wall, create_record_table, see_everything

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_record_table("waiting_list_offers", sa.Column("parent", sa.String, nullable=False, index=True))
    op.create_index("ix_waiting_list_offers_versions", "waiting_list_offers", ["authority", "version"])
    build_wall("waiting_list_offers")
    see_everything()
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM waiting_list")):
        # Entries and offers are copies: a rebuild, begun here and ended by the service, makes them anew.
        op.execute("UPDATE waiting_list SET version = 0")
        op.execute("INSERT INTO inbox (consumer, event_id, time) VALUES ('capacity-rebuild-begun', 'shape-0007', '')")
