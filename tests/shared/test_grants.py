"""Each service does at NATS what it needs, and nothing else; a stranger does nothing."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nats
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, StreamConfig

from services.havn.system import DEFINITIONS
from services.shared.events import connect, consumer_name, inbox
from services.shared.streams import Streams
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS, Havn, running_havn

SERVICES = [definition.name for definition in DEFINITIONS]
PROTOS = Path(__file__).parents[2] / "protos"


class Ear:
    """Hears what NATS refuses."""

    def __init__(self) -> None:
        self.refused: asyncio.Queue[str] = asyncio.Queue()

    async def hear(self, error: Exception) -> None:
        if "permissions violation" in str(error):
            self.refused.put_nowait(str(error))


@pytest_asyncio.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenServer]:
    running = OpenServer(tmp_path_factory.mktemp("nats"))
    await running.start()
    root = await nats.connect(running.root)
    for service in SERVICES:
        for stream in (service, f"{service}-parked"):
            await Streams(root, replicas=1, megabytes=1).stream(stream)
    for subjects in {each.subjects for definition in DEFINITIONS for each in definition.listens}:
        await root.jetstream().publish(subjects.replace(">", "first"), b"")
    await root.close()
    yield running
    await running.stop()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest_asyncio.fixture
async def capacity(server: OpenServer, ear: Ear) -> AsyncIterator[Client]:
    """NATS as capacity may use it."""
    client = await nats.connect(server.url("capacity"), error_cb=ear.hear, inbox_prefix=inbox("capacity"))
    yield client
    await client.close()


def publishing(subject: str) -> Callable[[Client], Awaitable[Any]]:
    return lambda client: client.publish(subject, b"{}")


def listening(subject: str) -> Callable[[Client], Awaitable[Any]]:
    return lambda client: client.subscribe(subject)


REFUSED: dict[str, Callable[[Client], Awaitable[Any]]] = {
    "announcing in another's name": publishing("havn.placements.v1.request.created.r-1"),
    "parking in another's name": publishing("matching-parked.x.y"),
    "purging its own stream": publishing("$JS.API.STREAM.PURGE.capacity"),
    "deleting its own stream": publishing("$JS.API.STREAM.DELETE.capacity"),
    "deleting an event of its own": publishing("$JS.API.STREAM.MSG.DELETE.capacity"),
    "purging another's stream": publishing("$JS.API.STREAM.PURGE.placements"),
    "changing another's stream": publishing("$JS.API.STREAM.UPDATE.placements"),
    "making a stream of another name": publishing("$JS.API.STREAM.CREATE.mine"),
    "reading what others parked": publishing("$JS.API.STREAM.MSG.GET.matching-parked"),
    "reading a stream past its consumer": publishing("$JS.API.STREAM.MSG.GET.placements"),
    "listening to a stream that it has no purpose with": publishing(
        "$JS.API.CONSUMER.CREATE.families.capacity-homes-v1.havn.families.>"
    ),
    "a consumer of another name": publishing("$JS.API.CONSUMER.CREATE.placements.mine.havn.placements.>"),
    "taking another's events": publishing("$JS.API.CONSUMER.MSG.NEXT.placements.matching-children-v1"),
    "acknowledging in another's name": publishing("$JS.ACK.placements.matching-children-v1.1.1.1.1.0"),
    "deleting its own consumer": publishing("$JS.API.CONSUMER.DELETE.placements.capacity-requests-v1"),
    "knowing of all streams": publishing("$JS.API.STREAM.LIST"),
    "hearing everything": listening(">"),
    "hearing events as they pass": listening("havn.placements.>"),
    "hearing its own events": listening("havn.capacity.>"),
    "hearing another's answers": listening(f"{inbox('matching')}.>"),
    "the common inbox": listening("_INBOX.>"),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
async def test_refused_is(act: Callable[[Client], Awaitable[Any]], capacity: Client, ear: Ear) -> None:
    await act(capacity)
    await capacity.flush()
    assert await asyncio.wait_for(ear.refused.get(), WAIT_SECONDS)


async def test_a_consumer_can_not_be_made_to_hear_more_than_its_subject_says(capacity: Client) -> None:
    consumer = ConsumerConfig(name="capacity-requests-v1", durable_name="capacity-requests-v1")
    with pytest.raises(NatsError):
        await capacity.jetstream(timeout=1).add_consumer("placements", replace(consumer, filter_subject="havn.>"))


async def test_the_stream_that_it_may_make_is_no_ear_for_others_events(server: OpenServer, capacity: Client) -> None:
    greedy = StreamConfig(name="capacity", subjects=["havn.capacity.>", "havn.placements.>"], deny_delete=True)
    with pytest.raises(NatsError):
        await capacity.jetstream().update_stream(greedy)


@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_service_needs_it_may(service: str, server: OpenServer) -> None:
    [definition] = [each for each in DEFINITIONS if each.name == service]
    client = await connect(server.url(service), service)
    streams = Streams(client, replicas=1, megabytes=1)
    jetstream = client.jetstream()
    for stream in (service, f"{service}-parked"):
        await streams.stream(stream)
    await jetstream.publish(f"havn.{service}.v1.x", b"")
    await jetstream.publish(f"{service}-parked.c.x", b"")
    assert (await jetstream.get_msg(f"{service}-parked", seq=1)).subject == f"{service}-parked.c.x"
    for each in definition.listens:
        name = consumer_name(service, each.purpose)
        await streams.consumer(each.stream, name, each.subjects)
        await jetstream.reset_consumer(each.stream, name, seq=1)
        pulled = await jetstream.pull_subscribe_bind(name, each.stream)
        [message] = await pulled.fetch(1, timeout=WAIT_SECONDS)
        await message.ack_sync()
    await client.close()


@pytest.mark.parametrize(
    "said", [{}, {"user": "stranger", "pass": "x"}, {"user": "capacity", "pass": "guessed"}], ids=str
)
async def test_a_stranger_is_refused(said: dict[str, str], server: OpenServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.root.rpartition(":")[2]))
    await reader.readline()
    writer.write(f"CONNECT {json.dumps(said)}\r\nPING\r\n".encode())
    assert await reader.readline() == b"-ERR 'Authorization Violation'\r\n"
    writer.close()
    await writer.wait_closed()


async def test_the_services_listen_to_what_they_are_granted_and_nothing_else(havn: Havn) -> None:
    for definition in DEFINITIONS:
        consumers = {consumer.name: consumer.stream for consumer in havn.services[definition.name].sources.consumers}
        assert consumers == {consumer_name(definition.name, each.purpose): each.stream for each in definition.listens}


async def test_what_a_service_handles_is_announced_under_what_it_listens_to(havn: Havn) -> None:
    for definition in DEFINITIONS:
        parts = definition.build(havn.platform, havn.services[definition.name].store)
        for channel in parts.channels:
            await channel.close()
        for subscription in parts.subscriptions:
            listened = subscription.listening.subjects.removesuffix(">")
            assert [kind for kind in subscription.handlers if not announced_under(kind).startswith(listened)] == []


def announced_under(kind: type[Message]) -> str:
    """What all subjects of an event begin with, as its proto says."""
    proto = (PROTOS / kind.DESCRIPTOR.file.name).read_text()
    [comments] = re.findall(rf"((?://.*\n)+)message {kind.DESCRIPTOR.name} ", proto)
    return str(comments.partition("Subject: ")[2].partition("{")[0])


async def test_a_service_that_is_to_do_more_than_it_is_granted_is_not_ready(tmp_path: Path) -> None:
    deaf = replace(DEFINITIONS[2], listens=())
    async with running_havn(tmp_path, [DEFINITIONS[0], deaf]) as havn:
        async with asyncio.timeout(WAIT_SECONDS):
            while '"consumer.disturbed"' not in havn.log.getvalue():
                await havn.rows("capacity", lambda session: None)
