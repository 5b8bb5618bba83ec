"""Copies of all databases as they were at one moment, while Havn runs."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pysqlite3.dbapi2
import sqlalchemy as sa
from sqlalchemy import Connection

from services.havn.backup.contents import SERVICES, SHAPE_TABLE, contents
from services.havn.backup.files import file_of, hashed, sqlite, sync
from services.havn.backup.manifest import Copied
from services.havn.backup.unusable import Unusable


@contextmanager
def pinned(data: Path) -> Iterator[Mapping[str, Connection]]:
    """Connections to all services' databases that see them as they are now, whatever is written meanwhile.

    Whoever hears of others is looked at first. All that it heard was committed before, and is therefore seen at its
    owner too: no copy knows of a change that its owner does not have. The other way round, an owner would give the
    number of a lost version to another change, and whoever has kept the lost one would take the new one for old.
    """
    with ExitStack() as opened:
        connections = {service: opened.enter_context(pin(data, service)) for service in reversed(SERVICES)}
        yield {service: connections[service] for service in SERVICES}


def require_databases(data: Path) -> None:
    """Passes a folder with the databases of all services. Raises Unusable."""
    for service in SERVICES:
        if not (data / file_of(service)).exists():
            raise Unusable(f"{data}: holds no {file_of(service)}; name the data folder by HAVN_DATA")


@contextmanager
def pin(data: Path, service: str) -> Iterator[Connection]:
    """A connection to one service's database that sees it as it is now. Raises Unusable where there is none."""
    require_databases(data)
    with sqlite(data / file_of(service)).connect() as connection, connection.begin():
        # SQLite chooses the state at the first look.
        connection.execute(sa.text(f"SELECT * FROM {SHAPE_TABLE}")).all()
        yield connection


def copy(connection: Connection, path: Path) -> Copied:
    """Writes what a connection sees to a new SQLite file."""
    target = pysqlite3.dbapi2.connect(path, isolation_level=None)
    try:
        connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        # A file by itself: without the log of writes beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
    sync(path)
    with sqlite(path, readonly=True).connect() as copied:
        return Copied(path.stat().st_size, hashed(path), contents(copied))
