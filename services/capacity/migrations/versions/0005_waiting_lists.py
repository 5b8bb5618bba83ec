"""The version of a waiting list is found without its entries, and entries name the child."""

import sqlalchemy as sa
from alembic import op

from services.shared.migrate import see_everything

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_waiting_list_versions", "waiting_list", ["authority", "version"])
    see_everything()
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM waiting_list")):
        # Entries are copies: a rebuild, begun here and ended by the service, makes them anew with all that they hold.
        op.execute("UPDATE waiting_list SET version = 0")
        op.execute("INSERT INTO inbox (consumer, event_id, time) VALUES ('capacity-rebuild-begun', 'shape-0005', '')")
