"""The database that the tests run on: SQLite files, or with --database postgresql a real PostgreSQL, started once."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine

from services.shared import migrate, postgres, sqlite
from services.shared.database import Database
from services.shared.settings import Settings
from tests.postgres import Server

SERVICES = ("placements", "families", "capacity", "matching")

_server: Server | None = None


def use_postgres() -> None:
    """Runs all that follows on PostgreSQL. Its databases are copied from one that was migrated once."""
    global _server
    _server = Server(fsync="off")
    for service in SERVICES:
        make(_server, f"template_{service}", service)


def finish() -> None:
    """Stops what was started."""
    if _server:
        _server.stop()


def make(server: Server, database: str, service: str) -> None:
    """A service's empty database, as `havn migrate` makes it."""
    server.execute(f"CREATE DATABASE {database} OWNER owner")
    engine: Engine = postgres.owner(server.url(database, "owner"))
    migrate.upgrade(service, engine)
    migrate.allow(service, engine, "havn")
    engine.dispose()


def environment(data: Path) -> dict[str, str]:
    """The settings that name the databases belonging to a data folder, which are made where they are missing."""
    if _server is None:
        return {}
    prefix = _prefix(data)
    if not _server.has(f"{prefix}_{SERVICES[0]}"):
        _server.execute(*(f"CREATE DATABASE {prefix}_{name} TEMPLATE template_{name} OWNER owner" for name in SERVICES))
    return {"HAVN_DATABASE_URL": _server.url(f"{prefix}_{{service}}", "havn")}


def of_owner(data: Path) -> dict[str, str]:
    """The setting by which a command fills those databases, as whoever owns their tables."""
    return {} if _server is None else {"HAVN_DATABASE_OWNER_URL": _server.url(f"{_prefix(data)}_{{service}}", "owner")}


def _prefix(data: Path) -> str:
    return f"h{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


def settings(data: Path, nats_url: str = "") -> Settings:
    """Settings for a data folder."""
    return Settings(data=data, nats_url=nats_url, database_url=environment(data).get("HAVN_DATABASE_URL", ""))


def of_service(service: str, data: Path) -> Database:
    """A service's own database, of the newest shape."""
    if url := settings(data).database(service):
        return postgres.database(url)
    file = sqlite.database(data / f"{service}.sqlite")
    migrate.upgrade(service, file.engine)
    return file


@contextmanager
def owner(database: Database) -> Iterator[Connection]:
    """One transaction of whoever owns the tables."""
    if on_postgres():
        url = database.engine.url.set(username="owner")
        engine = postgres.owner(url.render_as_string(hide_password=False))
    else:
        engine = create_engine(database.engine.url, module=pysqlite3.dbapi2)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def on_postgres() -> bool:
    """Whether the tests run on PostgreSQL."""
    return _server is not None
