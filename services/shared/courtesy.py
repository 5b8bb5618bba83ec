"""Events that pile up let callers go first: an import brings tens of thousands of them, and people wait for answers.

Relays and consumers share the processor with the calls of their process. After each batch they rest while anybody waits
for an answer, so that they work a quarter of the time at most. Nobody rests after a few events. Callers who never stop
coming are let go first for half a minute: events must arrive under any load.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

RESTS = 3.0
"""How much longer a rest is than the work before it."""

MOST_SECONDS = 1.0
FEW = 10
PATIENCE_SECONDS = 30.0


class Courtesy:
    """The callers of one process, and how long those behind them rest."""

    def __init__(self) -> None:
        self._callers = 0
        self._since = 0.0
        self._nobody = asyncio.Event()

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Counts one who waits for an answer, while the block lasts."""
        if not self._callers:
            self._since = time.monotonic()
            self._nobody.clear()
        self._callers += 1
        try:
            yield
        finally:
            self._callers -= 1
            if not self._callers:
                self._nobody.set()

    async def rest(self, events: int, seconds: float) -> None:
        """Rests after so many events in so many seconds, at most until nobody waits for an answer any more."""
        if events > FEW and self._callers and time.monotonic() < self._since + PATIENCE_SECONDS:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(RESTS * seconds, MOST_SECONDS)):
                    await self._nobody.wait()
