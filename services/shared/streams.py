"""The streams and consumers of one service: made where they are missing, compared with what they are to be."""

import time
from collections.abc import Callable
from enum import Enum
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    ConsumerInfo,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)
from nats.js.errors import NotFoundError

from services.shared.events import all_subjects

log = structlog.get_logger()

DUPLICATE_SECONDS = 120.0
"""So long NATS drops an event that comes again. It only saves work: the inbox is what applies each event once."""

LOOK_SECONDS = 30.0
ACK_WAIT_SECONDS = 10.0
MOST_PENDING = 128

MISSED = "havn-missed"
"""Stands with a consumer from its mending until what it may have missed was sent again."""

# What people may add without changing what the events meet.
_FREE = frozenset("name durable_name description metadata placement template_owner consumer_limits max_waiting".split())

Wanted = StreamConfig | ConsumerConfig


class Drifted(Exception):
    """A stream or consumer is not as it is to be, and mending it would take something away."""


class Looks:
    """When to compare: at first, every LOOK_SECONDS, when told, and after a reconnect, which may be to another NATS."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._last: tuple[float, int] = (0.0, -1)

    def due(self) -> bool:
        """Whether it is time; then it is not again for a while."""
        now, reconnects = time.monotonic(), self._client.stats["reconnects"]
        looked, seen = self._last
        if reconnects == seen and now < looked + LOOK_SECONDS:
            return False
        self._last = (now, reconnects)
        return True

    async def when_told(self, subject: str) -> Subscription:
        """Makes it time whenever a message comes under a subject, until it is unsubscribed."""

        async def told(_message: Msg) -> None:
            self._last = (0.0, -1)

        return await self._client.subscribe(subject, cb=told)


class Streams:
    """Makes, compares and mends one service's streams and consumers, and knows which of them are not as they are to be.

    A difference is mended where that takes nothing away: a limit that would lose events, more copies. Every other one
    stays for people to look at, and until then the service is not ready.
    """

    def __init__(self, client: Client, replicas: int, megabytes: int) -> None:
        self._client = client
        self._jetstream = client.jetstream()
        self._replicas = replicas
        self._bytes = megabytes * 2**20
        self._drifted: dict[str, list[str]] = {}

    def looks(self) -> Looks:
        """When to compare a stream or consumer of these."""
        return Looks(self._client)

    async def check(self) -> None:
        """Passes where nothing that was compared differs. Raises Drifted."""
        if self._drifted:
            raise Drifted(", ".join(self._drifted))

    async def stream(self, name: str) -> StreamInfo:
        """A stream as it is to be. Raises Drifted, and NatsError without NATS."""
        wanted = stream_config(name, self._replicas, self._bytes)
        try:
            found = await self._jetstream.stream_info(name)
        except NotFoundError:
            found = await self._jetstream.add_stream(wanted)
            log.warning("stream.made", stream=name)
        differing = differences(wanted, found.config)
        if differing and not [field for field in differing if not _mends_stream(field, wanted, found)]:
            log.warning("stream.mended", stream=name, fields=differing)
            found = await self._jetstream.update_stream(found.config.evolve(**_of(wanted, differing)))
            differing = []
        self._tell(name, differing)
        return found

    async def consumer(self, stream: str, name: str, subjects: str = "") -> ConsumerInfo:
        """A consumer as it is to be, of a whole stream or of what comes under `subjects`.

        Raises Drifted, NotFoundError where nobody made the stream, and NatsError.
        """
        wanted = consumer_config(stream, name, subjects)
        try:
            found: ConsumerInfo = await self._jetstream.consumer_info(stream, name)
        except NotFoundError:
            found = await self._jetstream.add_consumer(stream, wanted)
        differing = differences(wanted, found.config)
        if differing and set(differing) <= _MENDED_OF_CONSUMERS:
            log.warning("consumer.mended", consumer=name, fields=differing)
            missed = {MISSED: "yes"} if _may_have_missed(stream, found.config, differing) else {}
            mended = found.config.evolve(**_of(wanted, differing), metadata={**(found.config.metadata or {}), **missed})
            found = await self._jetstream.add_consumer(stream, mended)
            differing = []
        if MISSED in (found.config.metadata or {}):
            found = await self._sent_again(stream, found)
        self._tell(name, differing)
        return found

    async def _sent_again(self, stream: str, found: ConsumerInfo) -> ConsumerInfo:
        """The consumer, to whom all events come again: NATS tells nobody which ones it missed, the inbox knows."""
        await self._jetstream.reset_consumer(stream, found.name, seq=1)
        # Not before: whoever ends in between, or the next one, does it all again.
        known = {key: value for key, value in (found.config.metadata or {}).items() if key != MISSED}
        return await self._jetstream.add_consumer(stream, found.config.evolve(metadata=known))

    def _tell(self, name: str, differing: list[str]) -> None:
        if not differing:
            self._drifted.pop(name, None)
            return
        if self._drifted.get(name) != differing:
            log.error("stream.drifted", stream=name, fields=differing)
        self._drifted[name] = differing
        raise Drifted(name)


def stream_config(name: str, replicas: int, most_bytes: int) -> StreamConfig:
    """Of a service's events, or of those it parked.

    It refuses new events when full instead of losing old ones, and lets nobody delete. Nothing grows old: events leave
    by no rule, so that whoever was away for long misses none.
    """
    return StreamConfig(
        name=name,
        subjects=[all_subjects(name)],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=most_bytes,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_SECONDS,
        deny_delete=True,
        deny_purge=True,
    )


def consumer_config(stream: str, name: str, subjects: str = "") -> ConsumerConfig:
    """Of whoever applies a stream's events, all of them or those under `subjects`.

    NATS delivers without end. With a limit of its own it would give up on an event in silence: the one advisory that it
    sends is lost where nobody listens, and the next acknowledgement hides the gap. The consumer counts, and parks.
    """
    return ConsumerConfig(
        # Its name and filter stand in the subject that it is made under: so they can be granted.
        name=name,
        durable_name=name,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        filter_subject=subjects or all_subjects(stream),
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=MOST_PENDING,
    )


def differences(wanted: Wanted, found: Wanted) -> list[str]:
    """The fields in which what is found is not as wanted; what is unset is told in several ways."""
    names = vars(wanted).keys() - _FREE
    return sorted(name for name in names if _plain(getattr(wanted, name)) != _plain(getattr(found, name)))


def _plain(value: Any) -> Any:  # noqa: ANN401  # a field may hold anything
    value = value.value if isinstance(value, Enum) else value
    return None if value in (None, False, 0, -1, "", "none", "default", [], {}) else value


def _of(wanted: Wanted, names: list[str]) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in names}


def _mends_stream(field: str, wanted: StreamConfig, found: StreamInfo) -> bool:
    return field in _MENDED_OF_STREAMS and _MENDED_OF_STREAMS[field](wanted, found)


def _always(_wanted: StreamConfig, _found: StreamInfo) -> bool:
    return True


def _fits(wanted: StreamConfig, found: StreamInfo) -> bool:
    return found.state.bytes <= (wanted.max_bytes or 0)


_MENDED_OF_STREAMS: dict[str, Callable[[StreamConfig, StreamInfo], bool]] = {
    **dict.fromkeys("discard deny_delete deny_purge duplicate_window num_replicas".split(), _always),
    **dict.fromkeys("max_age max_msgs max_msgs_per_subject".split(), _always),
    "max_bytes": _fits,
}
"""What takes nothing away when it is set as wanted, and where."""


def _may_have_missed(stream: str, found: ConsumerConfig, differing: list[str]) -> bool:
    """Whether NATS may have given up on events, or kept some back that are to come."""
    heard_all = found.filter_subject in (None, "", all_subjects(stream))
    return "max_deliver" in differing or ("filter_subject" in differing and not heard_all)


_MENDED_OF_CONSUMERS = frozenset("ack_wait backoff filter_subject max_ack_pending max_deliver num_replicas".split())
