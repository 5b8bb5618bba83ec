"""What many watch at once is read once for all of them, when it may have changed, and not while nobody watches."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.shared import watching
from services.shared.access import service
from services.shared.errors import DatabaseAway
from services.shared.records import View
from services.shared.store import Store
from services.shared.watching import Watched
from tests import cast, databases
from tests.conftest import WAIT_SECONDS

MANY = 50


class Counted:
    """Something that changes, and how often it was read."""

    def __init__(self) -> None:
        self.value = 1
        self.reads = 0
        self.away = False

    def read(self, _view: View) -> int:
        self.reads += 1
        if self.away:
            raise DatabaseAway
        return self.value


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = databases.of_service("capacity", tmp_path)
    yield Store(database, cast.FixedClock())
    database.close()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest_asyncio.fixture
async def watched(store: Store, counted: Counted) -> AsyncIterator[Watched[int]]:
    found = Watched(store, service("capacity"), counted.read)
    running = asyncio.create_task(found.run())
    yield found
    running.cancel()


def changed(store: Store, counted: Counted, value: int) -> None:
    counted.value = value
    store.changed()


async def following(stream: AsyncIterator[int]) -> int:
    async with asyncio.timeout(WAIT_SECONDS):
        return await anext(stream)


async def test_the_first_value_comes_at_once_and_then_each_that_differs(
    store: Store, counted: Counted, watched: Watched[int]
) -> None:
    values = watched.each()
    assert await following(values) == 1
    changed(store, counted, 2)
    assert await following(values) == 2
    store.changed()
    changed(store, counted, 3)
    assert await following(values) == 3
    await values.aclose()


async def test_of_many_who_watch_a_change_is_read_once(store: Store, counted: Counted, watched: Watched[int]) -> None:
    streams = [watched.each() for _ in range(MANY)]
    assert await asyncio.gather(*map(following, streams)) == [1] * MANY
    before = counted.reads
    for value in (2, 3):
        changed(store, counted, value)
        assert await asyncio.gather(*map(following, streams)) == [value] * MANY
    assert counted.reads - before == 2
    for stream in streams:
        await stream.aclose()


async def test_nothing_is_read_while_nobody_watches(store: Store, counted: Counted, watched: Watched[int]) -> None:
    values = watched.each()
    assert await following(values) == 1
    await values.aclose()
    before = counted.reads
    for value in range(20):
        changed(store, counted, value)
        await asyncio.sleep(0)
    # A write shows that whoever was to read had the time to.
    await store.view_as(service("capacity"), lambda _view: None)
    assert counted.reads == before
    again = watched.each()
    assert await following(again) == 19
    await again.aclose()


async def test_who_is_slow_gets_what_came_last(store: Store, counted: Counted, watched: Watched[int]) -> None:
    slow, quick = watched.each(), watched.each()
    assert (await following(slow), await following(quick)) == (1, 1)
    for value in (2, 3, 4):
        changed(store, counted, value)
        assert await following(quick) == value
    assert await following(slow) == 4
    for stream in (slow, quick):
        await stream.aclose()


async def test_a_change_that_could_not_be_read_is_read_once_the_database_is_back(
    store: Store, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 2 * WAIT_SECONDS)
    watched = Watched(store, service("capacity"), counted.read)
    values = watched.each()
    assert await following(values) == 1
    counted.away = True
    changed(store, counted, 2)
    with pytest.raises(DatabaseAway):
        await watched.run()
    with pytest.raises(DatabaseAway):
        await following(watched.each())
    counted.away = False
    again = asyncio.create_task(watched.run())
    assert await following(values) == 2
    again.cancel()
    await values.aclose()


async def test_an_end_ends_all_that_is_watched_and_lets_nobody_begin(counted: Counted, watched: Watched[int]) -> None:
    values = watched.each()
    assert await following(values) == 1
    waiting = asyncio.ensure_future(following(values))
    await asyncio.sleep(0)
    watched.end()
    with pytest.raises(StopAsyncIteration):
        await waiting
    with pytest.raises(StopAsyncIteration):
        await following(watched.each())


async def test_those_who_begin_one_after_another_share_what_was_read_until_it_changes(
    store: Store, counted: Counted, watched: Watched[int]
) -> None:
    for _ in range(MANY):
        assert await first(watched) == 1
    assert counted.reads == 1
    changed(store, counted, 2)
    assert await first(watched) == 2


async def test_what_changes_while_it_is_read_is_read_again(
    store: Store, counted: Counted, watched: Watched[int]
) -> None:
    reading = asyncio.ensure_future(first(watched))
    await asyncio.sleep(0)
    changed(store, counted, 2)
    await reading
    assert await first(watched) == 2


async def first(watched: Watched[int]) -> int:
    """What somebody sees who begins to watch, and ends."""
    stream = watched.each()
    value = await following(stream)
    await stream.aclose()
    return value
