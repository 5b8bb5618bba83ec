"""Many messages at a time to a stream: in their order, and of each is known whether NATS has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest_asyncio
from nats.aio.client import Client
from nats.errors import MaxPayloadError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NoStreamResponseError

from services.shared.publishing import Outgoing, Publisher
from services.shared.streams import Streams
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    server = OpenServer(tmp_path)
    await server.start()
    connected = await nats.connect(server.root)
    await Streams(connected, replicas=1, megabytes=1).stream("placements")
    yield connected
    await connected.close()
    await server.stop()


def outgoing(number: int, size: int = 0, subject: str = "havn.placements.v1.x") -> Outgoing:
    return Outgoing(f"{subject}.{number}", bytes(size), {"Nats-Msg-Id": str(number)})


async def test_batches_that_are_under_way_together_are_on_the_stream_in_their_order(client: Client) -> None:
    publisher = Publisher(client)
    batches = [[outgoing(number) for number in range(begin, begin + 50)] for begin in range(0, 150, 50)]
    under_way = [await publisher.send(batch) for batch in batches]
    assert [await sent.refusals(WAIT_SECONDS) for sent in under_way] == [{}, {}, {}]
    jetstream = client.jetstream()
    assert (await jetstream.stream_info("placements")).state.messages == 150
    for place in (1, 77, 150):
        kept = await jetstream.get_msg("placements", seq=place)
        assert kept.subject == f"havn.placements.v1.x.{place - 1}"


async def test_what_is_refused_is_told_of_and_takes_nothing_along(client: Client) -> None:
    elsewhere = outgoing(1, subject="nobody.listens")
    too_long = outgoing(2, size=2 * 2**20)
    too_much = outgoing(3, size=2**20 - 500)
    batch = [outgoing(0), elsewhere, too_long, outgoing(4, size=2**19), too_much, outgoing(5)]
    refusals = await (await Publisher(client).send(batch)).refusals(WAIT_SECONDS)
    told = {place: type(refusal) for place, refusal in refusals.items()}
    assert told == {1: NoStreamResponseError, 2: MaxPayloadError, 4: APIError}
    assert (await client.jetstream().stream_info("placements")).state.messages == 3


async def test_what_nats_does_not_tell_of_in_time_is_refused_and_the_next_batch_is_told_its_own(client: Client) -> None:
    async def silent(_message: object) -> None:
        """Hears of it, and keeps it to itself."""

    await client.subscribe("silence.*", cb=silent)
    publisher = Publisher(client)
    late = await publisher.send([outgoing(0), outgoing(1, subject="silence")])
    assert {place: type(refusal) for place, refusal in (await late.refusals(0.2)).items()} == {1: NatsTimeout}
    again = await publisher.send([outgoing(2)])
    assert await again.refusals(WAIT_SECONDS) == {}
