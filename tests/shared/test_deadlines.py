"""A call within a call has the rest of its time: when the last one hangs, all end by the first one's deadline."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import grpc
import pytest
import pytest_asyncio
from grpc_status import rpc_status

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements.api import PlacementsApi
from services.placements.store import Placements
from services.shared import call, clients
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from tests import cast
from tests.conftest import WAIT_SECONDS, Havn, eventually, refusal, running_havn

CHAIN = ("families", "capacity", "placements")
"""Each asks the next one; the last hangs."""

SLACK_SECONDS = 3.0
"""Cores that others use, too; a link that knew of no deadline would hang for ten."""


@dataclass
class Seen:
    """What one link of the chain saw: the time of each call, by the name that it asked for, and its last reference."""

    remaining: dict[str, float] = field(default_factory=dict)
    reference: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Link(PlacementsApi):
    """Asks the next one, or hangs where there is none."""

    def __init__(self, store: Store, platform: Platform, seen: Seen, channel: grpc.aio.Channel | None) -> None:
        super().__init__(store, platform)
        self._seen = seen
        self._next = rpc.PlacementsServiceStub(channel) if channel else None

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        self._seen.remaining[request.name] = context.time_remaining() or 0.0
        self._seen.reference = call.current().reference
        self._seen.ended.clear()
        try:
            if self._next:
                return await self._next.GetRequest(request)
            await asyncio.Event().wait()
            raise AssertionError
        finally:
            self._seen.ended.set()


def build(seen: Seen, name: str, to: str, platform: Platform, store: Store) -> Parts:
    channel = platform.channel(name, to) if to else None
    api = Link(store, platform, seen, channel)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["PlacementsService"],
        register=lambda server: rpc.add_PlacementsServiceServicer_to_server(api, server),
        channels=[channel] if channel else [],
    )


@pytest_asyncio.fixture(scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Havn, dict[str, Seen]]]:
    seen = {name: Seen() for name in CHAIN}
    peers = dict(pairwise(CHAIN))
    definitions = [
        Definition(name, Placements.metadata, partial(build, seen[name], name, peers.get(name, "")))
        for name in reversed(CHAIN)
    ]
    async with running_havn(tmp_path_factory.mktemp("chain"), definitions) as running:
        await connected(running, seen)
        yield running, seen


async def connected(havn: Havn, seen: dict[str, Seen]) -> None:
    """Returns once each link is connected to the next one, which takes a busy machine longer than some deadlines."""
    client = rpc.PlacementsServiceStub(havn.as_(cast.SERVICE).channels[CHAIN[0]])
    first = client.GetRequest(pb.GetRequestRequest(name="requests/first"), timeout=WAIT_SECONDS)

    async def arrived() -> bool:
        return "requests/first" in seen[CHAIN[-1]].remaining

    await eventually(arrived)
    first.cancel()
    for link in seen.values():
        await link.ended.wait()


# Above a second gRPC rounds what it passes on up to hundredths: more than may be missing here.
@pytest.mark.parametrize("seconds", [0.8, 1.0])
async def test_all_calls_of_a_chain_end_by_the_deadline_of_the_first(
    seconds: float, chain: tuple[Havn, dict[str, Seen]]
) -> None:
    havn, seen = chain
    client = rpc.PlacementsServiceStub(havn.as_(cast.SERVICE).channels[CHAIN[0]])
    begun = time.monotonic()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.GetRequest(pb.GetRequestRequest(name="requests/r"), timeout=seconds)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(seconds + SLACK_SECONDS - (time.monotonic() - begun)):
        for link in seen.values():
            await link.ended.wait()
    first, second, third = (seen[name].remaining["requests/r"] for name in CHAIN)
    assert first > second > third
    assert first - third >= 2 * call.RETURN_SECONDS * 0.9


async def test_who_waits_behind_a_peer_that_is_too_slow_is_told_so_in_words(
    chain: tuple[Havn, dict[str, Seen]],
) -> None:
    havn, _seen = chain
    client = rpc.PlacementsServiceStub(havn.as_(cast.SERVICE).channels[CHAIN[0]])

    async def told() -> bool:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await client.GetRequest(pb.GetRequestRequest(name="requests/r"), timeout=2)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        return rpc_status.from_call(caught.value) is not None and refusal(caught.value).reason == "DEADLINE_PASSED"  # type: ignore[arg-type]

    # The words have a tenth of a second to come in, which a busy machine may not give them each time.
    await eventually(told)


async def test_a_chain_has_one_reference(chain: tuple[Havn, dict[str, Seen]]) -> None:
    havn, seen = chain
    client = rpc.PlacementsServiceStub(havn.as_(cast.SERVICE).channels[CHAIN[0]])
    with pytest.raises(grpc.aio.AioRpcError):
        await client.GetRequest(
            pb.GetRequestRequest(name="requests/r"), timeout=2, metadata=(("x-request-id", "one-reference"),)
        )
    assert {link.reference for link in seen.values()} == {"one-reference"}


async def test_a_call_outside_of_any_other_has_its_own_deadline() -> None:
    assert call.seconds_left() > clients.DEADLINE_SECONDS
    assert call.reference() == ""


async def test_calls_at_the_same_time_have_each_their_own_time(chain: tuple[Havn, dict[str, Seen]]) -> None:
    havn, seen = chain
    client = rpc.PlacementsServiceStub(havn.as_(cast.SERVICE).channels[CHAIN[0]])

    async def ask(tenths: int) -> None:
        with pytest.raises(grpc.aio.AioRpcError):
            await client.GetRequest(pb.GetRequestRequest(name=f"requests/{tenths}"), timeout=tenths / 10)

    last = seen[CHAIN[-1]].remaining

    async def all_arrived() -> bool:
        last.clear()
        await asyncio.gather(*(ask(tenths) for tenths in (30, 10, 20)))
        return len(last) == 3

    # A busy machine may need the second that one of them has for less than the whole chain.
    await eventually(all_arrived)
    assert last["requests/10"] < last["requests/20"] < last["requests/30"]
    for tenths in (10, 20, 30):
        assert last[f"requests/{tenths}"] < tenths / 10
