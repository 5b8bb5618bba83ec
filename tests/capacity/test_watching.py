"""Streams that show what changes: vacancies as they are reported, and that the waiting list is another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.api import DEFINITION as CAPACITY
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.revoked import add
from tests import cast
from tests.conftest import WAIT_SECONDS, Client, Havn, eventually, refused, running_havn


@pytest_asyncio.fixture
async def institution(administrator: Client) -> str:
    return (await administrator.capacity.CreateInstitution(cast.founding())).name


@pytest_asyncio.fixture
async def unit(institution: str, administrator: Client) -> str:
    return (await administrator.capacity.CreateUnit(cast.opening(institution))).name


@pytest.fixture
def staff(institution: str, havn: Havn) -> Client:
    return havn.as_(cast.staff_of(institution))


class Watching:
    """Somebody who watches, and has had the first answer."""

    def __init__(self, client: Client) -> None:
        self.call = client.capacity.WatchVacancies(pb.WatchVacanciesRequest(), timeout=WAIT_SECONDS)
        self._answers = aiter(self.call)

    async def begun(self) -> "Watching":
        assert list((await anext(self._answers)).vacancies) == []
        return self

    async def news(self) -> list[pb.Vacancy]:
        return list((await anext(self._answers)).vacancies)


@pytest_asyncio.fixture
async def watching(coordinator: Client) -> AsyncIterator[Watching]:
    found = await Watching(coordinator).begun()
    yield found
    found.call.cancel()


async def test_a_report_is_shown_as_it_was_answered(watching: Watching, staff: Client, unit: str) -> None:
    for places in (1, 0):
        report = await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=places)))
        assert await watching.news() == [report]


async def test_what_is_listed_after_the_first_answer_lacks_nothing(
    watching: Watching, coordinator: Client, staff: Client, unit: str
) -> None:
    report = await staff.capacity.ReportVacancy(cast.reporting(unit))
    listed = await coordinator.capacity.ListVacancies(pb.ListVacanciesRequest(page_size=200))
    assert report in list(listed.vacancies)
    assert await watching.news() == [report]


async def test_an_institution_sees_its_own_reports_alone(
    havn: Havn, administrator: Client, staff: Client, unit: str
) -> None:
    other = (await administrator.capacity.CreateInstitution(cast.founding())).name
    elsewhere = (await administrator.capacity.CreateUnit(cast.opening(other))).name
    own = await Watching(staff).begun()
    await havn.as_(cast.staff_of(other)).capacity.ReportVacancy(cast.reporting(elsewhere))
    report = await staff.capacity.ReportVacancy(cast.reporting(unit))
    assert await own.news() == [report]
    own.call.cancel()


async def test_an_import_is_shown_too(watching: Watching, administrator: Client, unit: str) -> None:
    vacancy = cast.a_vacancy(free_place_count=2, confirmed_by="Leader (invented)")
    row = cast.reporting(unit, vacancy, request_id="")
    rows = [pb.ImportCapacityRequest(request_id=cast.fresh(), vacancy=row)]
    assert cast.counts(await administrator.capacity.ImportCapacity(cast.one_by_one(rows))) == (1, 0, 0)
    [shown] = await watching.news()
    assert (shown.name, shown.free_place_count, shown.freshness) == (f"{unit}/vacancy", 2, pb.FRESHNESS_FRESH)


async def listed(client: Client) -> set[str]:
    page = await client.capacity.ListWaitingList(pb.ListWaitingListRequest(page_size=200))
    return {entry.request for entry in page.entries}


class WatchingList:
    """Somebody who watches the waiting list."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.call = client.capacity.WatchWaitingList(pb.WatchWaitingListRequest(), timeout=WAIT_SECONDS)
        self._answers = aiter(self.call)
        self.seen: list[str] = []

    async def more(self) -> str:
        self.seen.append((await anext(self._answers)).version)
        return self.seen[-1]

    async def until_listed(self, request: str) -> None:
        await self.more()
        while request not in await listed(self._client):
            await self.more()


async def test_the_waiting_list_is_told_to_be_another_when_an_entry_comes_changes_and_leaves(
    coordinator: Client,
) -> None:
    watching = WatchingList(coordinator)
    await watching.more()
    filed = await coordinator.placements.CreateRequest(cast.filing())
    await watching.until_listed(filed.name)
    filed.place_by_date.CopyFrom(cast.day(-31))
    changed = await coordinator.placements.UpdateRequest(cast.updating(filed, "place_by_date"))
    await watching.more()
    await coordinator.placements.WithdrawRequest(cast.withdrawing(changed))
    await watching.more()
    assert filed.name not in await listed(coordinator)
    assert len(set(watching.seen)) == len(watching.seen) == 4
    watching.call.cancel()


async def test_the_waiting_list_is_another_from_midnight_on(coordinator: Client, havn: Havn) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(place_by_date=cast.day())))
    watching = WatchingList(coordinator)
    await watching.until_listed(filed.name)
    try:
        havn.clock.day = cast.TODAY + timedelta(days=1)
        await watching.more()
        overdue = pb.ListWaitingListRequest(overdue=True, page_size=200)
        assert filed.name in {entry.request for entry in (await coordinator.capacity.ListWaitingList(overdue)).entries}
    finally:
        havn.clock.day = cast.TODAY
        watching.call.cancel()
    assert len(set(watching.seen)) == len(watching.seen)


async def test_nothing_is_told_of_another_municipalitys_list(
    havn: Havn, coordinator: Client, coordinator_elsewhere: Client, staff: Client, unit: str
) -> None:
    async def waits_elsewhere() -> bool:
        return filed.name in await listed(coordinator_elsewhere)

    watching = WatchingList(coordinator)
    await watching.more()
    theirs = cast.filing(cast.a_request(authority=cast.OTHER_MUNICIPALITY))
    filed = await coordinator_elsewhere.placements.CreateRequest(theirs)
    await havn.until("capacity", waits_elsewhere)
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    own = await coordinator.placements.CreateRequest(cast.filing())
    await watching.more()
    assert own.name in await listed(coordinator)
    assert len(watching.seen) == 2
    watching.call.cancel()


async def test_whoever_sees_all_municipalities_is_told_of_each(havn: Havn, coordinator_elsewhere: Client) -> None:
    everywhere = havn.as_(replace(cast.COORDINATOR, subject="users/everywhere", authority="*"))
    watching = WatchingList(everywhere)
    first = await watching.more()
    theirs = cast.filing(cast.a_request(authority=cast.OTHER_MUNICIPALITY))
    await coordinator_elsewhere.placements.CreateRequest(theirs)
    assert await watching.more() != first
    watching.call.cancel()


async def test_a_stream_shows_nothing_more_once_its_token_is_revoked(havn: Havn, staff: Client, unit: str) -> None:
    client = havn.as_(replace(cast.COORDINATOR, subject="users/watches-vacancies"))
    watching = await Watching(client).begun()

    async def is_refused() -> bool:
        try:
            await client.capacity.ListVacancies(pb.ListVacanciesRequest())
        except grpc.aio.AioRpcError:
            return True
        return False

    add(havn.platform.settings.revoked_tokens, client.caller.subject, datetime.now(UTC))
    await eventually(is_refused)
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    with refused("UNAUTHENTICATED", "TOKEN_REVOKED"):
        await watching.news()


async def test_streams_end_with_ok_when_the_service_ends_and_do_not_keep_it(tmp_path: Path) -> None:
    limits = {"drain_seconds": 30.0, "calls_per_second": 1e6}
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY], limits=limits) as havn:
        client = havn.as_(cast.COORDINATOR)
        vacancies = await Watching(client).begun()
        waiting_list = WatchingList(client)
        await waiting_list.more()
        async with asyncio.timeout(limits["drain_seconds"] / 2):
            await havn.services.pop("capacity").stop()
        for call in (vacancies.call, waiting_list.call):
            assert await call.code() is grpc.StatusCode.OK


async def test_streams_are_counted_apart_from_calls_and_have_a_limit_of_their_own(tmp_path: Path) -> None:
    limits = {"streams_at_a_time": 2, "calls_at_a_time": 1, "calls_per_second": 1e6}
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY], limits=limits) as havn:
        client = havn.as_(cast.COORDINATOR)
        first, _second = [await Watching(client).begun() for _ in range(2)]
        with refused("RESOURCE_EXHAUSTED", "TOO_MANY_CALLS"):
            await Watching(client).begun()
        assert await listed(client) == set()
        first.call.cancel()

        async def room() -> bool:
            try:
                await Watching(client).begun()
            except grpc.aio.AioRpcError:
                return False
            return True

        await eventually(room)
