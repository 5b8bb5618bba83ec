"""Events that a service could not apply: kept in a stream of its own until somebody deals with them.

One is dealt with once its mark is in the inbox: applied after all, or dismissed. The stream itself forgets nothing.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError as NoSuchMessage

from services.shared.events import all_subjects, header, parked_stream
from services.shared.store import Store
from services.shared.streams import Streams

WHY = "havn-error"
LOOK_AHEAD = 100


@dataclass(frozen=True)
class Parked:
    """An event that was parked, by its place in the stream."""

    sequence: int
    message: RawStreamMsg

    @property
    def consumer(self) -> str:
        """Which consumer could not apply it."""
        return self._subject()[1]

    @property
    def subject(self) -> str:
        """What it was announced under."""
        return self._subject()[2]

    @property
    def event_id(self) -> str:
        """The event's own id."""
        return self.header("ce-id")

    @property
    def data(self) -> bytes:
        """The event."""
        return self.message.data or b""

    def header(self, name: str) -> str:
        """One of the headers that it came with, or WHY."""
        return header(self.message.headers, name)

    def _subject(self) -> tuple[str, str, str]:
        stream, consumer, subject = (self.message.subject or "").split(".", 2)
        return stream, consumer, subject


class Parking:
    """The events that one service could not apply."""

    def __init__(self, service: str, jetstream: JetStreamContext, streams: Streams, store: Store) -> None:
        self._stream = parked_stream(service)
        self._jetstream = jetstream
        self._streams = streams
        self._store = store

    async def open(self) -> None:
        """Makes the stream where it is missing. Raises Drifted, and NatsError without NATS."""
        await self._streams.stream(self._stream)

    async def park(self, consumer: str, message: Msg, error: str) -> None:
        """Puts an event aside; NATS has it on disk when this returns. `error` is a type, never a text."""
        subject = f"{self._stream}.{consumer}.{message.subject}"
        # Two consumers may park the same event: under its own id NATS would drop the second one as a double.
        key = f"{consumer}/{header(message.headers, 'ce-id')}"
        headers = {**(message.headers or {}), "Nats-Msg-Id": key, WHY: error}
        await self._jetstream.publish(subject, message.data, headers=headers)

    async def find(self, sequence: int) -> Parked | None:
        """The event at a place of the stream, whatever became of it."""
        return await self._at(sequence, exactly=True)

    async def waiting(self, after: int) -> AsyncGenerator[Parked, None]:
        """Those behind a place of the stream that nobody dealt with, each once, the oldest first."""
        seen: set[tuple[str, str]] = set()
        while found := await self._some(after):
            after = found[-1].sequence
            settled = await self._store.settled((parked.consumer, parked.event_id) for parked in found)
            for parked in found:
                identity = (parked.consumer, parked.event_id)
                if identity not in settled | seen:
                    seen.add(identity)
                    yield parked

    async def _some(self, after: int) -> list[Parked]:
        found: list[Parked] = []
        while len(found) < LOOK_AHEAD and (parked := await self._at(after + 1, exactly=False)):
            found.append(parked)
            after = parked.sequence
        return found

    async def _at(self, sequence: int, *, exactly: bool) -> Parked | None:
        try:
            following = None if exactly else all_subjects(self._stream)
            message = await self._jetstream.get_msg(self._stream, seq=sequence, subject=following, next=not exactly)
        except NoSuchMessage:
            return None
        return Parked(message.seq or 0, message)
