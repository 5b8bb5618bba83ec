"""Records of another service that are asked for at the same time are read by one call."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic

from services.shared.errors import NotFound
from services.shared.records import MAX_PAGE, M

MOST = MAX_PAGE
"""Records of one call."""

Asked = dict[str, list[asyncio.Future[M]]]
"""Who waits for a record, by its name."""


class Together(Generic[M]):
    """Reads records by their names. `fetch` gives those of the names that there are."""

    def __init__(self, fetch: Callable[[list[str]], Awaitable[Iterable[M]]]) -> None:
        self._fetch = fetch
        self._asked: Asked[M] = {}
        self._reading: set[asyncio.Future[None]] = set()

    async def get(self, name: str) -> M:
        """The record of that name as it is now. Raises NotFound, and whatever `fetch` raises."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            # Whoever else is about to ask comes before.
            loop.call_soon(self._start)
        # Each waits for itself: whoever is cancelled takes nobody's answer along.
        waiting: asyncio.Future[M] = loop.create_future()
        self._asked.setdefault(name, []).append(waiting)
        return await waiting

    def _start(self) -> None:
        asked, self._asked = self._asked, {}
        names = list(asked)
        for begin in range(0, len(names), MOST):
            some = {name: asked[name] for name in names[begin : begin + MOST]}
            self._reading.add(reading := asyncio.ensure_future(self._read(some)))
            reading.add_done_callback(self._reading.discard)

    async def _read(self, asked: Asked[M]) -> None:
        try:
            found = {record.name: record for record in await self._fetch(list(asked))}
        except Exception as error:  # noqa: BLE001  # told to each who asked
            for waiting in asked.values():
                _refuse(waiting, error)
            return
        for name, waiting in asked.items():
            if name not in found:
                _refuse(waiting, NotFound(name))
                continue
            for answer in waiting:
                if not answer.done():
                    answer.set_result(found[name])


def _refuse(waiting: list[asyncio.Future[M]], error: Exception) -> None:
    for answer in waiting:
        if not answer.done():
            answer.set_exception(error)
