"""Two replicas of each service over one PostgreSQL and one NATS: together they do everything once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import Session, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.matching.v1 import matching_pb2 as matching
from havn.matching.v1.events_pb2 import MatchRunFinished
from havn.placements.v1 import placements_pb2 as placements
from services.capacity.api import DEFINITION as CAPACITY
from services.matching.api import DEFINITION as MATCHING
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.events import connect
from services.shared.tables import OutboxEvent
from tests import cast, databases
from tests.conftest import Havn, eventually, running_havn

pytestmark = pytest.mark.skipif(not databases.on_postgres(), reason="runs with --database postgresql")

SERVICES = [PLACEMENTS, CAPACITY, MATCHING]


@pytest_asyncio.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[list[Havn]]:
    async with running_havn(tmp_path, SERVICES) as one:
        other = Havn(tmp_path, one.clock, one.limits)
        other.platform = replace(one.platform, addresses={})
        try:
            for definition in SERVICES:
                await other.start_service(definition)
            yield [one, other]
        finally:
            await other.stop_services()


async def filed(replicas: list[Havn], count: int) -> set[str]:
    """Files requests with both by turns."""
    clients = [havn.as_(cast.COORDINATOR).placements for havn in replicas]
    calls = [clients[number % 2].CreateRequest(cast.filing(id="")) for number in range(count)]
    return {request.name for request in await asyncio.gather(*calls)}


async def listed(havn: Havn) -> list[str]:
    asked = capacity.ListWaitingListRequest(page_size=200)
    page = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(asked)
    return [entry.request for entry in page.entries]


def sent(session: Session) -> list[str | None]:
    return list(session.exec(select(OutboxEvent.sent_time)))


async def test_every_event_is_published_once_and_applied_once_by_either(replicas: list[Havn]) -> None:
    one, other = replicas
    names = await filed(replicas, 30)

    async def arrived() -> bool:
        return set(await listed(one)) == names == set(await listed(other))

    await eventually(arrived)
    assert len(await listed(one)) == len(names)
    client = await connect(one.nats.root, "test")
    stream = await client.jetstream().stream_info("placements")
    await client.close()
    assert stream.state.messages == len(names)

    async def noted() -> bool:
        return None not in await one.rows("placements", sent)

    await eventually(noted)


async def test_one_that_ends_leaves_its_work_to_the_other(replicas: list[Havn]) -> None:
    one, other = replicas
    before = await filed(replicas, 4)
    await one.stop_services()
    after = await filed([other, other], 4)

    async def arrived() -> bool:
        return set(await listed(other)) == before | after

    await eventually(arrived)


def finished(session: Session) -> list[str]:
    return [MatchRunFinished.FromString(body).name for body in session.exec(select(OutboxEvent.body))]


async def test_a_run_is_computed_once_and_watched_with_either(replicas: list[Havn]) -> None:
    await filed(replicas, 2)
    clients = [havn.as_(cast.COORDINATOR).matching for havn in replicas]
    calls = [clients[n % 2].CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh())) for n in range(6)]
    runs = [run.name for run in await asyncio.gather(*calls)]
    for client in clients:
        for name in runs:
            seen = [run async for run in client.WatchMatchRun(matching.WatchMatchRunRequest(name=name))]
            assert seen[-1].state == matching.RUN_STATE_DONE
    assert Counter(await replicas[0].rows("matching", finished)) == Counter(runs)


async def test_a_report_to_either_is_shown_by_both(replicas: list[Havn]) -> None:
    one = replicas[0]
    institution = (await one.as_(cast.ADMINISTRATOR).capacity.CreateInstitution(cast.founding())).name
    unit = (await one.as_(cast.ADMINISTRATOR).capacity.CreateUnit(cast.opening(institution))).name
    asked = capacity.WatchVacanciesRequest()
    watching = [aiter(havn.as_(cast.COORDINATOR).capacity.WatchVacancies(asked)) for havn in replicas]
    assert [await anext(answers) for answers in watching] == [capacity.WatchVacanciesResponse()] * 2
    for havn in replicas:
        report = await havn.as_(cast.staff_of(institution)).capacity.ReportVacancy(cast.reporting(unit))
        assert [list((await anext(answers)).vacancies) for answers in watching] == [[report], [report]]


async def test_of_changes_of_the_same_state_with_both_one_wins(replicas: list[Havn]) -> None:
    clients = [havn.as_(cast.COORDINATOR).placements for havn in replicas]
    request = await clients[0].CreateRequest(cast.filing())
    changes = [clients[number % 2].UpdateRequest(cast.updating(request, "school")) for number in range(20)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(result, placements.PlacementRequest) for result in results) == 1


async def test_a_key_that_is_sent_to_both_changes_once(replicas: list[Havn]) -> None:
    asked = cast.filing(id="")
    calls = [replicas[number % 2].as_(cast.COORDINATOR).placements.CreateRequest(asked) for number in range(10)]
    answers = await asyncio.gather(*calls)
    assert all(answer == answers[0] for answer in answers)
