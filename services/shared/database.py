"""A service's database: one that writes, a few that read, each piece of work a transaction of its own."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlmodel import Session

from services.shared.errors import DatabaseAway
from services.shared.metrics import Writes

T = TypeVar("T")

READERS = 4

Fleeting = Callable[[Any], bool]
"""Whether a driver's error tells of a database that is away, full or overrun, and not of a fault in Havn."""


class Lane:
    """Threads with a connection each."""

    def __init__(self, name: str, engine: Engine, threads: int, fleeting: Fleeting) -> None:
        self.engine = engine
        self._threads = ThreadPoolExecutor(threads, name)
        self._fleeting = fleeting
        self.writes: Writes | None = None
        """What is measured of a lane that writes."""

    async def run(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, once it is committed; nothing of it stays when it raises. Raises DatabaseAway.

        A caller that is cancelled finds its work done or not begun.
        """
        with self.writes.waiting.track_inprogress() if self.writes else nullcontext():
            return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, self._done, work)

    def _done(self, work: Callable[[Session], T]) -> T:
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                result = work(session)
                session.flush()
                begun = time.perf_counter()
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error, InterfaceError) or self._fleeting(error.orig):
                raise DatabaseAway from error
            raise
        if self.writes:
            self.writes.commits.observe(time.perf_counter() - begun)
        return result

    def close(self) -> None:
        """Finishes what was begun, and lets go of the connections."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()


class Database:
    """One service's database, SQLite's or PostgreSQL's, with the same promises.

    Writes come one after another, over all processes that share the database, so that none is decided on what another
    one is changing.
    """

    def __init__(self, writing: Lane, adding: Lane, reading: Lane, replica: str) -> None:
        self.engine = writing.engine
        self.replica = replica
        """Which of those that share the database this process is."""
        self._writing = writing
        self._adding = adding
        self._reading = reading

    async def write(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, once it is committed; nothing of it stays when it raises."""
        return await self._writing.run(work)

    async def add(self, work: Callable[[Session], T]) -> T:
        """Like `write`, for rows that depend on no other write: on PostgreSQL it does not wait for one under way."""
        return await self._adding.run(work)

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, of one consistent state."""
        return await self._reading.run(work)

    def measure(self, service: str) -> None:
        """Measures what is written from now on, as the service's."""
        self._writing.writes = self._adding.writes = Writes(service)

    def close(self) -> None:
        """Finishes what was begun and lets go."""
        for lane in {self._writing, self._adding, self._reading}:
            lane.close()
