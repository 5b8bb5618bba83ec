"""Events keep the trace that they belong to."""

from services.shared.migrate import trace_events

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    trace_events()
