"""Events keep the trace that they belong to."""

from services.shared.migrate import trace_events

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    trace_events()
