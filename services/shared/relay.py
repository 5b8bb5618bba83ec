"""Publishes what the outbox holds, in order, and marks it sent once NATS has it on disk."""

import asyncio
import time
from collections.abc import Mapping, Sequence

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
from services.shared.publishing import Outgoing, Publisher
from services.shared.statements import Statement
from services.shared.streams import Drifted
from services.shared.tables import OutboxEvent

log = structlog.get_logger()

BATCH = 100
POLL_SECONDS = 1.0
LEASE = "relay"
LEASE_SECONDS = 4.0
PUBLISH_SECONDS = 2.0

BATCHES = 20
"""So many are published one after another, before the stream is looked at again."""

_UNSENT = Statement(
    select(*(getattr(OutboxEvent, name) for name in Unsent._fields))
    .where(col(OutboxEvent.sent_time).is_(None), col(OutboxEvent.sequence) > bindparam("after"))
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
        self._publisher = Publisher(bus.client)
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
                if not await self._publish_some():
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
        """Publishes batch by batch while nothing is refused, and tells how many events.

        While NATS takes a batch, the one before is marked and the next one is read.
        """
        sent: list[int] = []
        number, waiting, refused = 0, await self._unsent(0), set[type[Exception]]()
        for _ in range(BATCHES):
            if not waiting or refused or not await self._leads():
                break
            begun = time.monotonic()
            refusals, following, _ = await asyncio.gather(
                self._published(waiting), self._following(waiting), self._mark(sent)
            )
            sent = [event.sequence for place, event in enumerate(waiting) if place not in refusals]
            number, waiting, refused = number + len(sent), following, {type(error) for error in refusals.values()}
            await self._courtesy.rest(len(sent), time.monotonic() - begun)
        await self._mark(sent)
        if NoStreamResponseError in refused:
            await self._keep_stream()
        return number

    async def _published(self, waiting: Sequence[Unsent]) -> Mapping[int, Exception]:
        """Publishes events in their order, and gives those that NATS does not have then, by their places."""
        messages = [Outgoing(event.subject, event.body, headers(event, self._service)) for event in waiting]
        refusals = await (await self._publisher.send(messages)).refusals(PUBLISH_SECONDS)
        for error in {type(error).__name__ for error in refusals.values()}:
            log.warning("outbox.waits", error=error)
        return refusals

    async def _following(self, waiting: Sequence[Unsent]) -> list[Unsent]:
        """What waits behind a full batch; behind one that is not full there is nothing yet."""
        return await self._unsent(waiting[-1].sequence) if len(waiting) == BATCH else []

    async def _unsent(self, after: int) -> list[Unsent]:
        return await self._database.read(lambda session: _unsent(session, after))

    async def _mark(self, sent: list[int]) -> None:
        """Marks events as sent."""
        if sent:
            now = self._clock.now().isoformat()
            await self._database.write(lambda session: _mark_sent(session, sent, now))
            metrics.EVENTS_PUBLISHED.labels(self._service).inc(len(sent))

    async def _leads(self) -> bool:
        """Whether this replica is to publish. One that was frozen may publish again what another did: it is dropped."""
        asked = time.monotonic()
        if asked > self._leads_until and await self._leases.claim(LEASE, LEASE_SECONDS):
            self._leads_until = asked + LEASE_SECONDS / 2
        return asked < self._leads_until

    async def _let_go(self) -> None:
        if time.monotonic() < self._leads_until:
            await self._leases.release(LEASE)

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


def _unsent(session: Session, after: int) -> list[Unsent]:
    return [Unsent(*row) for row in _UNSENT.rows(session.connection(), {"after": after, "most": BATCH})]


def _mark_sent(session: Session, sequences: list[int], time: str) -> None:
    session.connection().execute(
        update(OutboxEvent).where(col(OutboxEvent.sequence).in_(sequences)), {"sent_time": time}
    )


def _count_sent(session: Session) -> int:
    sent = select(func.count()).where(col(OutboxEvent.sent_time).is_not(None))
    return session.connection().scalar(sent) or 0


def _mark_unsent(session: Session) -> None:
    session.exec(update(OutboxEvent).values(sent_time=None))
