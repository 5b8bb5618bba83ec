"""Streams and consumers that are not as they are to be: mended where nothing is taken away, else the service waits."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from services.capacity.api import DEFINITION as CAPACITY
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import consumers, readiness, streams
from services.shared.errors import DatabaseAway
from services.shared.events import given_up_subject
from services.shared.store import Store
from services.shared.streams import Drifted, Streams, consumer_config, stream_config
from tests import cast
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS, eventually, running_havn

DURABLE = "capacity-requests-v1"
MOST_BYTES = 2**20


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    server = OpenServer(tmp_path)
    await server.start()
    connected = await nats.connect(server.root)
    yield connected
    await connected.close()
    await server.stop()


def ours(client: Client) -> Streams:
    return Streams(client, replicas=1, megabytes=1)


async def test_a_stream_that_is_missing_is_made_and_then_found(client: Client) -> None:
    made = await ours(client).stream("placements")
    found = await ours(client).stream("placements")
    assert made.config == found.config
    assert (found.config.discard, found.config.deny_delete, found.config.deny_purge) == ("new", True, True)
    assert (found.config.max_bytes, found.config.max_age, found.config.num_replicas) == (MOST_BYTES, 0, 1)


@pytest.mark.parametrize(
    "differing",
    [
        {"max_age": 3600.0},
        {"max_msgs": 5},
        {"max_msgs_per_subject": 1},
        {"discard": "old"},
        {"deny_delete": False},
        {"deny_purge": False},
        {"max_bytes": -1},
        {"max_bytes": 1000},
        {"duplicate_window": 1.0},
    ],
    ids=str,
)
async def test_a_limit_that_would_lose_events_is_mended(differing: dict[str, Any], client: Client) -> None:
    await client.jetstream().add_stream(stream_config("placements", 1, MOST_BYTES).evolve(**differing))
    mended = await ours(client).stream("placements")
    assert mended.config == (await ours(client).stream("placements")).config
    assert not streams.differences(stream_config("placements", 1, MOST_BYTES), mended.config)


@pytest.mark.parametrize(
    "differing",
    [{"subjects": ["havn.placements.v1.request.>"]}, {"retention": "interest"}, {"storage": "memory"}],
    ids=str,
)
async def test_what_can_not_be_mended_without_loss_is_told_until_somebody_mends_it(
    differing: dict[str, Any], client: Client
) -> None:
    await client.jetstream().add_stream(stream_config("placements", 1, MOST_BYTES).evolve(**differing))
    found = ours(client)
    for _ in range(2):
        with pytest.raises(Drifted):
            await found.stream("placements")
        with pytest.raises(Drifted):
            await found.check()
    await client.jetstream().delete_stream("placements")
    await found.stream("placements")
    await found.check()


async def test_a_stream_is_not_made_smaller_than_what_it_holds(client: Client) -> None:
    await client.jetstream().add_stream(stream_config("placements", 1, 3 * MOST_BYTES))
    for _ in range(3):
        await client.jetstream().publish("havn.placements.v1.x", bytes(MOST_BYTES // 2))
    with pytest.raises(Drifted):
        await ours(client).stream("placements")


async def test_a_stream_that_is_full_takes_no_more_and_loses_nothing(client: Client) -> None:
    await ours(client).stream("placements")
    for number in range(3):
        await client.jetstream().publish(f"havn.placements.v1.x.{number}", bytes(MOST_BYTES // 4))
    with pytest.raises(APIError):
        await client.jetstream().publish("havn.placements.v1.x.9", bytes(MOST_BYTES // 2))
    assert (await client.jetstream().get_msg("placements", seq=1)).subject == "havn.placements.v1.x.0"


async def test_a_consumer_waits_for_the_stream_of_its_owner(client: Client) -> None:
    with pytest.raises(NotFoundError):
        await ours(client).consumer("placements", DURABLE)
    await ours(client).stream("placements")
    assert (await ours(client).consumer("placements", DURABLE)).config.max_deliver == -1


@pytest.mark.parametrize("differing", [{"ack_wait": 1.0}, {"max_ack_pending": 1}, {"max_deliver": 5}], ids=str)
async def test_a_consumer_is_mended_where_no_event_is_skipped(differing: dict[str, Any], client: Client) -> None:
    await ours(client).stream("placements")
    wanted = consumer_config("placements", DURABLE)
    await client.jetstream().add_consumer("placements", wanted.evolve(**differing))
    mended = await ours(client).consumer("placements", DURABLE)
    assert not streams.differences(wanted, mended.config)


@pytest.mark.parametrize(
    "differing",
    [
        {"deliver_policy": "new"},
        {"filter_subject": "", "filter_subjects": ["havn.placements.v1.x", "havn.placements.v1.y"]},
        {"headers_only": True},
    ],
    ids=str,
)
async def test_a_consumer_that_skips_events_is_left_for_people(differing: dict[str, Any], client: Client) -> None:
    await ours(client).stream("placements")
    await client.jetstream().add_consumer("placements", consumer_config("placements", DURABLE).evolve(**differing))
    found = ours(client)
    with pytest.raises(Drifted):
        await found.consumer("placements", DURABLE)
    with pytest.raises(Drifted):
        await found.check()


async def test_events_that_nats_gave_up_on_come_again_once_the_limit_is_mended(client: Client) -> None:
    jetstream: JetStreamContext = client.jetstream()
    await ours(client).stream("placements")
    limited = consumer_config("placements", DURABLE).evolve(max_deliver=1, ack_wait=0.05)
    await jetstream.add_consumer("placements", limited)
    for number in range(2):
        await jetstream.publish(f"havn.placements.v1.x.{number}", b"")
    pulled = await jetstream.pull_subscribe_bind(DURABLE, "placements")
    first, second = await pulled.fetch(2, timeout=5)
    await second.ack()
    with pytest.raises(TimeoutError):
        await pulled.fetch(1, timeout=0.5)
    await ours(client).consumer("placements", DURABLE)
    again = await pulled.fetch(2, timeout=5)
    assert [message.subject for message in again] == [first.subject, second.subject]


async def test_events_that_nats_kept_to_itself_come_once_a_consumer_listens_to_them(client: Client) -> None:
    jetstream: JetStreamContext = client.jetstream()
    await ours(client).stream("placements")
    await ours(client).consumer("placements", DURABLE, "havn.placements.v1.y.>")
    for subject in ("x.1", "y.1", "x.2"):
        await jetstream.publish(f"havn.placements.v1.{subject}", b"")
    pulled = await jetstream.pull_subscribe_bind(DURABLE, "placements")
    [message] = await pulled.fetch(1, timeout=WAIT_SECONDS)
    await message.ack_sync()
    assert message.subject == "havn.placements.v1.y.1"
    await ours(client).consumer("placements", DURABLE, "havn.placements.v1.x.>")
    came = await pulled.fetch(2, timeout=WAIT_SECONDS)
    assert [each.subject for each in came] == ["havn.placements.v1.x.1", "havn.placements.v1.x.2"]


async def test_they_come_also_where_whoever_mended_the_consumer_ended_just_then(client: Client) -> None:
    jetstream: JetStreamContext = client.jetstream()
    await ours(client).stream("placements")
    before = await ours(client).consumer("placements", DURABLE, "havn.placements.v1.y.>")
    await jetstream.publish("havn.placements.v1.x.1", b"")
    await jetstream.publish("havn.placements.v1.y.1", b"")
    pulled = await jetstream.pull_subscribe_bind(DURABLE, "placements")
    [message] = await pulled.fetch(1, timeout=WAIT_SECONDS)
    await message.ack_sync()
    mended = before.config.evolve(filter_subject="havn.placements.v1.x.>", metadata={streams.MISSED: "yes"})
    await jetstream.add_consumer("placements", mended)
    after = await ours(client).consumer("placements", DURABLE, "havn.placements.v1.x.>")
    [message] = await pulled.fetch(1, timeout=WAIT_SECONDS)
    assert message.subject == "havn.placements.v1.x.1"
    assert streams.MISSED not in (after.config.metadata or {})


async def test_a_consumer_that_listens_to_less_than_before_goes_on_where_it_was(client: Client) -> None:
    jetstream: JetStreamContext = client.jetstream()
    await ours(client).stream("placements")
    await ours(client).consumer("placements", DURABLE)
    for subject in ("x.1", "x.2", "y.1", "x.3"):
        await jetstream.publish(f"havn.placements.v1.{subject}", b"")
    pulled = await jetstream.pull_subscribe_bind(DURABLE, "placements")
    applied, failed = await pulled.fetch(2, timeout=WAIT_SECONDS)
    await applied.ack_sync()
    await ours(client).consumer("placements", DURABLE, "havn.placements.v1.x.>")
    await failed.nak()
    came = [message for _ in range(2) for message in await pulled.fetch(1, timeout=WAIT_SECONDS)]
    assert {message.subject for message in came} == {"havn.placements.v1.x.2", "havn.placements.v1.x.3"}


async def test_nats_gives_up_on_an_event_and_the_consumer_hears_of_it_and_applies_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody gave the consumer a limit while it ran; its database is away for longer than the limit lasts."""
    monkeypatch.setattr(consumers, "FIRST_RETRY_SECONDS", 0.005)
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY]) as havn:
        root = await nats.connect(havn.nats.root)
        jetstream = root.jetstream()
        told = await root.subscribe(given_up_subject("placements", DURABLE))

        async def made() -> bool:
            return DURABLE in [each.name for each in await jetstream.consumers_info("placements")]

        await eventually(made)
        limited = (await jetstream.consumer_info("placements", DURABLE)).config.evolve(name=DURABLE, max_deliver=2)
        await jetstream.add_consumer("placements", limited)
        with monkeypatch.context() as away:
            away.setattr(Store, "receive", never)
            filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
            await told.next_msg(timeout=WAIT_SECONDS)

        async def waits() -> bool:
            listed = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest())
            return [entry.request for entry in listed.entries] == [filed.name]

        await eventually(waits)
        assert (await jetstream.consumer_info("placements", DURABLE)).config.max_deliver == -1
        await root.close()


async def never(*_arguments: object) -> None:
    raise DatabaseAway


async def test_a_service_whose_stream_drifted_is_not_ready_and_answers_calls(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:
        placements = havn.services["placements"]
        assert readiness.STREAMS not in placements.readiness.lacking
        client = await nats.connect(havn.nats.root)
        found = (await client.jetstream().stream_info("placements")).config
        await client.jetstream().update_stream(found.evolve(subjects=["havn.placements.v1.request.>"]))
        await client.close()
        await havn.services.pop("placements").stop()
        await havn.start_service(PLACEMENTS)
        assert readiness.STREAMS in havn.services["placements"].readiness.lacking
        assert '"stream.drifted"' in havn.log.getvalue()
        await havn.forget_clients()
        assert await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())


async def test_a_consumer_that_drifted_while_nats_was_away_applies_nothing_until_it_is_mended(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY]) as havn:
        client = await nats.connect(havn.nats.root)
        jetstream = client.jetstream()

        async def consumes() -> bool:
            try:
                return bool((await jetstream.consumer_info("placements", DURABLE)).num_waiting)
            except NotFoundError:
                return False

        async def not_ready() -> bool:
            await jetstream.account_info()
            return readiness.STREAMS in havn.services["capacity"].readiness.lacking

        await eventually(consumes)
        found = (await jetstream.consumer_info("placements", DURABLE)).config
        await jetstream.add_consumer("placements", found.evolve(name=DURABLE, headers_only=True))
        await havn.nats.stop()
        await havn.nats.start()
        await eventually(not_ready)
        await client.close()
