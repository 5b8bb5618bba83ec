"""What every service needs, looked at: each check raises what it finds wrong."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from nats.aio.client import Client
from sqlmodel import Session, col, func, select

from services.shared import migrate, readiness
from services.shared.clock import Clock
from services.shared.database import Database
from services.shared.readiness import Check
from services.shared.tables import Lease, OutboxEvent

LATE = timedelta(seconds=30)
"""So long an event may wait in the outbox."""


class Unmet(Exception):
    """A need is not met."""


class TablesOld(Unmet):
    """The database lacks a migration."""


class EventsLate(Unmet):
    """The oldest event in the outbox waits too long."""


def checks(service: str, database: Database, connection: Client, clock: Clock) -> Mapping[str, Check]:
    """The checks of one service, by the needs that they look at."""

    async def stream() -> None:
        await connection.jetstream().stream_info(service)

    return {
        readiness.DATABASE: lambda: database.write(_mark),
        readiness.SCHEMA: lambda: database.read(partial(_require_current, service)),
        readiness.NATS: stream,
        readiness.OUTBOX: lambda: database.read(partial(_require_prompt, clock.now())),
    }


def _mark(session: Session) -> None:
    """Writes what nobody reads: a database that is full or can only be read says so at the commit."""
    session.merge(Lease(name="readiness", holder="", until=time.time(), claims=0))


def _require_current(service: str, session: Session) -> None:
    if not migrate.is_current(service, session.connection()):
        raise TablesOld


def _require_prompt(now: datetime, session: Session) -> None:
    unsent = select(func.min(OutboxEvent.time)).where(col(OutboxEvent.sent_time).is_(None))
    oldest = session.exec(unsent).one()
    if oldest is not None and now - datetime.fromisoformat(oldest) > LATE:
        raise EventsLate
