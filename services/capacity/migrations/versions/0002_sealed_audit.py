"""The audit trail is sealed."""

from services.shared.migrate import seal_audit

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    seal_audit()
