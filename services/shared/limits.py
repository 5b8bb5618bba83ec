"""How much a service takes on: calls at a time, and calls that one person makes."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.shared.errors import ServiceEnding, TooManyCalls

BURST_SECONDS = 5.0
"""Who was quiet may make the calls of so many seconds at once."""

RETRY_SECONDS = (0.5, 1.5)
"""Between when to try again where too many calls are under way: those who were refused together come one by one."""

MANY_CALLERS = 10_000


class Calls:
    """The calls that are being answered: at most so many, and by their tasks, so that a stop can await their end.

    Streams are counted apart: they last, and most of the time they cost nothing.

    gRPC's own stop does not await what a handler still does after its call was aborted:
    https://github.com/grpc/grpc/issues/37239
    """

    def __init__(self, most: int, most_streams: int) -> None:
        self._most = most
        self._most_streams = most_streams
        self._tasks: set[asyncio.Task[object]] = set()
        self._streams: set[asyncio.Task[object]] = set()
        self.cut_short = False
        """Whether those that are cancelled now had no time left because the service ends."""

    @contextmanager
    def one_more(self, *, streaming: bool = False) -> Iterator[None]:
        """Counts a call while it lasts. Raises TooManyCalls, and ServiceEnding for one that the end cuts short."""
        alike, most = (self._streams, self._most_streams) if streaming else (self._tasks, self._most)
        if len(alike) >= most:
            raise TooManyCalls("too many calls are under way: try again in a moment", random.uniform(*RETRY_SECONDS))
        task = asyncio.current_task()
        assert task is not None  # gRPC answers each call in a task of its own
        alike.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if self.cut_short:
                raise ServiceEnding from None
            raise
        finally:
            alike.discard(task)

    async def over(self, seconds: float) -> None:
        """Returns when no call is under way; those that take longer are cancelled."""
        waiting = self._tasks | self._streams
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=seconds)
        self.cut_short = bool(waiting)
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)


class Rates:
    """So many calls a second of each caller, as a bucket that fills again.

    Kept for each caller is the moment when its bucket will be full again: a call is later by its share of a second,
    and refused once that moment is more than the burst away.
    """

    def __init__(self, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._share = 1 / per_second
        self._now = now
        self._full: dict[str, float] = {}

    def take(self, subject: str) -> None:
        """Counts a call. Raises TooManyCalls, with the seconds until the next one passes."""
        now = self._now()
        full = max(self._full.get(subject, now), now) + self._share
        if full - now > BURST_SECONDS:
            told = f"too many calls in your name: {1 / self._share:g} a second are answered"
            raise TooManyCalls(told, full - now - BURST_SECONDS)
        self._full[subject] = full
        if len(self._full) > MANY_CALLERS:
            self._full = {subject: full for subject, full in self._full.items() if full > now}
