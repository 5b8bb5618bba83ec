"""Copies of all databases as they were at one moment, while Havn runs."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pysqlite3.dbapi2
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from services.havn.backup import postgres
from services.havn.backup.contents import HEARD_FIRST, SERVICES, SHAPE_TABLE, contents
from services.havn.backup.files import file_of, hashed, sqlite, sync
from services.havn.backup.manifest import Copied
from services.havn.backup.unusable import Unusable
from services.shared.settings import Settings

Engines = Mapping[str, Engine]
"""The databases of all services."""


def of_settings(settings: Settings) -> Engines:
    """Those that the settings name: PostgreSQL's, or the files of the data folder. Raises Unusable."""
    if not settings.database_url:
        return of_folder(settings.data)
    return {service: postgres.engine(settings.database(service)) for service in SERVICES}


def of_folder(data: Path) -> Engines:
    """The files of a data folder. Raises Unusable for one that lacks any."""
    for service in SERVICES:
        if not (data / file_of(service)).exists():
            raise Unusable(f"{data}: holds no {file_of(service)}; name the data folder by HAVN_DATA")
    return {service: sqlite(data / file_of(service)) for service in SERVICES}


@contextmanager
def pinned(engines: Engines) -> Iterator[Mapping[str, Connection]]:
    """Connections to all services' databases that see them as they are now, whatever is written meanwhile.

    Whoever hears of others is looked at first. All that it heard was committed before, and is therefore seen at its
    owner too: no copy knows of a change that its owner does not have. The other way round, an owner would give the
    number of a lost version to another change, and whoever has kept the lost one would take the new one for old.
    """
    with ExitStack() as opened:
        connections = {service: opened.enter_context(pin(engines[service])) for service in reversed(HEARD_FIRST)}
        yield {service: connections[service] for service in SERVICES}


@contextmanager
def pin(engine: Engine) -> Iterator[Connection]:
    """A connection to a database that sees it as it is now."""
    with engine.connect() as connection, connection.begin():
        # The state is chosen at the first look.
        connection.execute(sa.text(f"SELECT * FROM {SHAPE_TABLE}")).all()
        yield connection


def copy(service: str, connection: Connection, path: Path) -> Copied:
    """Writes what a connection sees to a new SQLite file."""
    if connection.dialect.name == "postgresql":
        postgres.copy_rows(service, connection, path)
    else:
        _copy_file(connection, path)
    sync(path)
    with sqlite(path, readonly=True).connect() as copied:
        return Copied(path.stat().st_size, hashed(path), contents(copied))


def _copy_file(connection: Connection, path: Path) -> None:
    target = pysqlite3.dbapi2.connect(path, isolation_level=None)
    try:
        connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        # A file by itself: without the log of writes beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
