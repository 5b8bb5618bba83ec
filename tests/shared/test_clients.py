"""Channels between services: signed, with a deadline, and trying again only where nothing was begun."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from joserfc.jwk import ECKey

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.shared import access, clients
from services.shared.call import Call, begin
from services.shared.server import Context
from tests import cast
from tests.contract.descriptors import METHODS

# It meets no database.
pytestmark = pytest.mark.once

CALLS = 400
AGAIN = ("UNAVAILABLE", "CANCELLED")

HARMLESS = {
    "havn.matching.v1.MatchingService.CountSuitablePlaces",
    # Noted again within minutes, it is one look.
    "havn.families.v1.FamiliesService.NoteProfileViews",
    # It keeps what it shows; shown again it is kept again.
    "havn.matching.v1.MatchingService.SuggestMatches",
}
"""Neither reads nor has a key."""

SIGNER = access.Signer(ECKey.generate_key("P-256"))


class Refusing(rpc.PlacementsServiceServicer):
    """Refuses each request by the code that its name says, and the first few only where the name says how many.

    Of those named "half" it refuses every other one, by chance.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.chance = random.Random(3)
        self.metadata: dict[str, str | bytes] = {}
        self.remaining: float | None = None

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        self.calls[request.name] += 1
        metadata: Iterable[tuple[str, str | bytes]] = context.invocation_metadata() or ()
        self.metadata, self.remaining = dict(metadata), context.time_remaining()
        if request.name == "half":
            await self.perhaps(context)
            return pb.PlacementRequest(name=request.name)
        code, _, times = request.name.partition("/")
        if self.calls[request.name] <= int(times or 1000):
            await context.abort(grpc.StatusCode[code], "refused")
        return pb.PlacementRequest(name=request.name)

    async def perhaps(self, context: Context) -> None:
        if self.chance.random() < 0.5:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "refused")


@pytest.fixture
def servicer() -> Refusing:
    return Refusing()  # type: ignore[abstract]  # one RPC is enough


@pytest_asyncio.fixture
async def address(servicer: Refusing) -> AsyncIterator[str]:
    server = grpc.aio.server()
    rpc.add_PlacementsServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@pytest_asyncio.fixture
async def stub(address: str) -> AsyncIterator[rpc.PlacementsServiceStub]:
    channel = clients.channel("placements", address, clients.Tokens(SIGNER, cast.SERVICE))
    yield rpc.PlacementsServiceStub(channel)
    await channel.close()


def asking(name: str) -> pb.GetRequestRequest:
    return pb.GetRequestRequest(name=name)


@pytest.mark.parametrize("code", AGAIN)
async def test_a_peer_that_is_away_for_a_moment_is_tried_again(
    code: str, servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub"
) -> None:
    assert (await stub.GetRequest(asking(f"{code}/2"))).name == f"{code}/2"
    assert servicer.calls[f"{code}/2"] == 3


async def test_a_peer_that_stays_away_is_tried_four_times(
    servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub"
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.GetRequest(asking("UNAVAILABLE"))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert servicer.calls["UNAVAILABLE"] == 4


@pytest.mark.parametrize("code", [code.name for code in grpc.StatusCode if code.name not in ("OK", *AGAIN)])
async def test_nothing_else_is_tried_again(
    code: str, servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub"
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.GetRequest(asking(code))
    assert caught.value.code().name == code
    assert servicer.calls[code] == 1


async def test_a_peer_that_fails_half_the_time_is_not_flooded(
    servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub"
) -> None:
    async def ask_some() -> None:
        for _ in range(CALLS // 20):
            with suppress(grpc.aio.AioRpcError):
                await stub.GetRequest(asking("half"))

    await asyncio.gather(*(ask_some() for _ in range(20)))
    assert CALLS < servicer.calls["half"] <= 1.3 * CALLS


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_every_rpc_may_be_tried_again(method: MethodDescriptor) -> None:
    """It reads, or its request has a key; what it answers to a key it answers once more."""
    reads = method.name.startswith(("Get", "List", "Watch", "Check"))
    keyed = "request_id" in method.input_type.fields_by_name
    assert reads or keyed or method.full_name in HARMLESS


async def test_a_call_is_signed_and_has_a_deadline(servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub") -> None:
    await stub.GetRequest(asking("UNAVAILABLE/0"))
    token = str(servicer.metadata["authorization"]).removeprefix("Bearer ")
    assert SIGNER.verifier().caller(token) == cast.SERVICE
    assert servicer.remaining is not None
    # gRPC rounds a deadline up on its way.
    assert 0 < servicer.remaining < clients.DEADLINE_SECONDS + 1


async def test_a_call_made_within_another_says_what_that_one_is_for(
    servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub"
) -> None:
    await stub.GetRequest(asking("UNAVAILABLE/0"))
    assert "x-purpose" not in servicer.metadata
    begin(Call("/x", "reference", purpose="FOLLOW_UP"))
    await stub.GetRequest(asking("UNAVAILABLE/0"))
    assert servicer.metadata["x-purpose"] == "FOLLOW_UP"


async def test_a_deadline_that_was_given_is_kept(servicer: Refusing, stub: "rpc.PlacementsServiceAsyncStub") -> None:
    await stub.GetRequest(asking("UNAVAILABLE/0"), timeout=3)
    assert servicer.remaining is not None
    assert 0 < servicer.remaining < 4


def test_a_token_is_used_again_until_it_is_about_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    tokens = clients.Tokens(SIGNER, cast.SERVICE)
    first = tokens()
    now += access.TOKEN_LIFETIME - 61
    assert tokens() == first
    now += 2
    assert tokens() != first


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "token.pem"
    made = access.key_from(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert access.key_from(path).thumbprint() == made.thumbprint()
