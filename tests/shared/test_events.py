"""Events: published in order and once, applied once, parked when they can't be applied, harmless in any order."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import nats
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.placements.v1 import events_pb2 as events
from services.capacity.store import WAITING
from services.families.api import DEFINITION as FAMILIES
from services.families.store import FOLLOW_UPS
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import consumers
from services.shared import events as shared_events
from services.shared.consumers import Effect, Subscription
from services.shared.errors import DatabaseAway
from services.shared.events import Listening, connect
from services.shared.names import last_part, new_id
from services.shared.records import Change, View
from services.shared.runtime import Definition, Parts, Platform
from services.shared.store import Store
from services.shared.tables import OutboxEvent
from tests import cast, databases
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS, Client, Havn, eventually, running_havn

KIND = "havn.placements.v1.PlacementRequestChanged"


def of_peer(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())


PASSING = {
    "full-disk": DatabaseAway(),
    "UNAVAILABLE": of_peer(grpc.StatusCode.UNAVAILABLE),
    "DEADLINE_EXCEEDED": of_peer(grpc.StatusCode.DEADLINE_EXCEEDED),
    "CANCELLED": of_peer(grpc.StatusCode.CANCELLED),
    "RESOURCE_EXHAUSTED": of_peer(grpc.StatusCode.RESOURCE_EXHAUSTED),
    "UNAUTHENTICATED": of_peer(grpc.StatusCode.UNAUTHENTICATED),
}
"""Faults that are not the event's, by the name of the request that meets them."""

tries: Counter[str] = Counter()


async def heard(event: events.PlacementRequestChanged) -> Effect:
    """Notes each event that it hears, so that one applied twice is noted twice."""
    tries[event.name] += 1
    if event.name == "requests/always-fails":
        raise RuntimeError
    if (fault := PASSING.get(last_part(event.name))) and tries[event.name] <= consumers.MOST_DELIVERIES:
        raise fault
    follow_up = cast.a_follow_up(name=f"families/f/followUps/{new_id()}", authority=cast.MUNICIPALITY)
    follow_up.consultant = event.name

    def note(change: Change) -> None:
        if event.name == "requests/unwritable" and tries[event.name] < consumers.MOST_DELIVERIES:
            raise DatabaseAway
        change.add(FOLLOW_UPS, follow_up)

    return note


def listening(purposes: tuple[str, ...]) -> Definition:
    """Families, which also listens to placements, for so many purposes."""

    def build(platform: Platform, store: Store) -> Parts:
        listens = [Subscription(each, {events.PlacementRequestChanged: heard}) for each in listened]
        return replace(FAMILIES.build(platform, store), subscriptions=listens)

    listened = [Listening("placements", purpose) for purpose in purposes]
    return replace(FAMILIES, build=build, listens=listened)


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(consumers, "MOST_DELIVERIES", 3)
        patience.setattr(consumers, "FIRST_RETRY_SECONDS", 0.005)
        async with running_havn(tmp_path_factory.mktemp("events"), [PLACEMENTS, listening(("notes",))]) as running:
            yield running


@dataclass(frozen=True)
class Bus:
    """The streams, as whoever is connected sees them."""

    jetstream: JetStreamContext

    async def put(self, name: str, event_id: str, body: bytes | None = None) -> None:
        """Puts an event on placements' stream; NATS takes it for new, whatever its id."""
        await self.jetstream.publish(
            f"havn.placements.v1.request.created.{cast.fresh()}",
            events.PlacementRequestChanged(name=name, version=1).SerializeToString() if body is None else body,
            headers={"ce-type": KIND, "ce-id": event_id, "Nats-Msg-Id": new_id()},
        )

    async def first(self, subject: str, count: int) -> list[Msg]:
        """So many messages of a subject, from the first."""
        subscription = await self.jetstream.subscribe(subject, ordered_consumer=True)
        messages = [await subscription.next_msg(WAIT_SECONDS) for _ in range(count)]
        await subscription.unsubscribe()
        return messages


@pytest_asyncio.fixture(scope="module")
async def bus(havn: Havn) -> AsyncIterator[Bus]:
    client = await nats.connect(havn.nats.root)
    yield Bus(client.jetstream())
    await client.close()


async def notes(havn: Havn) -> Counter[str]:
    def read(session: Session) -> Counter[str]:
        return Counter(follow_up.consultant for follow_up in View(session, cast.SERVICE).all(FOLLOW_UPS))

    return await havn.rows("families", read)


async def until_noted(havn: Havn, *names: str) -> Counter[str]:
    async def noted() -> bool:
        return set(names) <= set(await notes(havn))

    await havn.until("families", noted)
    return await notes(havn)


async def test_events_are_published_once_and_in_the_order_that_they_were_written(
    havn: Havn, bus: Bus, coordinator: Client
) -> None:
    filings = (coordinator.placements.CreateRequest(cast.filing()) for _ in range(60))
    filed = await asyncio.gather(*filings)

    def written(session: Session) -> list[str]:
        return list(session.exec(select(OutboxEvent.event_id).order_by(col(OutboxEvent.sequence))))

    expected = await havn.rows("placements", written)
    messages = await bus.first("havn.placements.>", len(expected))
    assert [(message.headers or {})["ce-id"] for message in messages] == expected
    assert {(message.headers or {})["ce-type"] for message in messages} == {KIND}
    assert {(message.headers or {})["ce-source"] for message in messages} == {"havn/placements"}
    counted = await until_noted(havn, *(request.name for request in filed))
    assert all(counted[request.name] == 1 for request in filed)
    assert (await bus.jetstream.stream_info("placements")).state.messages == len(expected)


async def test_an_event_that_comes_again_is_applied_once(havn: Havn, bus: Bus) -> None:
    for _ in range(3):
        await bus.put("requests/again", "event-again")
    await bus.put("requests/after-again", "event-after-again")
    counted = await until_noted(havn, "requests/again", "requests/after-again")
    await settled(havn, bus)
    assert counted["requests/again"] == (await notes(havn))["requests/again"] == 1


async def test_without_its_mark_it_would_be_applied_each_time(havn: Havn, bus: Bus) -> None:
    for number in range(3):
        await bus.put("requests/unmarked", f"event-unmarked-{number}")
    await until_noted(havn, "requests/unmarked")
    await settled(havn, bus)
    assert (await notes(havn))["requests/unmarked"] == 3


def failures(havn: Havn, kind: str) -> list[str]:
    return [line for line in havn.log.getvalue().splitlines() if '"event.failed"' in line and f'"{kind}"' in line]


async def settled(havn: Havn, bus: Bus) -> None:
    """Returns once the consumer has acknowledged all that there is."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            state = await bus.jetstream.consumer_info("placements", "families-notes-v1")
            if not (state.num_pending or state.num_ack_pending):
                return


async def test_an_event_that_is_no_message_is_parked_and_the_next_one_flows(havn: Havn, bus: Bus) -> None:
    await bus.put("", "event-garbage", body=b"\xff\xff")
    await bus.put("requests/next", "event-next")
    await until_noted(havn, "requests/next")
    [parked] = await bus.first("families-parked.families-notes-v1.>", 1)
    assert ((parked.headers or {})["ce-id"], parked.data) == ("event-garbage", b"\xff\xff")
    assert len(failures(havn, "DecodeError")) == 1


async def test_an_event_that_always_fails_is_parked_after_the_last_try_and_blocks_none(havn: Havn, bus: Bus) -> None:
    await bus.put("requests/always-fails", "event-fails")
    await bus.put("requests/not-blocked", "event-not-blocked")
    await until_noted(havn, "requests/not-blocked")
    parked = await bus.first("families-parked.families-notes-v1.>", 2)
    assert "event-fails" in {(message.headers or {})["ce-id"] for message in parked}
    await settled(havn, bus)
    assert len(failures(havn, "RuntimeError")) == consumers.MOST_DELIVERIES


@pytest.mark.parametrize("name", PASSING)
async def test_an_event_that_meets_a_fault_not_its_own_is_never_parked(name: str, havn: Havn, bus: Bus) -> None:
    await bus.put(f"requests/{name}", f"event-{name}")
    counted = await until_noted(havn, f"requests/{name}")
    assert counted[f"requests/{name}"] == 1
    assert tries[f"requests/{name}"] > consumers.MOST_DELIVERIES


async def test_an_event_whose_effect_can_not_be_written_is_put_back_once_each_time(havn: Havn, bus: Bus) -> None:
    await bus.put("requests/unwritable", "event-unwritable")
    counted = await until_noted(havn, "requests/unwritable")
    assert counted["requests/unwritable"] == 1
    assert "MsgAlreadyAckdError" not in havn.log.getvalue()


async def test_an_event_of_a_kind_that_nobody_takes_is_passed_over(havn: Havn, bus: Bus, coordinator: Client) -> None:
    await coordinator.placements.RecordPlacement(cast.recording())
    await bus.put("requests/behind", "event-behind")
    await until_noted(havn, "requests/behind")
    await settled(havn, bus)


async def test_each_consumer_parks_an_event_for_itself(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, listening(("one", "two"))]) as havn:
        client = await nats.connect(havn.nats.root)
        try:
            bus = Bus(client.jetstream())
            await bus.put("", "event-garbage", body=b"\xff\xff")
            parked = await bus.first("families-parked.>", 2)
        finally:
            await client.close()
    assert {message.subject.split(".")[1] for message in parked} == {"families-one-v1", "families-two-v1"}


async def test_a_stream_that_nats_lost_is_made_again_and_events_flow(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, listening(("notes",))]) as havn:
        client = await nats.connect(havn.nats.root)
        first = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
        await until_noted(havn, first.name)
        await client.jetstream().delete_stream("placements")
        await client.close()
        second = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
        counted = await until_noted(havn, second.name)
    assert counted == {first.name: 1, second.name: 1}


async def test_all_that_was_ever_announced_comes_again_when_nats_lost_its_disk(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, listening(("notes",))]) as havn:
        coordinator = havn.as_(cast.COORDINATOR)
        heard_before = [(await coordinator.placements.CreateRequest(cast.filing())).name for _ in range(3)]
        await until_noted(havn, *heard_before)
        await havn.forget_clients()
        await havn.services.pop("families").stop()
        coordinator = havn.as_(cast.COORDINATOR)
        unheard = [(await coordinator.placements.CreateRequest(cast.filing())).name for _ in range(3)]

        async def published() -> bool:
            return not await havn.rows("placements", lambda session: list(session.exec(waiting)))

        waiting = select(OutboxEvent.event_id).where(col(OutboxEvent.sent_time).is_(None))
        await eventually(published)
        await havn.nats.stop()
        shutil.rmtree(tmp_path / "nats" / "jetstream")
        await havn.nats.start()
        await havn.start_service(listening(("notes",)))
        counted = await until_noted(havn, *unheard)
    assert counted == dict.fromkeys([*heard_before, *unheard], 1)


async def test_so_is_one_that_nobody_listens_to(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:
        client = await nats.connect(havn.nats.root)
        await client.jetstream().delete_stream("placements")
        await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())

        async def published() -> bool:
            await havn.rows("placements", lambda session: None)
            return "placements" in [stream.config.name for stream in await client.jetstream().streams_info()]

        await eventually(published)
        [message] = await Bus(client.jetstream()).first("havn.placements.>", 1)
        assert (message.headers or {})["ce-type"] == KIND
        await client.close()


async def test_a_connection_that_nats_refuses_to_go_on_with_comes_back(havn: Havn) -> None:
    client = await connect(havn.nats.root, "tests")
    assert client._transport is not None
    client._transport.write(b"NONSENSE\r\n")

    async def anew() -> bool:
        await havn.rows("families", lambda session: None)
        return client.stats["reconnects"] == 1

    await eventually(anew)
    await client.flush()
    assert client.is_connected
    await client.close()


@pytest.mark.once
async def test_a_connection_that_is_let_go_of_while_it_is_lost_never_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step of its way back it is at: at some of them, being asked once to end is swallowed."""
    monkeypatch.setattr(shared_events, "RECONNECT_SECONDS", 0)
    server = OpenServer(tmp_path)
    await server.start()
    clients = [await connect(server.root, "tests") for _ in range(24)]
    await server.stop()
    closing = []
    for client in clients:
        closing.append(asyncio.create_task(shared_events.close(client)))
        await asyncio.sleep(0)
    await asyncio.gather(*closing)
    returning = [client for client in clients if client._reconnection_task and not client._reconnection_task.done()]
    for client in returning:
        # What has no server to try gives up, so that a failure does not keep the loop busy.
        client._server_pool.clear()
    assert not returning


@pytest.mark.once
async def test_a_connection_is_let_go_of_though_its_way_back_gave_up_while_the_socket_closed(havn: Havn) -> None:
    client = await connect(havn.nats.root, "tests")
    assert client._transport
    way_back = asyncio.create_task(client._transport.wait_closed())  # type: ignore[no-untyped-call]
    await asyncio.sleep(0)
    way_back.cancel()
    await shared_events.close(client)
    assert client.is_closed


@pytest.mark.parametrize("stream", ["placements", "families", "families-parked"])
async def test_a_stream_refuses_what_it_can_not_hold_and_lets_nobody_delete(stream: str, bus: Bus) -> None:
    config = (await bus.jetstream.stream_info(stream)).config
    assert (config.discard, config.deny_delete, config.deny_purge) == ("new", True, True)
    with pytest.raises(NatsError):
        await bus.jetstream.purge_stream(stream)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    database = databases.of_service("capacity", tmp_path_factory.mktemp("copies"))
    with database.engine.connect() as made:
        yield made
    database.close()


@given(versions=st.lists(st.integers(1, 6), min_size=1, max_size=14))
def test_in_any_order_and_however_often_the_newest_version_stays(connection: Connection, versions: list[int]) -> None:
    name = f"waitingListEntries/{new_id()}"
    for version in versions:
        with Session(connection) as session, session.begin():
            entry = capacity.WaitingListEntry(name=name, etag=str(version), need_step=version)
            Change(session, cast.SERVICE, cast.NOW).put_newer(WAITING, entry)
    with Session(connection) as session:
        kept = View(session, cast.SERVICE).get(WAITING, name)
    assert (kept.etag, kept.need_step) == (str(max(versions)), max(versions))
