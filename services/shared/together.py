"""Records of another service that are asked for at the same time are read by one call."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic

from services.shared.errors import NotFound
from services.shared.records import MAX_PAGE, M

MOST = MAX_PAGE
"""Records of one call."""


class Together(Generic[M]):
    """Reads records by their names. `fetch` gives those of the names that there are."""

    def __init__(self, fetch: Callable[[list[str]], Awaitable[Iterable[M]]]) -> None:
        self._fetch = fetch
        self._asked: dict[str, asyncio.Future[M]] = {}
        self._reading: set[asyncio.Future[None]] = set()

    async def get(self, name: str) -> M:
        """The record of that name as it is now. Raises NotFound, and whatever `fetch` raises."""
        if not self._asked:
            # Whoever else is about to ask comes before.
            asyncio.get_running_loop().call_soon(self._start)
        answer = self._asked.setdefault(name, asyncio.get_running_loop().create_future())
        # Whoever is cancelled takes nobody's answer along.
        return await asyncio.shield(answer)

    def _start(self) -> None:
        asked, self._asked = self._asked, {}
        names = list(asked)
        for begin in range(0, len(names), MOST):
            some = {name: asked[name] for name in names[begin : begin + MOST]}
            self._reading.add(reading := asyncio.ensure_future(self._read(some)))
            reading.add_done_callback(self._reading.discard)

    async def _read(self, asked: dict[str, asyncio.Future[M]]) -> None:
        try:
            found = {record.name: record for record in await self._fetch(list(asked))}
        except Exception as error:  # noqa: BLE001  # told to each who asked
            for answer in asked.values():
                _tell(answer, error)
            return
        for name, answer in asked.items():
            if name in found:
                answer.set_result(found[name])
            else:
                _tell(answer, NotFound(name))


def _tell(answer: asyncio.Future[M], error: Exception) -> None:
    answer.set_exception(error)
    # Nobody may be waiting any more.
    answer.exception()
