"""Publishes what the outbox holds, in order, and marks it sent once NATS has it on disk."""

import asyncio
import time

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import NoStreamResponseError
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col, func

from services.shared import metrics
from services.shared.clock import Clock
from services.shared.consumers import Bus
from services.shared.database import Database
from services.shared.events import Unsent, headers
from services.shared.leases import Leases
from services.shared.statements import Statement
from services.shared.streams import Drifted
from services.shared.tables import OutboxEvent

log = structlog.get_logger()

BATCH = 100
POLL_SECONDS = 1.0
LEASE = "relay"
LEASE_SECONDS = 4.0
PUBLISH_SECONDS = 2.0


_UNSENT = Statement(
    select(*(getattr(OutboxEvent, name) for name in Unsent._fields))
    .where(col(OutboxEvent.sent_time).is_(None))
    .order_by(col(OutboxEvent.sequence))
    .limit(bindparam("most"))
)


class Relay:
    """The only publisher of one service's events: of its replicas, the one that holds the lease."""

    def __init__(self, service: str, database: Database, bus: Bus, clock: Clock) -> None:
        self._service = service
        self._database = database
        self._leases = Leases(database)
        self._leads_until = 0.0
        self._jetstream = bus.jetstream
        self._streams = bus.streams
        self._looks = bus.streams.looks()
        self._courtesy = bus.courtesy
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Tells that there may be something to publish; a poll is the net below it."""
        self._woken.set()

    async def run(self) -> None:
        """Publishes until cancelled. While NATS is away events wait, and calls go on."""
        try:
            while True:
                self._woken.clear()
                if self._looks.due() and await self._leads():
                    await self._keep_stream()
                begun = time.monotonic()
                sent = await self._publish_some()
                await self._courtesy.rest(sent, time.monotonic() - begun)
                if sent == 0:
                    await self._rest()
        finally:
            await self._let_go()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _publish_some(self) -> int:
        waiting = await self._database.read(_unsent)
        if not waiting or not await self._leads():
            return 0
        # Written to the connection in their order; only those that NATS has acknowledged are marked.
        refusals = await asyncio.gather(*(self._refusal(event) for event in waiting))
        sent = [event.sequence for event, refusal in zip(waiting, refusals, strict=True) if refusal is None]
        if sent:
            now = self._clock.now().isoformat()
            await self._database.write(lambda session: _mark_sent(session, sent, now))
            metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(sent))
        if any(isinstance(refusal, NoStreamResponseError) for refusal in refusals):
            await self._keep_stream()
        return len(sent)

    async def _leads(self) -> bool:
        """Whether this replica is to publish. One that was frozen may publish again what another did: it is dropped."""
        asked = time.monotonic()
        if asked > self._leads_until and await self._leases.claim(LEASE, LEASE_SECONDS):
            self._leads_until = asked + LEASE_SECONDS / 2
        return asked < self._leads_until

    async def _let_go(self) -> None:
        if time.monotonic() < self._leads_until:
            await self._leases.release(LEASE)

    async def _refusal(self, event: Unsent) -> Exception | None:
        """Publishes an event; None once NATS has it."""
        try:
            await self._jetstream.publish(
                event.subject, event.body, timeout=PUBLISH_SECONDS, headers=headers(event, self._service)
            )
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("outbox.waits", error=type(error).__name__)
            return error
        return None

    async def _keep_stream(self) -> None:
        """Makes the stream where NATS has none. Where it holds less than was sent, all is published again.

        The database is the record: whoever heard of an event before has its mark in the inbox.
        """
        try:
            found = await self._streams.stream(self._service)
        except (NatsError, OSError, Drifted) as error:
            log.warning("stream.missing", stream=self._service, error=type(error).__name__)
            return
        sent = await self._database.read(_count_sent)
        if found.state.messages < sent:
            log.error("stream.incomplete", stream=self._service, count=sent - found.state.messages)
            await self._database.write(_mark_unsent)


def _unsent(session: Session) -> list[Unsent]:
    return [Unsent(*row) for row in _UNSENT.rows(session.connection(), {"most": BATCH})]


def _mark_sent(session: Session, sequences: list[int], time: str) -> None:
    session.connection().execute(
        update(OutboxEvent).where(col(OutboxEvent.sequence).in_(sequences)), {"sent_time": time}
    )


def _count_sent(session: Session) -> int:
    sent = select(func.count()).where(col(OutboxEvent.sent_time).is_not(None))
    return session.connection().scalar(sent) or 0


def _mark_unsent(session: Session) -> None:
    session.exec(update(OutboxEvent).values(sent_time=None))
