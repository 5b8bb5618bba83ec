"""One SQLite file: one thread that writes, a few that read."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pysqlite3.dbapi2
from sqlalchemy import Engine, create_engine, event
from sqlmodel import Session

T = TypeVar("T")

READERS = 4

# Before 3.51.3 a checkpoint that raced with a write could corrupt a WAL database: https://sqlite.org/wal.html
OLDEST_SQLITE = (3, 51, 3)

_DURABLE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


class Database:
    """Runs functions of a session, each in a transaction of its own.

    Writes queue in one thread, so none waits for a lock, and none is left open: a caller that is cancelled finds its
    write done or not begun.
    """

    def __init__(self, path: Path) -> None:
        if pysqlite3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
            raise RuntimeError(f"SQLite {pysqlite3.dbapi2.sqlite_version} is too old: it may corrupt a database")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.url = f"sqlite:///{path}"
        self.engine = _engine(self.url, "BEGIN IMMEDIATE", _DURABLE, connections=1)
        self._reading = _engine(self.url, "BEGIN", (*_DURABLE, "query_only=ON"), connections=READERS)
        self._writer = ThreadPoolExecutor(1, f"{path.stem}-writer")
        self._readers = ThreadPoolExecutor(READERS, f"{path.stem}-reader")

    async def write(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, once it is committed; nothing of it stays when it raises."""
        return await self._run(self._writer, self.engine, work)

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` gives, of one consistent state."""
        return await self._run(self._readers, self._reading, work)

    async def _run(self, threads: ThreadPoolExecutor, engine: Engine, work: Callable[[Session], T]) -> T:
        def run() -> T:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(threads, run)

    def close(self) -> None:
        """Finishes what was begun and lets go of the file."""
        for threads in (self._writer, self._readers):
            threads.shutdown(wait=True)
        self._reading.dispose()
        self.engine.dispose()


def _engine(url: str, begin: str, pragmas: tuple[str, ...], connections: int) -> Engine:
    engine = create_engine(url, module=pysqlite3.dbapi2, pool_size=connections, max_overflow=0)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver has no types
        # The driver would begin transactions late and by itself; SQLAlchemy's "begin" does it here.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:  # noqa: ANN401
        connection.exec_driver_sql(begin)

    return engine
