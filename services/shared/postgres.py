"""One PostgreSQL database, shared by the replicas of a service: one of them writes at a time, each hears of it."""

import uuid
from collections.abc import Callable

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url

from services.shared import libpq
from services.shared.database import PART, READERS, TOGETHER, Database, Lane, Manner
from services.shared.scope import FORGET, OPENED

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30

TURN_SECONDS = 10
"""How long a write waits for its turn."""

# A replica that is frozen in the middle of a write holds the writers' lock: it loses its transaction after this.
IDLE_SECONDS = 15

WRITING = 1
"""The advisory lock of a service's database that whoever writes holds. The audit trail has lock 2."""

# A space within an option is escaped: https://www.postgresql.org/docs/current/libpq-connect.html
READ_COMMITTED, REPEATABLE_READ = r"read\ committed", r"repeatable\ read"

_CHANGED = "changed"

_ALWAYS = {
    "synchronous_commit": "on",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{TURN_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
}


def database(url: str) -> Database:
    """The database at a URL such as postgresql://havn@postgres/placements. It connects when it is first used."""
    parsed = _with_driver(url)
    return Database(
        Lane("writer", _writer(parsed), 1, _MANNER, TOGETHER),
        Lane("adder", _engine(parsed, "BEGIN", "COMMIT", default_transaction_isolation=READ_COMMITTED), 1, _MANNER),
        Lane("reader", _reader(parsed), READERS, _MANNER),
        replica=uuid.uuid4().hex,
    )


def owner(url: str) -> Engine:
    """An engine for whoever owns the tables, to migrate them."""
    return create_engine(_with_driver(url))


async def hear(url: str, changed: Callable[[], None]) -> None:
    """Calls `changed` whenever a replica has committed a write. Raises psycopg.Error when it is cut off."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True, connect_timeout=CONNECT_SECONDS) as one:
        await one.execute(f"LISTEN {_CHANGED}")
        changed()
        async for _notice in one.notifies():
            changed()


def _with_driver(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _fleeting(error: object) -> bool:
    return isinstance(error, psycopg.OperationalError)


def _begin_part(connection: Connection, opening: str) -> None:
    # What shares the transaction sees nothing in the name of the caller before.
    libpq.tell(connection, f"SAVEPOINT {PART}; {opening or FORGET}")


_MANNER = Manner(_begin_part, libpq.tell, _fleeting)


def _writer(url: URL) -> Engine:
    begin, commit = f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})", f"NOTIFY {_CHANGED}; COMMIT"
    return _engine(url, begin, commit, default_transaction_isolation=READ_COMMITTED)


def _reader(url: URL) -> Engine:
    options = {"default_transaction_isolation": REPEATABLE_READ, "default_transaction_read_only": "on"}
    return _engine(url, "BEGIN", "COMMIT", **options)


def _engine(url: URL, begin: str, commit: str, **options: str) -> Engine:
    given = _ALWAYS | options
    engine = create_engine(
        url,
        poolclass=NullPool,
        connect_args={
            # Transactions are begun and ended here, each by one command.
            "autocommit": True,
            "connect_timeout": CONNECT_SECONDS,
            "client_encoding": "utf8",
            "options": " ".join(f"-c {name}={value}" for name, value in given.items()),
        },
    )
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    event.listen(engine, "commit", lambda connection: libpq.tell(connection, commit))
    event.listen(engine, "rollback", _undo)
    return engine


def _begin(connection: Connection, begin: str) -> None:
    opening = connection.info.pop(OPENED, "")
    libpq.tell(connection, f"{begin}; {opening}" if opening else begin)


def _undo(connection: Connection) -> None:
    if not connection.invalidated:
        libpq.tell(connection, "ROLLBACK")
