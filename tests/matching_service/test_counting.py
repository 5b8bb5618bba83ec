"""How many places there are for those who wait, and that homes are not as they were."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import pytest_asyncio

from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.families.api import DEFINITION as FAMILIES
from services.matching import counting
from services.matching.api import DEFINITION as MATCHING
from services.matching.planning import Planner
from services.matching.store import FAMILIES as FAMILY_COPIES
from services.matching.store import PLACEMENTS as PLACEMENT_COPIES
from services.matching.store import REQUESTS
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.records import Kind, View
from tests import cast
from tests.conftest import WAIT_SECONDS, Client, Havn, refused, running_havn


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("counting"), [PLACEMENTS, FAMILIES, MATCHING]) as running:
        yield running


async def known(havn: Havn, kind: Kind[cast.Value], *records: cast.Value) -> None:
    """Returns once matching has its copies of the records, in the versions given."""

    async def copied() -> bool:
        def etags(view: View) -> list[str]:
            found = [view.find(kind, record.name) for record in records]
            return [copy.etag for copy in found if copy]

        versions = await havn.rows("matching", lambda session: etags(View(session, cast.SERVICE)))
        return versions == [record.etag for record in records]

    await havn.until("matching", copied)


async def waits(havn: Havn, client: Client, **differing: cast.Value) -> placements.PlacementRequest:
    request = cast.a_request(authority=client.caller.authority, **differing)
    filed = await client.placements.CreateRequest(cast.filing(request))
    await known(havn, REQUESTS, filed)
    return filed


async def a_home(havn: Havn, consultant: Client, **differing: cast.Value) -> families.FosterFamily:
    good: dict[str, cast.Value] = {"authority": consultant.caller.authority, "pause": None, "agreements": []}
    entered = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family(**(good | differing))))
    await known(havn, FAMILY_COPIES, entered)
    return entered


async def count(client: Client, *requests: str) -> list[pb.SuitablePlaces]:
    answer = await client.matching.CountSuitablePlaces(pb.CountSuitablePlacesRequest(requests=requests))
    return list(answer.suitable_places)


async def test_as_many_homes_are_counted_as_are_suggested_now_and_after_a_change(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    await a_home(havn, consultant)
    waiting = await waits(havn, coordinator)
    [first] = await count(coordinator, waiting.name)
    suggested = await coordinator.matching.SuggestMatches(pb.SuggestMatchesRequest(request=waiting.name))
    assert (first.request, first.home_count) == (waiting.name, len(suggested.suggestions))
    home = await a_home(havn, consultant)
    assert [(one.home_count, one.free_place_count) for one in await count(coordinator, waiting.name)] == [
        (first.home_count + 1, first.free_place_count + 1)
    ]
    paused = await consultant.families.PauseFamily(cast.pausing(home))
    await known(havn, FAMILY_COPIES, paused)
    assert (await count(coordinator, waiting.name))[0].home_count == first.home_count


async def test_a_request_that_changes_is_counted_anew(havn: Havn, coordinator: Client, consultant: Client) -> None:
    await a_home(havn, consultant)
    waiting = await waits(havn, coordinator)
    assert (await count(coordinator, waiting.name))[0].home_count > 0
    waiting.needs.accessibility.append(terms.ACCESSIBILITY_HEARING)
    changed = await coordinator.placements.UpdateRequest(cast.updating(waiting, "needs"))
    await known(havn, REQUESTS, changed)
    assert (await count(coordinator, waiting.name))[0].home_count == 0


async def test_answers_come_in_the_order_asked_without_those_that_do_not_wait(
    havn: Havn, coordinator: Client, coordinator_elsewhere: Client
) -> None:
    one, two = await waits(havn, coordinator), await waits(havn, coordinator)
    theirs = await waits(havn, coordinator_elsewhere)
    withdrawn = await coordinator.placements.WithdrawRequest(cast.withdrawing(await waits(havn, coordinator)))
    await known(havn, REQUESTS, withdrawn)
    asked = [two.name, theirs.name, withdrawn.name, "requests/none", one.name, two.name]
    assert [places.request for places in await count(coordinator, *asked)] == [two.name, one.name]
    assert [places.request for places in await count(coordinator_elsewhere, *asked)] == [theirs.name]


async def test_whoever_serves_all_authorities_gets_the_count_of_each_ones_own_homes(
    havn: Havn, coordinator: Client, coordinator_elsewhere: Client, consultant_elsewhere: Client
) -> None:
    here, there = await waits(havn, coordinator), await waits(havn, coordinator_elsewhere)
    await a_home(havn, consultant_elsewhere)
    everywhere = havn.as_(replace(cast.COORDINATOR, subject="users/everywhere", authority="*"))
    assert await count(everywhere, here.name, there.name) == [
        *await count(coordinator, here.name),
        *await count(coordinator_elsewhere, there.name),
    ]


async def test_more_requests_than_a_page_holds_are_refused(coordinator: Client) -> None:
    names = [f"requests/none-{number}" for number in range(counting.MOST_REQUESTS + 1)]
    assert await count(coordinator, *names[1:]) == []
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "requests"):
        await count(coordinator, *names)


async def test_the_newest_plan_says_whether_it_has_a_place(
    tmp_path: Path,
) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, FAMILIES, MATCHING]) as havn:
        client, consultant = havn.as_(cast.COORDINATOR), havn.as_(cast.CONSULTANT)
        await a_home(havn, consultant)
        placed = await waits(havn, client)
        without = await waits(
            havn, client, need_step=placements.NeedStep(step=7, assessor="A", assessed_date=cast.day())
        )

        async def told(*requests: placements.PlacementRequest) -> tuple[list[int], bool]:
            asked = pb.CountSuitablePlacesRequest(requests=[request.name for request in requests])
            answer = await havn.as_(cast.COORDINATOR).matching.CountSuitablePlaces(asked)
            return [places.plan_place for places in answer.suitable_places], answer.plan_current

        assert await told(placed, without) == ([pb.PLAN_PLACE_UNSPECIFIED] * 2, False)
        run = await client.matching.CreateMatchRun(pb.CreateMatchRunRequest(request_id="run"))
        assert [seen async for seen in client.matching.WatchMatchRun(pb.WatchMatchRunRequest(name=run.name))]
        planned = [pb.PLAN_PLACE_YES, pb.PLAN_PLACE_NO]
        assert await told(placed, without) == (planned, True)
        new = await waits(havn, client)
        assert await told(placed, without, new) == ([*planned, pb.PLAN_PLACE_UNSPECIFIED], False)

        await havn.services.pop("matching").stop()
        await havn.forget_clients()
        await havn.start_service(MATCHING)
        assert await told(placed, without, new) == ([*planned, pb.PLAN_PLACE_UNSPECIFIED], False)


async def test_what_was_counted_is_kept_while_nothing_changes(havn: Havn, coordinator: Client) -> None:
    one, two = await waits(havn, coordinator), await waits(havn, coordinator)
    store = havn.services["matching"].store
    ours = counting.Counting(store, havn.clock, Planner(store, havn.clock, seconds=1.0))
    await ours.counts(cast.MUNICIPALITY, [one.name])
    first = ours._last[cast.MUNICIPALITY]
    assert first.found.keys() == {one.name}
    found = first.found[one.name]
    await ours.counts(cast.MUNICIPALITY, [one.name, two.name])
    assert ours._last[cast.MUNICIPALITY] is first
    assert first.found.keys() == {one.name, two.name}
    assert first.found[one.name] is found
    await waits(havn, coordinator)
    await ours.counts(cast.MUNICIPALITY, [one.name])
    assert ours._last[cast.MUNICIPALITY] is not first


class WatchingHomes:
    """Somebody who watches homes."""

    def __init__(self, client: Client) -> None:
        self.call = client.matching.WatchHomes(pb.WatchHomesRequest(), timeout=WAIT_SECONDS)
        self._answers = aiter(self.call)
        self.seen: list[str] = []

    async def more(self) -> None:
        self.seen.append((await anext(self._answers)).version)


async def test_a_home_that_comes_or_changes_or_is_asked_or_takes_a_child_is_told(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    watching = WatchingHomes(coordinator)
    await watching.more()
    home = await a_home(havn, consultant)
    await watching.more()
    home.schools.append("Another school (invented)")
    await consultant.families.UpdateFosterFamily(cast.changing(home, "schools"))
    await watching.more()
    filed = await coordinator.placements.CreateRequest(cast.filing())
    await coordinator.placements.OfferPlace(cast.offering(filed, home.name))
    await watching.more()
    await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=home.name)))
    await watching.more()
    assert len(set(watching.seen)) == 5
    watching.call.cancel()


async def test_homes_that_the_authority_may_not_search_are_not_told_of(
    havn: Havn, coordinator: Client, consultant: Client, consultant_elsewhere: Client
) -> None:
    watching = WatchingHomes(coordinator)
    await watching.more()
    theirs = await a_home(havn, consultant_elsewhere)
    elsewhere = havn.as_(cast.elsewhere(cast.COORDINATOR))
    stay = cast.a_placement(authority=cast.OTHER_MUNICIPALITY, home=theirs.name)
    recorded = await elsewhere.placements.RecordPlacement(cast.recording(stay))
    await known(havn, PLACEMENT_COPIES, recorded)
    await waits(havn, coordinator)
    again = WatchingHomes(coordinator)
    await again.more()
    assert again.seen == watching.seen
    theirs.agreements.append(cast.MUNICIPALITY)
    await consultant_elsewhere.families.UpdateFosterFamily(cast.changing(theirs, "agreements"))
    await watching.more()
    assert len(watching.seen) == 2
    for each in (watching, again):
        each.call.cancel()


async def test_the_stream_ends_with_ok_when_matching_ends(tmp_path: Path) -> None:
    limits = {"drain_seconds": 30.0, "calls_per_second": 1e6}
    async with running_havn(tmp_path, [PLACEMENTS, FAMILIES, MATCHING], limits=limits) as havn:
        watching = WatchingHomes(havn.as_(cast.COORDINATOR))
        await watching.more()
        await havn.services.pop("matching").stop()
        assert await watching.call.code() is grpc.StatusCode.OK
