"""Relays and consumers let callers go first, but not for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from havn.capacity.v1 import capacity_pb2
from havn.families.v1 import families_pb2
from havn.placements.v1 import placements_pb2
from services.shared import courtesy
from services.shared.access import service
from services.shared.courtesy import FEW, Courtesy
from tests import cast
from tests.conftest import WAIT_SECONDS, Client, Havn

MANY = FEW + 1
LONG = 1_000.0


async def rests(towards: Courtesy, events: int = MANY, seconds: float = LONG) -> bool:
    """Whether somebody who did that work rests now."""
    resting = asyncio.create_task(towards.rest(events, seconds))
    await asyncio.sleep(0)
    done = resting.done()
    resting.cancel()
    return not done


async def test_who_did_much_rests_while_somebody_waits_for_an_answer() -> None:
    towards = Courtesy()
    with towards.caller():
        with towards.caller():
            assert await rests(towards)
        assert await rests(towards)
        assert not await rests(towards, events=FEW)
    assert not await rests(towards)


async def test_a_rest_ends_with_the_last_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "MOST_SECONDS", LONG)
    towards = Courtesy()
    with towards.caller():
        resting = asyncio.create_task(towards.rest(MANY, LONG))
        await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_SECONDS):
        await resting


async def test_a_rest_ends_though_the_call_goes_on() -> None:
    towards = Courtesy()
    with towards.caller():
        async with asyncio.timeout(WAIT_SECONDS):
            await towards.rest(MANY, 0.001)
            await towards.rest(MANY, LONG)


async def test_callers_who_never_stop_coming_are_not_let_go_first_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    towards = Courtesy()
    with towards.caller():
        monkeypatch.setattr(courtesy, "PATIENCE_SECONDS", 0.0)
        assert not await rests(towards)


async def test_services_rest_while_an_import_is_under_way_at_any_of_them(havn: Havn) -> None:
    begun, rested = asyncio.Event(), asyncio.Event()

    async def rows() -> AsyncIterator[families_pb2.ImportFamiliesRequest]:
        yield families_pb2.ImportFamiliesRequest(request_id="held", family=cast.entering(id="held"))
        begun.set()
        await rested.wait()

    imported = asyncio.ensure_future(havn.as_(cast.ADMINISTRATOR).families.ImportFamilies(rows()))
    async with asyncio.timeout(WAIT_SECONDS):
        await begun.wait()
        while not await rests(havn.platform.courtesy):
            pass
        rested.set()
        await imported
    assert not await rests(havn.platform.courtesy)


async def test_who_watches_and_services_themselves_are_no_callers_to_rest_for(
    havn: Havn, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_first: list[None] = []
    counted = Courtesy.caller

    @contextmanager
    def caller(self: Courtesy) -> Iterator[None]:
        let_first.append(None)
        let: AbstractContextManager[None] = counted(self)
        with let:
            yield

    monkeypatch.setattr(Courtesy, "caller", caller)
    watching = coordinator.capacity.WatchVacancies(capacity_pb2.WatchVacanciesRequest())
    await watching.read()
    watching.cancel()
    await havn.as_(service("matching")).placements.ListRequests(placements_pb2.ListRequestsRequest())
    assert not let_first
    await coordinator.placements.ListRequests(placements_pb2.ListRequestsRequest())
    assert let_first


async def test_relays_and_consumers_rest_after_what_they_did(havn: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = [families_pb2.ImportFamiliesRequest(family=cast.entering(request_id="")) for _ in range(3 * FEW)]
    brought[0].request_id = cast.fresh()
    done, both = [0], asyncio.Event()
    resting = Courtesy.rest

    async def rest(self: Courtesy, events: int, seconds: float) -> None:
        done[0] += events
        if done[0] >= 2 * len(brought):
            both.set()
        await resting(self, events, seconds)

    monkeypatch.setattr(Courtesy, "rest", rest)
    await havn.as_(cast.ADMINISTRATOR).families.ImportFamilies(cast.one_by_one(brought))
    async with asyncio.timeout(WAIT_SECONDS):
        await both.wait()
