"""What every service needs, looked at: each check raises what it finds wrong."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from nats.aio.client import Client
from sqlmodel import Session, col, func, select

from services.shared import migrate, readiness
from services.shared.clock import Clock
from services.shared.database import Database
from services.shared.readiness import Check
from services.shared.store import Store
from services.shared.streams import Streams
from services.shared.tables import Lease, OutboxEvent

LATE = timedelta(seconds=30)
"""So long an event may wait in the outbox."""


class Unmet(Exception):
    """A need is not met."""


class TablesOld(Unmet):
    """The database lacks a migration."""


class EventsLate(Unmet):
    """The oldest event in the outbox waits too long."""


@dataclass(frozen=True)
class Needing:
    """A service, and what its needs are looked at with."""

    service: str
    store: Store
    database: Database
    connection: Client
    streams: Streams
    clock: Clock
    outbox_limit: int

    def checks(self) -> Mapping[str, Check]:
        """The checks, by the needs that they look at."""
        return {
            readiness.DATABASE: lambda: self.database.write(_mark),
            readiness.SCHEMA: lambda: self.database.read(partial(_require_current, self.service)),
            readiness.NATS: lambda: self.connection.jetstream().stream_info(self.service),
            readiness.STREAMS: self.streams.check,
            readiness.OUTBOX: self._outbox,
        }

    async def _outbox(self) -> None:
        count, oldest = await self.database.read(_unsent)
        self.store.outbox_full = count >= self.outbox_limit
        if oldest is not None and self.clock.now() - datetime.fromisoformat(oldest) > LATE:
            raise EventsLate


def _mark(session: Session) -> None:
    """Writes what nobody reads: a database that is full or can only be read says so at the commit."""
    session.merge(Lease(name="readiness", holder="", until=time.time(), claims=0))


def _require_current(service: str, session: Session) -> None:
    if not migrate.is_current(service, session.connection()):
        raise TablesOld


def _unsent(session: Session) -> tuple[int, str | None]:
    """How many events wait in the outbox, and since when the first of them."""
    unsent = select(func.count(), func.min(OutboxEvent.time)).where(col(OutboxEvent.sent_time).is_(None))
    return session.exec(unsent).one()
