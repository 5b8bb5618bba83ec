"""What a service takes on: calls at a time, calls of one person, and events that wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements.api import DEFINITION as PLACEMENTS
from services.placements.api import PlacementsApi
from services.shared import readiness, status
from services.shared.access import Caller
from services.shared.errors import TooManyCalls
from services.shared.limits import BURST_SECONDS, MANY_CALLERS, RETRY_SECONDS, Calls, Rates
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.settings import Settings
from services.shared.store import Store
from tests import cast
from tests.conftest import WAIT_SECONDS, Client, Havn, eventually, refused, running_havn

AT_A_TIME = 8
PER_SECOND = 20.0
BURST = int(PER_SECOND * BURST_SECONDS)
HELD = "requests/held"


class Holding(PlacementsApi):
    """Placements that keeps a call waiting until it is let go."""

    let_go = asyncio.Event()

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        if request.name == HELD:
            await self.let_go.wait()
        return await super().GetRequest(request, context)


def build(platform: Platform, store: Store) -> Parts:
    api = Holding(store, platform)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["PlacementsService"],
        register=lambda server: rpc.add_PlacementsServiceServicer_to_server(api, server),
    )


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    holding = Definition("placements", PLACEMENTS.records, build)
    limits = {"calls_at_a_time": AT_A_TIME, "calls_per_second": PER_SECOND, "outbox_limit": 3}
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(readiness, "CHECK_SECONDS", 0.02)
        async with running_havn(tmp_path_factory.mktemp("limits"), [holding], limits=limits) as running:
            yield running


def somebody() -> Caller:
    """A coordinator who has not called yet."""
    return replace(cast.COORDINATOR, subject=f"users/{cast.fresh()}")


async def asked(client: Client, name: str = "requests/none") -> str:
    """The code of one answer."""
    try:
        await client.placements.GetRequest(pb.GetRequestRequest(name=name))
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def test_more_calls_than_a_service_takes_at_a_time_are_refused_at_once_and_health_is_not(havn: Havn) -> None:
    client = havn.as_(somebody())
    held = [asyncio.create_task(asked(client, HELD)) for _ in range(2 * AT_A_TIME)]
    done: set[asyncio.Task[str]] = set()
    async with asyncio.timeout(WAIT_SECONDS):
        while len(done) < AT_A_TIME:
            done, _ = await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result() for task in done} == {"RESOURCE_EXHAUSTED"}
    with refused("RESOURCE_EXHAUSTED", "TOO_MANY_CALLS"):
        await client.placements.GetRequest(pb.GetRequestRequest(name="requests/none"))
    check = health_pb2_grpc.HealthStub(client.channels["placements"]).Check  # type: ignore[attr-defined]
    assert (await check(health_pb2.HealthCheckRequest(service="liveness"))).status == readiness.SERVING

    Holding.let_go.set()
    assert Counter(await asyncio.gather(*held)) == {"RESOURCE_EXHAUSTED": AT_A_TIME, "NOT_FOUND": AT_A_TIME}
    assert await asked(client) == "NOT_FOUND"


async def test_who_calls_too_often_is_refused_and_told_when_to_come_again_and_others_are_answered(havn: Havn) -> None:
    eager = havn.as_(somebody())
    codes = Counter([await asked(eager) for _ in range(BURST)])
    assert codes == {"NOT_FOUND": BURST}
    refusals = 0
    while not refusals:
        try:
            await eager.placements.GetRequest(pb.GetRequestRequest(name="requests/none"))
        except grpc.aio.AioRpcError as error:
            refusals += error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            last = error
    status = rpc_status.from_call(last)  # type: ignore[arg-type]
    delay = error_details_pb2.RetryInfo()
    assert [detail.Unpack(delay) for detail in status.details] == [False, True]
    assert 0 < delay.retry_delay.ToMilliseconds() <= 1000 / PER_SECOND
    assert await asked(havn.as_(somebody())) == "NOT_FOUND"


async def test_those_who_are_refused_together_are_told_to_come_again_one_by_one() -> None:
    calls, told = Calls(0, 0), []
    for _ in range(20):
        with pytest.raises(TooManyCalls) as refusal, calls.one_more():
            pass
        told.append(refusal.value.retry_seconds)
    soonest, latest = RETRY_SECONDS
    assert all(soonest <= seconds <= latest for seconds in told)
    assert len(set(told)) == len(told)


async def test_services_may_call_as_often_as_they_need(havn: Havn) -> None:
    service = havn.as_(cast.SERVICE)
    assert {await asked(service) for _ in range(3 * BURST)} == {"NOT_FOUND"}


def test_when_to_come_again_is_told_in_whole_milliseconds_and_never_at_once() -> None:
    told = status.status(TooManyCalls("too many calls", 0.000_01), "placements", "r")
    delay = error_details_pb2.RetryInfo()
    assert told.details[1].Unpack(delay)
    assert delay.retry_delay.ToMilliseconds() == 1


def test_a_bucket_fills_again_and_holds_no_more_than_its_burst() -> None:
    now = 1000.0
    rates = Rates(PER_SECOND, lambda: now)

    def passes() -> int:
        count = 0
        with suppress(TooManyCalls):
            while True:
                rates.take("users/a")
                count += 1
        return count

    assert passes() == BURST
    with pytest.raises(TooManyCalls) as caught:
        rates.take("users/a")
    assert 0 < caught.value.retry_seconds <= 1 / PER_SECOND
    now += 1
    assert passes() == PER_SECOND
    now += 1000
    assert passes() == BURST
    rates.take("users/b")


def test_callers_who_are_quiet_again_take_no_memory() -> None:
    now = 1000.0
    rates = Rates(PER_SECOND, lambda: now)
    for number in range(3 * MANY_CALLERS):
        now += 0.001
        rates.take(f"users/{number}")
    assert len(rates._full) <= MANY_CALLERS


async def test_nothing_can_be_changed_while_too_many_events_wait_and_reading_goes_on(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(readiness, "CHECK_SECONDS", 0.02)
        async with running_havn(tmp_path, [PLACEMENTS], limits={"outbox_limit": 3}) as havn:
            client = havn.as_(cast.COORDINATOR)

            async def full() -> bool:
                await havn.rows("placements", lambda session: None)
                return havn.services["placements"].store.outbox_full

            async def room() -> bool:
                return not await full()

            with cast.paused(havn.nats.pid):
                for _ in range(3):
                    filed = await client.placements.CreateRequest(cast.filing())
                await eventually(full)
                with refused("RESOURCE_EXHAUSTED", "OUTBOX_FULL"):
                    await client.placements.CreateRequest(cast.filing())
                assert await client.placements.GetRequest(pb.GetRequestRequest(name=filed.name)) == filed
            await eventually(room)
            await client.placements.CreateRequest(cast.filing())


def test_the_defaults_leave_room_for_people_and_for_the_largest_import() -> None:
    settings = Settings()
    assert settings.outbox_limit >= 2 * 100_000
    assert settings.calls_per_second >= 100


async def test_a_service_answers_again_once_too_many_have_called(havn: Havn) -> None:
    """Ten times as many as it takes: it refuses, and forgets them."""
    clients = [havn.as_(somebody()) for _ in range(4)]
    for client in clients:
        assert await asked(client) == "NOT_FOUND"
    codes = Counter(await asyncio.gather(*(asked(clients[turn % 4]) for turn in range(10 * AT_A_TIME))))
    assert set(codes) <= {"NOT_FOUND", "RESOURCE_EXHAUSTED"}
    assert codes["NOT_FOUND"] >= AT_A_TIME
    assert await asked(havn.as_(somebody())) == "NOT_FOUND"


async def test_a_call_that_an_end_cuts_short_may_be_tried_again(tmp_path: Path) -> None:
    Holding.let_go.clear()
    holding = Definition("placements", PLACEMENTS.records, build)
    async with running_havn(tmp_path, [holding], limits={"drain_seconds": 0.2, "calls_per_second": 1e6}) as havn:
        client = havn.as_(cast.COORDINATOR)
        await client.placements.ListRequests(pb.ListRequestsRequest())
        held = asyncio.ensure_future(client.placements.GetRequest(pb.GetRequestRequest(name=HELD)))
        await client.placements.ListRequests(pb.ListRequestsRequest())
        await havn.services["placements"].stop()
        with refused("UNAVAILABLE", "SERVICE_ENDING"):
            await held
