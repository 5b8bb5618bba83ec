"""A service that stops under load loses no write."""

import asyncio
import threading
from pathlib import Path

import grpc

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.placements.api import DEFINITION as PLACEMENTS
from tests import cast
from tests.conftest import WAIT_SECONDS, Havn, eventually, running_havn

WRITERS = 8
ENOUGH = 5 * WRITERS


async def write_until_refused(
    havn: Havn, answered: dict[str, str], enough: asyncio.Event
) -> tuple[pb.CreateRequestRequest, str]:
    """Files requests until one is not answered, and gives that one with the code that came instead."""
    while True:
        request = cast.filing(id="")
        try:
            filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(request)
        except grpc.aio.AioRpcError as error:
            return request, error.code().name
        answered[request.request_id] = filed.name
        if len(answered) >= ENOUGH:
            enough.set()


async def everything(havn: Havn) -> list[str]:
    names, token = [], ""
    while True:
        asked = pb.ListRequestsRequest(page_size=200, page_token=token)
        page = await havn.as_(cast.COORDINATOR).placements.ListRequests(asked)
        names += [request.name for request in page.requests]
        if not (token := page.next_page_token):
            return names


async def test_each_write_under_a_stop_is_answered_or_can_be_repeated_and_happens_once(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:
        answered: dict[str, str] = {}
        enough = asyncio.Event()
        writers = [asyncio.create_task(write_until_refused(havn, answered, enough)) for _ in range(WRITERS)]
        async with asyncio.timeout(WAIT_SECONDS):
            await enough.wait()
        await havn.services["placements"].stop()
        unanswered = await asyncio.gather(*writers)
        await havn.forget_clients()

        await havn.start_service(PLACEMENTS)
        for request, code in unanswered:
            assert code in ("UNAVAILABLE", "CANCELLED")
            filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(request)
            answered[request.request_id] = filed.name
        kept = await everything(havn)
        assert sorted(kept) == sorted(answered.values())


async def test_a_call_under_way_is_answered_before_the_service_stops(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:
        client = havn.as_(cast.COORDINATOR)

        # Refused before it reads or writes: it must not wait for the disk.
        channel = havn.channels(lambda: "no-token")["placements"]
        nobody = PlacementsServiceStub(channel)

        async def away() -> bool:
            try:
                await nobody.GetRequest(pb.GetRequestRequest(name="requests/none"))
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.UNAVAILABLE
            return False

        async def under_way() -> bool:
            await havn.rows("placements", lambda session: None)
            # The call's write, and that by which the service finds out whether its database takes any.
            return havn.database("placements")._writing._threads._work_queue.qsize() == 2

        slow_disk = threading.Event()
        write = asyncio.create_task(havn.database("placements").write(lambda session: slow_disk.wait(WAIT_SECONDS)))
        filing = asyncio.ensure_future(client.placements.CreateRequest(cast.filing()))
        await eventually(under_way)
        stopping = asyncio.create_task(havn.services["placements"].stop())
        await eventually(away)
        slow_disk.set()
        assert (await filing).etag == "1"
        await asyncio.gather(write, stopping)
        await channel.close()
