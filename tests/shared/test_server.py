"""What every call must pass, and what leaves when something breaks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import pytest
import pytest_asyncio

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements.api import DEFINITION as PLACEMENTS
from services.placements.api import PlacementsApi
from services.shared.access import Caller
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from tests import cast
from tests.conftest import Client, Havn, eventually, refusal, refused, refused_fields, running_havn

MAX_MESSAGE_BYTES = 256 * 1024
SECRET = "Malik 010112-1234"
Ask = Callable[..., Awaitable[Any]]

PATH = "/havn.placements.v1.PlacementsService"


class Faulty(PlacementsApi):
    """Placements with faults: one RPC breaks, one never ends, one finds its peer away."""

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        raise ValueError(f"{SECRET} not found")

    begun = asyncio.Event()
    """That the RPC that never ends was called."""

    async def GetPlacement(self, request: pb.GetPlacementRequest, context: Context) -> pb.Placement:
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def ListPlacements(self, request: pb.ListPlacementsRequest, context: Context) -> pb.ListPlacementsResponse:
        raise grpc.aio.AioRpcError(
            grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), details=SECRET
        )


def build(platform: Platform, store: Store) -> Parts:
    api = Faulty(store, platform)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["PlacementsService"],
        register=lambda server: rpc.add_PlacementsServiceServicer_to_server(api, server),
    )


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    faulty = Definition("placements", PLACEMENTS.records, build)
    async with running_havn(tmp_path_factory.mktemp("faulty"), [faulty]) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def plain(havn: Havn) -> AsyncIterator[grpc.aio.Channel]:
    """A channel that adds nothing to a call."""
    async with grpc.aio.insecure_channel(havn.services["placements"].address) as channel:
        yield channel


def lines(havn: Havn, **having: object) -> list[dict[str, Any]]:
    logged = [json.loads(line) for line in havn.log.getvalue().splitlines()]
    return [line for line in logged if having.items() <= line.items()]


async def noted(havn: Havn, **having: object) -> dict[str, Any]:
    """The one line with these; of a call that was refused or given up it may come after its caller went on."""

    async def there() -> bool:
        await havn.rows("placements", lambda session: None)
        return bool(lines(havn, **having))

    await eventually(there)
    [line] = lines(havn, **having)
    return line


async def test_of_a_fault_only_a_reference_leaves_and_the_log_knows_where_it_was(
    havn: Havn, coordinator: Client
) -> None:
    with refused("INTERNAL") as seen:
        await coordinator.placements.GetRequest(pb.GetRequestRequest(name="requests/r"))
    assert seen[0].message == f"a fault in Havn; tell the operator the reference {seen[0].reference}"
    [failed] = lines(havn, event="rpc.failed", reference=seen[0].reference)
    assert failed["exc_type"] == "ValueError"
    assert any("test_server.py" in where for where in failed["exc_where"])
    assert SECRET not in havn.log.getvalue()


async def test_what_a_peer_said_does_not_leave(havn: Havn, coordinator: Client) -> None:
    with refused("UNAVAILABLE", "PEER_AWAY") as seen:
        await coordinator.placements.ListPlacements(pb.ListPlacementsRequest())
    assert SECRET not in seen[0].message
    assert SECRET not in havn.log.getvalue()


async def test_the_reference_of_the_caller_is_kept(coordinator: Client) -> None:
    with refused("UNAVAILABLE", "PEER_AWAY") as seen:
        await coordinator.placements.ListPlacements(
            pb.ListPlacementsRequest(), metadata=(("x-request-id", "reference-of-caller"),)
        )
    assert seen[0].reference == "reference-of-caller"


@pytest.mark.parametrize("given", ["short", "010112-1234", "has space in it", "x" * 65, "Malik<script>alert</script>"])
async def test_a_reference_that_is_none_is_not(given: str, coordinator: Client) -> None:
    with refused("UNAVAILABLE", "PEER_AWAY") as seen:
        await coordinator.placements.ListPlacements(pb.ListPlacementsRequest(), metadata=(("x-request-id", given),))
    assert seen[0].reference != given


def raw(data: bytes) -> bytes:
    """Bytes as they are given."""
    return data


def bearer(havn: Havn) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {havn.signer.token(cast.COORDINATOR)}"),)


@pytest.mark.parametrize("seconds", [None, 36_001.0, 10.0**9])
async def test_a_call_without_a_deadline_or_with_one_too_far_is_refused(
    seconds: float | None, havn: Havn, plain: grpc.aio.Channel
) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/CreateRequest", pb.CreateRequestRequest.SerializeToString)
    with refused("INVALID_ARGUMENT", "DEADLINE_INVALID"):
        await ask(cast.filing(), metadata=bearer(havn), timeout=seconds)


async def test_work_that_is_not_done_by_the_deadline_ends_then(havn: Havn, coordinator: Client) -> None:
    Faulty.begun.clear()
    # Where the machine is busy a deadline passes before the call is there.
    while not Faulty.begun.is_set():
        asked = (("x-request-id", reference := cast.fresh("overdue-call")),)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await coordinator.placements.GetPlacement(
                pb.GetPlacementRequest(name="placements/p"), timeout=0.2, metadata=asked
            )
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    line = await noted(havn, rpc=f"{PATH}/GetPlacement", event="rpc.answered", reference=reference)
    assert line["code"] in ("DEADLINE_EXCEEDED", "CANCELLED")


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x05ab", b"\x0a\x02\xff\xfe"])
async def test_bytes_that_are_no_message_are_refused(data: bytes, havn: Havn, plain: grpc.aio.Channel) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/CreateRequest", raw)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "message"):
        await ask(data, metadata=bearer(havn), timeout=10)


async def test_bytes_that_are_no_row_of_an_import_are_refused(havn: Havn, plain: grpc.aio.Channel) -> None:
    token = havn.signer.token(cast.ADMINISTRATOR)
    take: Ask = plain.stream_unary(f"{PATH}/ImportPlacements", raw)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "message"):
        await take(cast.one_by_one([b"\xff"]), metadata=(("authorization", f"Bearer {token}"),), timeout=10)


def of_size(size: int) -> bytes:
    """A message of so many bytes that is no good one, but a message."""
    request = pb.CreateRequestRequest(request_id="k")
    padding = size - request.ByteSize() - 4
    data = request.SerializeToString() + b"\x12" + _varint(padding) + b"x" * padding
    assert len(data) == size
    return data


def _varint(number: int) -> bytes:
    return bytes([number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14])


async def test_a_message_of_the_greatest_size_is_read(havn: Havn, plain: grpc.aio.Channel) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/CreateRequest", raw)
    with refused_fields("request", "id"):
        await ask(of_size(MAX_MESSAGE_BYTES), metadata=bearer(havn), timeout=10)


async def test_a_greater_message_is_refused(havn: Havn, plain: grpc.aio.Channel) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/CreateRequest", raw)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ask(of_size(MAX_MESSAGE_BYTES + 1), metadata=bearer(havn), timeout=10)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


# gRPC's own headers take about a kilobyte, and differ a little from call to call.
@pytest.mark.parametrize(("size", "code"), [(7_000, "OK"), (7_200, "RESOURCE_EXHAUSTED")])
async def test_metadata_may_have_8_kilobytes(size: int, code: str, havn: Havn, plain: grpc.aio.Channel) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/ListRequests", raw)
    found = "OK"
    for _ in range(5):
        try:
            await ask(b"", metadata=(*bearer(havn), ("x-padding", "x" * size)), timeout=10)
        except grpc.aio.AioRpcError as error:
            found = error.code().name
        assert found == code


async def test_a_request_with_very_many_problems_is_still_refused_in_words(coordinator: Client) -> None:
    siblings = [pb.SiblingBond(child=f"Malik {number}" * 20, rule=99) for number in range(1000)]  # type: ignore[arg-type]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await coordinator.placements.CreateRequest(cast.filing(cast.a_request(siblings=siblings)))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = refusal(caught.value)
    assert (told.reason, next(iter(told.fields))) == ("FIELD_INVALID", "request.siblings[0].rule")
    assert len(told.fields) > 10


async def test_an_unknown_rpc_is_unimplemented(havn: Havn, plain: grpc.aio.Channel) -> None:
    ask: Ask = plain.unary_unary(f"{PATH}/DropTables", raw)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ask(b"", metadata=bearer(havn), timeout=10)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_each_call_leaves_one_line_with_who_what_and_how_it_ended(havn: Havn, coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "name") as seen:
        await coordinator.placements.GetRequest(pb.GetRequestRequest())
    line = await noted(havn, reference=seen[0].reference)
    assert (line["event"], line["code"], line["rpc"]) == ("rpc.answered", "INVALID_ARGUMENT", f"{PATH}/GetRequest")
    assert (line["actor"], line["roles"], line["service"]) == ("users/coordinator", "COORDINATOR", "placements")


@pytest.mark.parametrize(
    ("caller", "code", "reason"),
    [
        (cast.STRANGER, "PERMISSION_DENIED", "ROLE_NOT_ALLOWED"),
        (cast.elsewhere(cast.COORDINATOR), "NOT_FOUND", "NOT_FOUND"),
    ],
)
async def test_a_refused_access_leaves_a_line_with_who_and_what(
    caller: Caller, code: str, reason: str, havn: Havn, coordinator: Client
) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused(code, reason) as seen:
        await havn.as_(caller).placements.WithdrawRequest(cast.withdrawing(filed))
    line = await noted(havn, reference=seen[0].reference)
    assert (line["event"], line["code"], line["reason"]) == ("rpc.answered", code, reason)
    assert (line["actor"], line["rpc"]) == (caller.subject, f"{PATH}/WithdrawRequest")


async def test_a_call_that_its_caller_gave_up_is_not_noted_as_answered_well(havn: Havn, coordinator: Client) -> None:
    Faulty.begun.clear()
    under_way = coordinator.placements.GetPlacement(
        pb.GetPlacementRequest(name="placements/p"), metadata=(("x-request-id", "given-up-call"),)
    )
    asked = asyncio.ensure_future(under_way)
    await Faulty.begun.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (await noted(havn, reference="given-up-call"))["code"] == "CANCELLED"
