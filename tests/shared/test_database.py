"""What SQLite and PostgreSQL promise alike: one writer, readers that can't write, one state for each reader."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from services.shared.database import Database
from services.shared.errors import DatabaseAway
from tests import databases

BROKEN = "SELECT * FROM nothing_of_that_name"


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = databases.of_service("placements", tmp_path)
    yield made
    await asyncio.to_thread(made.close)


def insert(number: int, session: Session) -> None:
    statement = text("INSERT INTO inbox (consumer, event_id, time) VALUES ('test', :id, 'now')")
    session.connection().execute(statement, {"id": str(number)})


def count(session: Session) -> int:
    return session.connection().scalar(text("SELECT count(*) FROM inbox")) or 0


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises((DBAPIError, DatabaseAway)):
        await database.read(lambda session: insert(1, session))
    assert await database.read(count) == 0


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def twice(session: Session) -> None:
        insert(1, session)
        insert(1, session)

    with pytest.raises(IntegrityError):
        await database.write(twice)
    assert await database.read(count) == 0


async def test_a_faulty_statement_is_no_database_that_is_away(database: Database) -> None:
    with pytest.raises(DBAPIError, match="nothing_of_that_name"):
        await database.read(lambda session: session.connection().execute(text(BROKEN)))


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
