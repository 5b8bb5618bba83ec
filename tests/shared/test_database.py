"""One SQLite file: durable, with one writer, and readers that can't write."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pysqlite3.dbapi2
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from services.shared import database as module
from services.shared.database import Database


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(tmp_path / "folder" / "data.sqlite")
    await made.write(lambda session: session.connection().execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)")))
    yield made
    made.close()


def pragma(name: str, session: Session) -> object:
    return session.connection().scalar(text(f"PRAGMA {name}"))


FULL = 2


@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", FULL), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_every_connection_is_durable_and_strict(name: str, value: object, database: Database) -> None:
    assert await database.write(lambda session: pragma(name, session)) == value
    assert await database.read(lambda session: pragma(name, session)) == value


def test_sqlite_is_one_that_corrupts_no_database() -> None:
    assert pysqlite3.dbapi2.sqlite_version_info >= (3, 51, 3)


def test_an_older_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(RuntimeError, match="is too old"):
        Database(tmp_path / "data.sqlite")


def insert(number: int, session: Session) -> None:
    session.connection().execute(text("INSERT INTO t VALUES (:x)"), {"x": number})


def count(session: Session) -> int:
    return session.connection().scalar(text("SELECT count(*) FROM t")) or 0


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await database.read(lambda session: insert(1, session))
    assert await database.read(count) == 0


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def twice(session: Session) -> None:
        insert(1, session)
        insert(1, session)

    with pytest.raises(IntegrityError):
        await database.write(twice)
    assert await database.read(count) == 0


async def test_hundreds_of_writers_and_readers_at_once_meet_no_lock(database: Database) -> None:
    def writing(number: int) -> asyncio.Future[None]:
        return asyncio.ensure_future(database.write(lambda session: insert(number, session)))

    reads = (database.read(count) for _ in range(200))
    await asyncio.gather(*(writing(number) for number in range(200)), *reads)
    assert await database.read(count) == 200


async def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    loop, written = asyncio.get_running_loop(), asyncio.Event()

    def twice(session: Session) -> tuple[int, int]:
        before = count(session)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
        return before, count(session)

    reading = asyncio.ensure_future(database.read(twice))
    await database.read(count)
    await database.write(lambda session: insert(1, session))
    written.set()
    before, after = await reading
    assert before == after
    assert await database.read(count) == 1
