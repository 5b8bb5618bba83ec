"""What only SQLite needs: a file that is durable, and a version that corrupts none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pysqlite3.dbapi2
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlmodel import Session

from services.shared import sqlite
from services.shared.database import Database
from services.shared.errors import DatabaseAway

FULL = 2


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = sqlite.database(tmp_path / "folder" / "data.sqlite")
    await made.write(lambda session: session.connection().execute(text("CREATE TABLE t (x BLOB)")))
    yield made
    made.close()


def pragma(name: str, session: Session) -> object:
    return session.connection().scalar(text(f"PRAGMA {name}"))


@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", FULL), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_every_connection_is_durable_and_strict(name: str, value: object, database: Database) -> None:
    assert await database.write(lambda session: pragma(name, session)) == value
    assert await database.read(lambda session: pragma(name, session)) == value


def test_sqlite_is_one_that_corrupts_no_database() -> None:
    assert pysqlite3.dbapi2.sqlite_version_info >= (3, 51, 3)


def test_an_older_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(RuntimeError, match="is too old"):
        sqlite.database(tmp_path / "data.sqlite")


async def test_a_full_disk_is_told_as_a_database_that_is_away(database: Database) -> None:
    def fill(session: Session) -> None:
        session.connection().execute(text("PRAGMA max_page_count = 4"))
        session.connection().execute(text("INSERT INTO t VALUES (zeroblob(1000000))"))

    with pytest.raises(DatabaseAway):
        await database.write(fill)
