"""What many watch at once: read again after each change, once for all of them, and never while nobody watches."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from services.shared.access import Caller
from services.shared.records import View
from services.shared.store import Store

LOOK_SECONDS = 5.0
"""While somebody watches, so long a change may go unseen of which this replica was not told."""

T = TypeVar("T")


class Watched(Generic[T]):
    """What `read` gives in a service's own name, shown to all who watch it whenever it is another."""

    def __init__(self, store: Store, caller: Caller, read: Callable[[View], T]) -> None:
        self._store = store
        self._caller = caller
        self._read = read
        self._value: T | None = None
        self._latest: tuple[T, float] | None = None
        """What was read last, and when, as long as nobody told of a change since."""
        self._changes = 0
        self._watchers = 0
        self._ended = False
        self._changed = asyncio.Event()
        self._news = asyncio.Event()
        store.on_change(self._told)

    async def run(self) -> None:
        """Reads for those who watch until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            if self._watchers:
                await self._look()
            else:
                self._changed.clear()

    async def each(self) -> AsyncGenerator[T, None]:
        """What is there now, then whatever it changes to, until the service ends. Raises DatabaseAway at its beginning.

        Whoever is slow misses what was between, never what came last.
        """
        self._watchers += 1
        try:
            news, seen = self._news, None
            value: T | None = await self.now()
            while value is not None and not self._ended:
                if value != seen:
                    yield value
                seen = value
                await news.wait()
                news, value = self._news, self._value
        finally:
            self._watchers -= 1

    async def now(self) -> T:
        """What is there now, for whoever does not watch. Raises DatabaseAway."""
        if self._latest and self._latest[1] + LOOK_SECONDS > time.monotonic():
            return self._latest[0]
        found = await self._found()
        # Of equal ones all share one.
        return self._value if self._value is not None and self._value == found else found

    def end(self) -> None:
        """Ends all that is watched: the service takes no more calls."""
        self._ended = True
        self._tell()

    async def _found(self) -> T:
        begun, changes = time.monotonic(), self._changes
        found = await self._store.view_as(self._caller, self._read)
        if changes == self._changes:
            self._latest = (found, begun)
        return found

    def _told(self) -> None:
        self._latest = None
        self._changes += 1
        self._changed.set()

    async def _look(self) -> None:
        self._changed.clear()
        try:
            found = await self._found()
        except BaseException:
            self._changed.set()
            raise
        if found != self._value:
            self._value = found
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
