"""Match runs: one authority's, computed however often the service ends, and honest about a failure."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from sqlmodel import Session, select

from havn.matching.v1 import matching_pb2 as pb
from havn.matching.v1.events_pb2 import MatchRunFinished
from havn.placements.v1 import placements_pb2 as placements
from services.matching.api import DEFINITION as MATCHING
from services.matching.planning import MOST_CLAIMS
from services.matching.store import REQUESTS
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared.records import Change
from services.shared.runtime import Definition, Parts, Platform
from services.shared.store import Store
from services.shared.tables import OutboxEvent
from tests import cast
from tests.conftest import Client, Havn, Refusal, eventually, refusal, refused, running_havn

WATCH = "/havn.matching.v1.MatchingService/WatchMatchRun"


def _idle(platform: Platform, store: Store) -> Parts:
    return replace(MATCHING.build(platform, store), tasks=[])


IDLE = Definition("matching", MATCHING.records, _idle)
"""Matching that takes runs and computes none: its state is that of one that was killed before a run was over."""


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("runs"), [PLACEMENTS, MATCHING]) as running:
        yield running


async def started(client: Client) -> pb.MatchRun:
    return await client.matching.CreateMatchRun(pb.CreateMatchRunRequest(request_id=cast.fresh("run")))


async def watched(client: Client, name: str) -> list[pb.MatchRun]:
    return [run async for run in client.matching.WatchMatchRun(pb.WatchMatchRunRequest(name=name))]


async def over(client: Client) -> pb.MatchRun:
    """A new run, once it is over."""
    return (await watched(client, (await started(client)).name))[-1]


def lines(havn: Havn, **having: object) -> list[dict[str, Any]]:
    logged = [json.loads(line) for line in havn.log.getvalue().splitlines()]
    return [line for line in logged if having.items() <= line.items()]


def announced(session: Session) -> list[str]:
    """Names of the runs that matching told the others to be over."""
    return sorted(MatchRunFinished.FromString(body).name for body in session.exec(select(OutboxEvent.body)))


async def test_a_run_that_the_service_did_not_finish_is_computed_after_its_next_start(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, IDLE]) as havn:
        runs = [await started(havn.as_(cast.COORDINATOR)), await started(havn.as_(cast.LEADER))]
        await havn.services["matching"].stop()
        await havn.forget_clients()
        await havn.start_service(MATCHING)
        done = [(await watched(havn.as_(cast.COORDINATOR), run.name))[-1] for run in runs]
        assert [(run.state, run.etag) for run in done] == [(pb.RUN_STATE_DONE, "2")] * 2
        assert await havn.rows("matching", announced) == sorted(run.name for run in runs)

        await havn.services["matching"].stop()
        await havn.forget_clients()
        await havn.start_service(MATCHING)
        again = await havn.as_(cast.COORDINATOR).matching.GetMatchRun(pb.GetMatchRunRequest(name=runs[0].name))
        assert again == done[0]


async def test_a_run_that_ended_each_who_took_it_up_is_given_up(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, IDLE]) as havn:
        run = await started(havn.as_(cast.COORDINATOR))
        for _ in range(MOST_CLAIMS):
            # As a process does that is killed in the middle: its lease runs out.
            assert await havn.services["matching"].store.leases.claim(run.name, -1)
        await havn.services["matching"].stop()
        await havn.forget_clients()
        await havn.start_service(MATCHING)
        failed = (await watched(havn.as_(cast.COORDINATOR), run.name))[-1]
        assert failed.state == pb.RUN_STATE_FAILED
        assert lines(havn, event="run.given_up")
        assert (await over(havn.as_(cast.COORDINATOR))).state == pb.RUN_STATE_DONE


async def test_a_run_is_of_the_authority_that_asked(havn: Havn) -> None:
    for caller in (cast.COORDINATOR, cast.elsewhere(cast.LEADER)):
        assert (await started(havn.as_(caller))).authority == caller.authority


async def test_nobody_asks_for_a_run_of_all_authorities(havn: Havn) -> None:
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await started(havn.as_(replace(cast.COORDINATOR, authority="*")))


async def test_a_run_elsewhere_can_not_be_told_from_one_that_is_not_there(
    coordinator: Client, coordinator_elsewhere: Client
) -> None:
    run = await started(coordinator)
    for name in (run.name, "matchRuns/0123456789abcdef"):
        with pytest.raises(grpc.aio.AioRpcError) as got:
            await coordinator_elsewhere.matching.GetMatchRun(pb.GetMatchRunRequest(name=name))
        with pytest.raises(grpc.aio.AioRpcError) as seen:
            await watched(coordinator_elsewhere, name)
        assert anonymous(refusal(got.value), name) == anonymous(refusal(seen.value), name)
        assert anonymous(refusal(got.value), name).message == "there is no 'X' that you may see"


def anonymous(refused: Refusal, name: str) -> Refusal:
    return replace(refused, message=refused.message.replace(name, "X"), reference="")


async def put(havn: Havn, request: placements.PlacementRequest) -> None:
    """Keeps a copy as if placements had told of it."""
    await havn.database("matching").write(
        lambda session: Change(session, cast.SERVICE, cast.NOW).put_newer(REQUESTS, request)
    )


async def test_a_run_that_can_not_be_computed_says_so_and_holds_up_no_other(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, MATCHING]) as havn:
        good = cast.a_request(name="requests/of-no-kind", state=placements.REQUEST_STATE_OPEN, etag="2")
        await put(havn, cast.a_request(name=good.name, state=good.state, etag="1", kind=0))
        failed = await over(havn.as_(cast.COORDINATOR))
        assert failed.state == pb.RUN_STATE_FAILED
        assert failed.HasField("finish_time")
        assert not failed.places
        assert not failed.levels
        assert [line["exc_type"] for line in lines(havn, event="run.failed")] == ["KeyError"]

        assert (await over(havn.as_(cast.elsewhere(cast.COORDINATOR)))).state == pb.RUN_STATE_DONE

        await put(havn, good)
        done = await over(havn.as_(cast.COORDINATOR))
        assert (done.state, done.request_count) == (pb.RUN_STATE_DONE, 1)


async def test_a_watcher_that_goes_away_ends_its_call(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, IDLE]) as havn:
        client = havn.as_(cast.COORDINATOR)
        run = await started(client)
        watching = client.matching.WatchMatchRun(
            pb.WatchMatchRunRequest(name=run.name), metadata=(("x-request-id", "goes-away"),)
        )
        assert await anext(aiter(watching)) == run
        watching.cancel()

        async def noted() -> bool:
            await havn.rows("matching", lambda session: None)
            return bool(lines(havn, reference="goes-away"))

        await eventually(noted)
        [line] = lines(havn, reference="goes-away")
        assert (line["code"], line["rpc"], line["actor"]) == ("CANCELLED", WATCH, "users/coordinator")
        assert await client.matching.GetMatchRun(pb.GetMatchRunRequest(name=run.name)) == run
