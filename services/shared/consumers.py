"""Applies other services' events: once each, acknowledged after the commit, parked when they can't be applied."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from services.shared import access, metrics
from services.shared.errors import DatabaseAway
from services.shared.events import PARKED, all_subjects, ensure_stream, header
from services.shared.records import Change
from services.shared.store import Store

log = structlog.get_logger()

BATCH = 64
FETCH_SECONDS = 1.0
ACK_WAIT_SECONDS = 10.0
MOST_DELIVERIES = 8
FIRST_RETRY_SECONDS = 0.2
MOST_RETRY_SECONDS = 10.0

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
    """What a service listens to: one stream, for one purpose. Kinds without a handler are passed over."""

    stream: str
    purpose: str
    handlers: Mapping[type[Message], Handler]


@dataclass(frozen=True)
class Understood:
    """An event, and what is to change because of it."""

    message: Msg
    effect: Effect


class Consumer:
    """Applies one subscription's events."""

    def __init__(self, service: str, subscription: Subscription, store: Store, jetstream: JetStreamContext) -> None:
        self.name = f"{service}-{subscription.purpose}-v1"
        self._caller = access.service(service)
        self.stream = subscription.stream
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handle) for kind, handle in subscription.handlers.items()}
        self._store = store
        self._jetstream = jetstream

    async def run(self) -> None:
        """Consumes until cancelled; a cancelled event comes again, and its mark keeps it from being applied twice."""
        while True:
            try:
                await self._consume()
            except (NatsError, OSError) as error:
                log.warning("consumer.disturbed", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(FIRST_RETRY_SECONDS)

    async def _consume(self) -> None:
        await ensure_stream(self._jetstream, self.stream)
        await ensure_stream(self._jetstream, PARKED)
        subscription = await self._jetstream.pull_subscribe(
            all_subjects(self.stream), durable=self.name, stream=self.stream, config=_config(self.name)
        )
        while True:
            try:
                messages = await subscription.fetch(BATCH, timeout=FETCH_SECONDS)
            except TimeoutError:
                continue
            await self._take(messages)

    async def _take(self, messages: list[Msg]) -> None:
        taken = await asyncio.gather(*(self._understood(message) for message in messages))
        understood = [each for each in taken if each]
        if not await self._applied(understood):
            # One of them can't be applied: each by itself, so that the others are.
            for each in understood:
                await self._applied([each])

    async def _understood(self, message: Msg) -> Understood | None:
        """The event with its effect; None for one that is nobody's business here, or that can't be understood now."""
        kind, handle = self._handlers.get(header(message.headers, "ce-type"), (None, None))
        if kind is None or handle is None:
            await message.ack()
            return None
        try:
            return Understood(message, await handle(kind.FromString(message.data)))
        except Exception as error:  # noqa: BLE001  # whatever it is, the event must not be lost
            await self._retry_or_park(message, error)
            return None

    async def _applied(self, together: list[Understood]) -> bool:
        """Whether the events were applied in one transaction; one by itself is retried or parked where it was not."""
        effects = {header(each.message.headers, "ce-id"): each.effect for each in together}
        try:
            await self._store.receive(self.name, self._caller, effects)
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
            await self._park(message)
        else:
            await message.nak(delay=min(FIRST_RETRY_SECONDS * 2**deliveries, MOST_RETRY_SECONDS))

    async def _park(self, message: Msg) -> None:
        subject = f"{PARKED}.{self.name}.{message.subject}"
        # Two consumers may park the same event: under its own id NATS would drop the second one as a double.
        key = {"Nats-Msg-Id": f"{self.name}/{header(message.headers, 'ce-id')}"}
        await self._jetstream.publish(subject, message.data, headers={**(message.headers or {}), **key})
        await message.term()
        log.error("event.parked", consumer=self.name, event_id=header(message.headers, "ce-id"))


def _passing(error: Exception) -> bool:
    """Whether the fault is not the event's: it passes, and no number of deliveries parks the event.

    So it is with a full disk here, and with a peer that is away, stops, has too much to do, or finds a token expired
    because a machine slept.
    """
    return isinstance(error, DatabaseAway) or (
        isinstance(error, grpc.aio.AioRpcError) and error.code() in _CODES_THAT_PASS
    )


def _config(name: str) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=name,
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=ACK_WAIT_SECONDS,
        max_ack_pending=BATCH * 2,
    )
