"""Applications to the central list; of those who left a list, entries tell when and why."""

import sqlalchemy as sa
from alembic import op

from services.shared.migrate import build_wall, create_record_table, see_everything

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_record_table(
        "central_list_applications",
        sa.Column("request", sa.String, nullable=False, index=True),
        sa.Column("state", sa.Integer, nullable=False, index=True),
    )
    build_wall("central_list_applications")
    see_everything()
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM waiting_list")):
        # Entries are copies: a rebuild, begun here and ended by the service, makes them anew with all that they hold.
        op.execute("UPDATE waiting_list SET version = 0")
        op.execute("INSERT INTO inbox (consumer, event_id, time) VALUES ('capacity-rebuild-begun', 'shape-0008', '')")
