"""The database that the tests run on: SQLite files, or with --database postgresql a real PostgreSQL, started once."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine

from services.shared import migrate, postgres, sqlite
from services.shared.database import Database
from services.shared.settings import Settings
from tests.postgres import Server

SERVICES = ("placements", "families", "capacity", "matching")

_server: Server | None = None

_made = tempfile.TemporaryDirectory(prefix="havn-sqlite-")
"""Where the files are that others are copied from; it goes when the process ends."""


def use_postgres() -> None:
    """Runs all that follows on PostgreSQL. Its databases are copied from one that was migrated once."""
    global _server
    # Nothing here is about power that fails; and hundreds of databases are too many to look after, and gone soon.
    _server = Server(fsync="off", full_page_writes="off", autovacuum="off", max_wal_size="128MB")
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


def environment(data: Path, services: Sequence[str] = SERVICES) -> dict[str, str]:
    """The settings that name the databases belonging to a data folder, which are made where they are missing."""
    if _server is None:
        return {}
    prefix = _prefix(data)
    missing = [name for name in services if not _server.has(f"{prefix}_{name}")]
    _server.execute(*(f"CREATE DATABASE {prefix}_{name} TEMPLATE template_{name} OWNER owner" for name in missing))
    return {"HAVN_DATABASE_URL": _server.url(f"{prefix}_{{service}}", "havn")}


def of_owner(data: Path) -> dict[str, str]:
    """The setting by which a command fills those databases, as whoever owns their tables."""
    return {} if _server is None else {"HAVN_DATABASE_OWNER_URL": _server.url(f"{_prefix(data)}_{{service}}", "owner")}


def _prefix(data: Path) -> str:
    return f"h{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


def settings(data: Path, nats_url: str = "") -> Settings:
    """Settings for a data folder, in which the databases are."""
    if not on_postgres():
        for service in SERVICES:
            _file(service, data)
    return Settings(data=data, nats_url=nats_url, database_url=environment(data).get("HAVN_DATABASE_URL", ""))


def of_service(service: str, data: Path) -> Database:
    """A service's own database, of the newest shape."""
    if on_postgres():
        url = environment(data, [service])["HAVN_DATABASE_URL"]
        return postgres.database(Settings(data=data, database_url=url).database(service))
    return sqlite.database(_file(service, data))


def _file(service: str, data: Path) -> Path:
    """The file of a service's database in a data folder: a copy of one that was migrated once, where it is missing."""
    file = data / f"{service}.sqlite"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_migrated(service), file)
    return file


@cache
def _migrated(service: str) -> Path:
    """A service's empty database, as its first start makes it."""
    path = Path(_made.name) / f"{service}.sqlite"
    file = sqlite.database(path)
    migrate.upgrade(service, file.engine)
    file.close()
    assert list(path.parent.glob(f"{path.name}-*")) == [], "what is in another file would not be copied"
    return path


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
