"""What SQLite and PostgreSQL promise alike: one writer, readers that can't write, one state for each reader."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from services.shared.database import Database, kept_later, later
from services.shared.errors import DatabaseAway, NotFound
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


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[None]:
    """The writer is in the middle of a write until the block ends."""
    loop, begun, over = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def hold(_session: Session) -> None:
        loop.call_soon_threadsafe(begun.set)
        over.wait(10)

    holding = asyncio.ensure_future(database.write(hold))
    await begun.wait()
    yield
    # Those that were asked for meanwhile have begun to wait.
    await asyncio.sleep(0)
    over.set()
    await holding


async def waiting(database: Database, *works: Callable[[Session], object]) -> list[object]:
    """What came of works that waited together for the writer."""
    async with busy(database):
        asked = [asyncio.ensure_future(database.write(work)) for work in works]
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_writes_that_wait_share_a_transaction(database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    assert await waiting(database, *(partial(insert, number) for number in range(10))) == [None] * 10
    assert await database.read(count) == 10
    # The one of whoever kept the writer busy, and theirs.
    assert len(commits) == 2


async def test_a_write_that_fails_takes_none_of_the_others_along(database: Database) -> None:
    same, other, none = await waiting(database, partial(insert, 1), partial(insert, 2), partial(insert, 1))
    assert (same, other) == (None, None)
    assert isinstance(none, IntegrityError)
    assert await database.read(count) == 2


async def test_rows_that_are_kept_later_are_kept_together_and_without_those_of_a_write_that_fails(
    database: Database,
) -> None:
    trips: list[list[int]] = []

    def keep(session: Session, numbers: list[int]) -> None:
        trips.append(numbers)
        for number in numbers:
            insert(number, session)

    def work(number: int, session: Session) -> list[int]:
        later(session, keep, number)
        if number == 2:
            raise NotFound("requests/nobody")
        return kept_later(session, keep)

    told = await waiting(database, *(partial(work, number) for number in (1, 2, 3)))
    assert [told[0], type(told[1]), told[2]] == [[1], NotFound, [1, 3]]
    assert trips == [[1, 3]]
    assert await database.read(count) == 2


async def test_what_ends_the_transaction_of_all_is_told_to_all(database: Database) -> None:
    def fill_the_disk(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")
        raise OSError

    told = await waiting(database, partial(insert, 1), fill_the_disk, partial(insert, 2))
    assert [type(each) for each in told] == [OSError] * 3
    assert await database.read(count) == 0


async def test_nobody_is_told_of_a_refusal_of_another(database: Database) -> None:
    def refused_and_ended(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")
        raise NotFound("requests/of-somebody-else")

    told = await waiting(database, partial(insert, 1), refused_and_ended, partial(insert, 2))
    assert [isinstance(each, DBAPIError | DatabaseAway) for each in told] == [True] * 3
    assert await database.read(count) == 0


async def test_a_write_that_nobody_waits_for_any_more_is_not_begun(database: Database) -> None:
    async with busy(database):
        given_up = asyncio.ensure_future(database.write(partial(insert, 1)))
        other = asyncio.ensure_future(database.write(partial(insert, 2)))
        await asyncio.sleep(0)
        given_up.cancel()
    await other
    assert await database.read(count) == 1
