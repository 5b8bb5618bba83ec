"""Records that are asked for at the same time."""

import asyncio
from collections.abc import Iterable

import pytest

from havn.placements.v1 import placements_pb2 as pb
from services.shared.errors import NotFound
from services.shared.together import MOST, Together
from tests import cast
from tests.conftest import WAIT_SECONDS, Client

THERE = {f"requests/r-{number}" for number in range(2 * MOST + 1)}


class Owner:
    """Answers, and keeps which names came in which call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    async def fetch(self, names: list[str]) -> Iterable[pb.PlacementRequest]:
        self.calls.append(names)
        return [pb.PlacementRequest(name=name) for name in reversed(names) if name in THERE]


async def test_who_asks_at_once_shares_calls_and_gets_its_own() -> None:
    owner = Owner()
    together = Together(owner.fetch)
    names = [*THERE, *THERE]
    found = await asyncio.gather(*(together.get(name) for name in names))
    assert [request.name for request in found] == names
    assert [len(call) for call in owner.calls] == [MOST, MOST, 1]


async def test_who_asks_later_is_told_how_it_is_then() -> None:
    owner = Owner()
    together = Together(owner.fetch)
    for _ in range(2):
        await together.get("requests/r-1")
    assert owner.calls == [["requests/r-1"]] * 2


async def test_a_name_that_is_not_there_is_not_found_and_takes_no_other_along() -> None:
    together = Together(Owner().fetch)
    there, missing = await asyncio.gather(
        together.get("requests/r-1"), together.get("requests/none"), return_exceptions=True
    )
    assert isinstance(there, pb.PlacementRequest)
    assert isinstance(missing, NotFound)


async def test_a_call_that_fails_is_told_to_each_who_asked_and_the_next_one_is_made() -> None:
    owner = Owner()
    away = [True]

    async def fetch(names: list[str]) -> Iterable[pb.PlacementRequest]:
        if away.pop():
            raise ConnectionError
        return await owner.fetch(names)

    together = Together(fetch)
    told = await asyncio.gather(*(together.get(name) for name in sorted(THERE)[:3]), return_exceptions=True)
    assert [type(each) for each in told] == [ConnectionError] * 3
    away.append(False)
    assert (await together.get("requests/r-1")).name == "requests/r-1"


async def test_who_gives_up_takes_nobodys_answer_along() -> None:
    together = Together(Owner().fetch)
    given_up, waits = (asyncio.ensure_future(together.get("requests/r-1")) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    async with asyncio.timeout(WAIT_SECONDS):
        assert (await waits).name == "requests/r-1"
    with pytest.raises(asyncio.CancelledError):
        await given_up


async def test_lists_give_those_of_the_names_that_the_caller_may_see(
    coordinator: Client, coordinator_elsewhere: Client
) -> None:
    one, other, _ = [await coordinator.placements.CreateRequest(cast.filing()) for _ in range(3)]
    elsewhere = await coordinator_elsewhere.placements.CreateRequest(
        cast.filing(cast.a_request(authority=cast.OTHER_MUNICIPALITY))
    )
    names = [one.name, other.name, elsewhere.name, "requests/none"]
    page = await coordinator.placements.ListRequests(pb.ListRequestsRequest(names=names))
    assert {request.name for request in page.requests} == {one.name, other.name}
    placed = await coordinator.placements.RecordPlacement(cast.recording())
    found = await coordinator.placements.ListPlacements(pb.ListPlacementsRequest(names=[placed.name, "placements/x"]))
    assert [placement.name for placement in found.placements] == [placed.name]
