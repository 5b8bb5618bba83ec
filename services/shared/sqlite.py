"""One SQLite file: one thread that writes, a few that read."""

from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from services.shared.database import PART, READERS, TOGETHER, Database, Lane, Manner
from services.shared.statements import tell

# Before 3.51.3 a checkpoint that raced with a write could corrupt a WAL database: https://sqlite.org/wal.html
OLDEST_SQLITE = (3, 51, 3)

_DURABLE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")

_FLEETING = {"SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_LOCKED", "SQLITE_READONLY"}


def database(path: Path) -> Database:
    """The database in a file, which is made where it is missing. Raises RuntimeError for an SQLite that is too old."""
    if pysqlite3.dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite {pysqlite3.dbapi2.sqlite_version} is too old: it may corrupt a database")
    path.parent.mkdir(parents=True, exist_ok=True)
    writing = Lane(f"{path.stem}-writer", _engine(path, "BEGIN IMMEDIATE", _DURABLE), 1, _MANNER, TOGETHER)
    query_only = (*_DURABLE, "query_only=ON")
    reading = Lane(f"{path.stem}-reader", _engine(path, "BEGIN", query_only), READERS, _MANNER)
    # The file has one lock for all who write, so that whatever is added waits its turn.
    return Database(writing, writing, reading, replica="the only one")


def _fleeting(error: Any) -> bool:  # noqa: ANN401  # the driver has no types
    name: str = getattr(error, "sqlite_errorname", "")
    return any(name == kind or name.startswith(f"{kind}_") for kind in _FLEETING)


_MANNER = Manner(lambda connection, _opening: tell(connection, f"SAVEPOINT {PART}"), tell, _fleeting)


def _engine(path: Path, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(f"sqlite:///{path}", module=pysqlite3.dbapi2, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  # the driver has no types
        # The driver would begin transactions late and by itself; SQLAlchemy's "begin" does it here.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        tell(connection, begin)

    return engine
