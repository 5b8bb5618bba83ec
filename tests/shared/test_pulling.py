"""A consumer's messages, many at a time: all come, in their order, whatever becomes of a request."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import ServiceUnavailableError

from services.shared import pulling
from services.shared.pulling import Pull
from services.shared.streams import MOST_PENDING, Streams
from tests.bus import OpenServer
from tests.conftest import eventually

DURABLE = "capacity-requests-v1"


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    server = OpenServer(tmp_path)
    await server.start()
    connected = await nats.connect(server.root)
    ours = Streams(connected, replicas=1, megabytes=1)
    await ours.stream("placements")
    await ours.consumer("placements", DURABLE)
    yield connected
    await connected.close()
    await server.stop()


@pytest_asyncio.fixture
async def pull(client: Client) -> AsyncIterator[Pull]:
    opened = Pull(client, "placements", DURABLE)
    await opened.open()
    yield opened
    await opened.close()


async def put(client: Client, *numbers: int) -> None:
    for number in numbers:
        await client.jetstream().publish(f"havn.placements.v1.x.{number}", b"")


async def taken(pull: Pull, count: int) -> list[str]:
    """The last parts of so many messages' subjects, as they come; each is acknowledged."""
    found: list[str] = []
    while len(found) < count:
        for message in await pull.batch():
            found.append(message.subject.rsplit(".", 1)[1])
            await message.ack()
    return found


async def test_all_come_once_in_their_order_whether_they_wait_or_come_later(client: Client, pull: Pull) -> None:
    most = MOST_PENDING + 20
    await put(client, *range(most))
    later = asyncio.create_task(taken(pull, most + 3))
    await put(client, *range(most, most + 3))
    assert await later == [str(number) for number in range(most + 3)]


async def test_while_some_are_applied_the_next_are_on_their_way(client: Client, pull: Pull) -> None:
    await put(client, *range(MOST_PENDING + 5))
    first: list[Msg] = []
    while len(first) < pulling.BATCH:
        first += await pull.batch()

    async def delivered() -> bool:
        await pull.ask()
        found = await client.jetstream().consumer_info("placements", DURABLE)
        return bool(found.num_ack_pending == MOST_PENDING)

    assert len(first) == pulling.BATCH
    await eventually(delivered)
    await asyncio.gather(*(message.ack() for message in first))
    assert len(await taken(pull, pulling.BATCH + 5)) == pulling.BATCH + 5


async def test_while_nothing_comes_it_tells_so_and_asks_on(
    client: Client, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "FETCH_SECONDS", 0.1)
    assert [await pull.batch(), await pull.batch(), await pull.batch()] == [[], [], []]
    await put(client, 1)
    assert await taken(pull, 1) == ["1"]


async def test_a_request_that_nats_lost_is_made_again(
    client: Client, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "FETCH_SECONDS", 0.1)
    with monkeypatch.context() as lost:
        lost.setattr(pull, "_subject", "lost.on.the.way")
        listening = await client.subscribe("lost.>")
        assert await pull.batch() == []
        await listening.next_msg()
    await put(client, 1)
    assert await taken(pull, 1) == ["1"]


async def test_a_consumer_that_is_gone_is_told_of(client: Client, pull: Pull) -> None:
    await client.jetstream().delete_consumer("placements", DURABLE)
    with pytest.raises(ServiceUnavailableError):
        await pull.batch()
