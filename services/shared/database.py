"""A service's database: one that writes, a few that read, each piece of work a transaction of its own."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlmodel import Session

from services.shared.errors import DatabaseAway, HavnError
from services.shared.metrics import Writes
from services.shared.scope import OPENED

T = TypeVar("T")

READERS = 4

TOGETHER = 32
"""Writes that share a transaction at most: one wait for the disk serves them all."""

Keep = Callable[[Session, list[Any]], None]
"""Keeps rows of one kind."""

_LATER = "kept later"
"""In the info of a session."""

_Waiting = tuple[Callable[[Session], Any], str, Future[Any]]
_Done = tuple[Any, Exception | None]


@dataclass(frozen=True)
class Manner:
    """What a lane must know of its kind of database."""

    begin_part: Callable[[Connection, str], None]
    """Begins the part of one of those that share a transaction, which can be undone by itself, with its command."""
    tell: Callable[[Connection, str], None]
    """Tells a command."""
    fleeting: Callable[[Any], bool]
    """Whether a driver's error tells of a database that is away, full or overrun, and not of a fault in Havn."""


PART = "part"
"""The name of the savepoint before each part: the newest of that name counts."""


class Lane:
    """Threads with a connection each; works that wait while a transaction runs may share the next one."""

    def __init__(self, name: str, engine: Engine, threads: int, manner: Manner, together: int = 1) -> None:
        """An engine without a pool: each thread keeps its connection."""
        self.engine = engine
        self._threads = ThreadPoolExecutor(threads, name)
        self._of_thread = threading.local()
        self._connections: set[Connection] = set()
        self._manner = manner
        self._together = together
        self._waiting: deque[_Waiting] = deque()
        self.writes: Writes | None = None
        """What is measured of a lane that writes."""

    async def run(self, work: Callable[[Session], T], opening: str = "") -> T:
        """What `work` gives, once it is committed; nothing of it stays when it raises. Raises DatabaseAway.

        Its transaction, or its part of a shared one, begins with the command `opening`. A caller that is cancelled
        finds its work done or not begun.
        """
        context, outcome = copy_context(), Future[T]()
        self._waiting.append((lambda session: context.run(work, session), opening, outcome))
        # The first of them does what waits; the others find nothing left.
        self._threads.submit(self._do_what_waits)
        with self.writes.waiting.track_inprogress() if self.writes else nullcontext():
            return await asyncio.wrap_future(outcome)

    def _do_what_waits(self) -> None:
        some = self._taken()
        try:
            done = self._committed(some) if some else []
        except Exception as error:  # noqa: BLE001  # nothing was committed: each caller is told
            done = [(None, error)] * len(some)
        for (*_, outcome), (result, failure) in zip(some, done, strict=True):
            if failure is None:
                outcome.set_result(result)
            else:
                outcome.set_exception(self._told(failure))

    def _committed(self, some: list[_Waiting]) -> list[_Done]:
        alone = len(some) == 1
        with self._begun(some[0][1] if alone else "") as transaction, _session(transaction) as session:
            done = [self._done(session, work, opening, alone=alone) for work, opening, _ in some]
            _keep_later(session)
            begun = time.perf_counter()
        if self.writes:
            self.writes.commits.observe(time.perf_counter() - begun)
        return done

    def _begun(self, opening: str) -> RootTransaction:
        """A transaction; where the thread's connection was lost since the last one, on a new connection."""
        try:
            return self._begin(opening)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._begin(opening)

    def _begin(self, opening: str) -> RootTransaction:
        connection = self._connection()
        try:
            connection.info[OPENED] = opening
            return connection.begin()
        except DBAPIError:
            # It may be in the middle of the transaction that was not to be.
            connection.invalidate()
            raise

    def _connection(self) -> Connection:
        """The thread's own."""
        kept: Connection | None = getattr(self._of_thread, "connection", None)
        if kept is None or kept.invalidated:
            self._connections -= {kept}
            self._of_thread.connection = kept = self.engine.connect()
            self._connections.add(kept)
        return kept

    def _done(self, session: Session, work: Callable[[Session], Any], opening: str, *, alone: bool) -> _Done:
        """What the work gives, or why it failed; a failure takes nothing along of those that share its transaction."""
        if not alone:
            self._manner.begin_part(session.connection(), opening)
        session.info[OPENED] = opening
        already = len(_later(session))
        try:
            result = work(session)
            session.flush()
        except Exception as error:
            if alone:
                raise
            self._undo_part(session, error)
            del _later(session)[already:]
            return None, error
        return result, None

    def _undo_part(self, session: Session, error: Exception) -> None:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            # The transaction ended with its connection, and nobody's part is left of it.
            raise error
        try:
            self._manner.tell(session.connection(), f"ROLLBACK TO SAVEPOINT {PART}")
        except DBAPIError as broken:
            # A full disk ends the whole transaction, not this part alone. A refusal is for its own caller only.
            raise broken if isinstance(error, HavnError) else error from None
        session.expunge_all()
        session.info.pop(OPENED, None)

    def _taken(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while len(taken) < self._together:
            try:
                work, opening, outcome = self._waiting.popleft()
            except IndexError:
                break
            if outcome.set_running_or_notify_cancel():
                taken.append((work, opening, outcome))
        return taken

    def _told(self, error: Exception) -> Exception:
        """The error, or that the database is away."""
        if not isinstance(error, DBAPIError):
            return error
        if error.connection_invalidated or isinstance(error, InterfaceError) or self._manner.fleeting(error.orig):
            away = DatabaseAway()
            away.__cause__ = error
            return away
        return error

    def close(self) -> None:
        """Finishes what was begun, and lets go of the connections."""
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()


def later(session: Session, keep: Keep, row: Any) -> None:  # noqa: ANN401  # whatever `keep` takes
    """Has a row kept at the end of the transaction, with those like it of all who share it: a trip for them together.

    It is for rows that nobody reads within their transaction, unless by `kept_later`.
    """
    _later(session).append((keep, row))


def kept_later(session: Session, keep: Keep) -> list[Any]:
    """The rows that are to be kept so at the end."""
    return [row for how, row in _later(session) if how is keep]


def _later(session: Session) -> list[tuple[Keep, Any]]:
    rows: list[tuple[Keep, Any]] = session.info.setdefault(_LATER, [])
    return rows


def _keep_later(session: Session) -> None:
    together: dict[Keep, list[Any]] = {}
    for keep, row in _later(session):
        together.setdefault(keep, []).append(row)
    for keep, rows in together.items():
        keep(session, rows)


def _session(transaction: RootTransaction) -> Session:
    return Session(transaction.connection, expire_on_commit=False)


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

    async def write(self, work: Callable[[Session], T], opening: str = "") -> T:
        """What `work` gives, once it is committed; nothing of it stays when it raises.

        On PostgreSQL it begins with the command `opening`, which saves a round trip.
        """
        return await self._writing.run(work, opening)

    async def add(self, work: Callable[[Session], T], opening: str = "") -> T:
        """Like `write`, for rows that depend on no other write: on PostgreSQL it does not wait for one under way."""
        return await self._adding.run(work, opening)

    async def read(self, work: Callable[[Session], T], opening: str = "") -> T:
        """What `work` gives, of one consistent state; on PostgreSQL it begins with the command `opening`."""
        return await self._reading.run(work, opening)

    def measure(self, service: str) -> None:
        """Measures what is written from now on, as the service's."""
        self._writing.writes = self._adding.writes = Writes(service)

    def close(self) -> None:
        """Finishes what was begun and lets go."""
        for lane in {self._writing, self._adding, self._reading}:
            lane.close()
