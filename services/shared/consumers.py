"""Applies other services' events: once each, acknowledged after the commit, parked when they can't be applied."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from services.shared import access, metrics, traces
from services.shared.courtesy import Courtesy
from services.shared.errors import DatabaseAway
from services.shared.events import TRACE, Listening, consumer_name, given_up_subject, header
from services.shared.inbox import Settled
from services.shared.parking import Parking
from services.shared.pulling import Pull
from services.shared.records import Change
from services.shared.store import Store
from services.shared.streams import Drifted, Streams

log = structlog.get_logger()

MOST_DELIVERIES = 8
FIRST_RETRY_SECONDS = 0.2
MOST_RETRY_SECONDS = 10.0
SUSPECT_DELIVERIES = 3
MOST_ENDS = 3
"""So often a process may end while it tries one event by itself: by chance it does not end three times just then."""

_CODES_THAT_PASS = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAUTHENTICATED,
)

Effect = Callable[[Change], object]
Handler = Callable[[Any], Awaitable[Effect]]
"""Takes an event, fetches what it names, and gives what to change; the change is made with the event's mark."""


@dataclass(frozen=True)
class Subscription:
    """What a service listens to, and what it does with it. Kinds without a handler are passed over."""

    listening: Listening
    handlers: Mapping[type[Message], Handler]


@dataclass(frozen=True)
class Understood:
    """An event, and what is to change because of it."""

    message: Msg
    effect: Effect


class ProcessEnded(Exception):
    """Each process that tried the event ended in the middle."""


@dataclass(frozen=True)
class Bus:
    """What relay and consumers stand on.

    The connection, the streams, where is put aside what can't be applied, where the rest is kept, and who goes first.
    """

    client: Client
    streams: Streams
    parking: Parking
    store: Store
    courtesy: Courtesy = field(default_factory=Courtesy)


class Consumer:
    """Applies one subscription's events."""

    def __init__(self, service: str, subscription: Subscription, bus: Bus) -> None:
        self.name = consumer_name(service, subscription.listening.purpose)
        self.caller = access.service(service)
        self._service = service
        self.stream, self._subjects = subscription.listening.stream, subscription.listening.subjects
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handle) for kind, handle in subscription.handlers.items()}
        self._bus = bus
        self._pull = Pull(bus.client, self.stream, self.name)

    async def run(self) -> None:
        """Consumes until cancelled; a cancelled event comes again, and its mark keeps it from being applied twice."""
        while True:
            try:
                await self._consume()
            except Drifted:
                # Applied by another rule than ours, events may be lost: none is, until people have looked.
                await asyncio.sleep(MOST_RETRY_SECONDS)
            except (NatsError, OSError) as error:
                log.warning("consumer.disturbed", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(FIRST_RETRY_SECONDS)

    async def effect(self, kind: str, data: bytes) -> Effect | None:
        """What an event is to change; None where it is nobody's business here."""
        message, handle = self._handlers.get(kind, (None, None))
        return None if message is None or handle is None else await handle(message.FromString(data))

    async def _consume(self) -> None:
        looks = self._bus.streams.looks()
        await self._bus.parking.open()
        # NATS says so where it gives up on an event, which it is not to do: somebody gave the consumer a limit.
        given_up = await looks.when_told(given_up_subject(self.stream, self.name))
        await self._pull.open()
        try:
            while True:
                if looks.due():
                    await self._bus.streams.consumer(self.stream, self.name, self._subjects)
                messages = await self._pull.batch()
                begun = time.monotonic()
                await self._take(messages)
                await self._bus.courtesy.rest(len(messages), time.monotonic() - begun)
        finally:
            await self._pull.close()
            await given_up.unsubscribe()

    async def _take(self, messages: list[Msg]) -> None:
        if not messages:
            return
        settled = await self._bus.store.settled((self.name, _id(message)) for message in messages)
        await self._together([message for message in messages if not _suspect(message)], settled)
        for message in messages:
            if _suspect(message):
                await self._alone(message, settled)

    async def _alone(self, message: Msg, settled: set[Settled]) -> None:
        """Tries an event that came often by itself, and notes that it does: it may be the one that ends the process."""
        leases, attempt = self._bus.store.leases, f"{self.name}/{_id(message)}"
        try:
            ends = await leases.claim(attempt, 0.0) - 1
        except DatabaseAway as error:
            await self._retry_or_park(message, error)
            return
        if ends >= MOST_ENDS:
            await self._park(message, ProcessEnded())
        else:
            await self._together([message], settled)
        await leases.done(attempt)

    async def _together(self, messages: list[Msg], settled: set[Settled]) -> None:
        taken = await asyncio.gather(*(self._understood(message, settled) for message in messages))
        understood = [each for each in taken if each]
        # What comes while these are applied waits no longer for its acknowledgement than they take to be written.
        await self._pull.ask()
        if understood and not await self._applied(understood) and len(understood) > 1:
            # One of them can't be applied: each by itself, so that the others are.
            for each in understood:
                await self._applied([each])

    async def _understood(self, message: Msg, settled: set[Settled]) -> Understood | None:
        """The event with its effect; None for one that is nobody's business here, or that can't be understood now."""
        kind = header(message.headers, "ce-type")
        try:
            with traces.part(self._service, self.name, header(message.headers, TRACE), event_id=_id(message)):
                effect = None if (self.name, _id(message)) in settled else await self.effect(kind, message.data)
        except Exception as error:  # noqa: BLE001  # whatever it is, the event must not be lost
            await self._retry_or_park(message, error)
            return None
        if effect is None:
            await message.ack()
            return None
        return Understood(message, effect)

    async def _applied(self, together: list[Understood]) -> bool:
        """Whether the events were applied in one transaction; one by itself is retried or parked where it was not."""
        effects = {_id(each.message): each.effect for each in together}
        try:
            await self._bus.store.receive(self.name, self.caller, effects)
        except Exception as error:  # noqa: BLE001
            if len(together) == 1:
                await self._retry_or_park(together[0].message, error)
            return False
        metrics.EVENTS_APPLIED.labels(self.name).inc(len(together))
        for each in together:
            await each.message.ack()
        return True

    async def _retry_or_park(self, message: Msg, error: Exception) -> None:
        metrics.EVENTS_FAILED.labels(self.name).inc()
        deliveries = message.metadata.num_delivered
        log.warning("event.failed", consumer=self.name, deliveries=deliveries, exception=error)
        if isinstance(error, DecodeError) or (deliveries >= MOST_DELIVERIES and not _passing(error)):
            await self._park(message, error)
        else:
            # The exponent has an end: a peer may be away for days.
            await message.nak(delay=min(FIRST_RETRY_SECONDS * 2 ** min(deliveries, 10), MOST_RETRY_SECONDS))

    async def _park(self, message: Msg, error: Exception) -> None:
        await self._bus.parking.park(self.name, message, type(error).__name__)
        await message.term()
        log.error("event.parked", consumer=self.name, event_id=_id(message))


def _suspect(message: Msg) -> bool:
    return int(message.metadata.num_delivered) > SUSPECT_DELIVERIES


def _id(message: Msg) -> str:
    return header(message.headers, "ce-id")


def _passing(error: Exception) -> bool:
    """Whether the fault is not the event's: it passes, and no number of deliveries parks the event.

    So it is with a full disk here, and with a peer that is away, stops, has too much to do, or finds a token expired
    because a machine slept.
    """
    return isinstance(error, DatabaseAway) or (
        isinstance(error, grpc.aio.AioRpcError) and error.code() in _CODES_THAT_PASS
    )
