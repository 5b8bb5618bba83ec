"""What Prometheus reads: what happened is there, under few labels, and nothing about anybody."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import func, select

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.matching.v1 import matching_pb2 as matching
from havn.operations.v1.operations_pb2 import DismissParkedRequest, ListParkedRequest
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.events_pb2 import PlacementRequestChanged
from services.shared import events, measuring
from services.shared.settings import LAST_BACKUP, Settings
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Havn, eventually, refused, running_havn
from tests.processes import free_port

Page = dict[tuple[str, frozenset[tuple[str, str]]], float]


@asynccontextmanager
async def served(havn: Havn) -> AsyncIterator[int]:
    """The page of a system, at a port."""
    settings = Settings(data=havn.data, metrics_port=free_port())
    async with measuring.served(settings, lambda: [running.sources for running in havn.services.values()]):
        yield settings.metrics_port


async def text(port: int) -> str:
    def read() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            content: str = answer.read().decode()
        return content

    return await asyncio.to_thread(read)


async def page(port: int) -> Page:
    families = text_string_to_metric_families(await text(port))
    samples = [sample for family in families for sample in family.samples]
    found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(found) == len(samples), "a series is there twice"
    return found


def value(found: Page, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


@pytest_asyncio.fixture(scope="module")
async def port(havn: Havn) -> AsyncIterator[int]:
    async with served(havn) as given:
        yield given


async def test_calls_are_counted_and_timed_by_rpc_and_code(havn: Havn, port: int) -> None:
    client, before = havn.as_(cast.COORDINATOR), await page(port)
    filed = await client.placements.CreateRequest(cast.filing())
    await client.placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    with refused("NOT_FOUND"):
        await client.placements.GetRequest(placements.GetRequestRequest(name="requests/none"))

    def more(code: str, after: Page) -> float:
        labels = {"service": "placements", "rpc": "PlacementsService/GetRequest", "code": code}
        name = "havn_rpc_seconds_count"
        return value(after, name, **labels) - value(before, name, **labels)

    async def refusal_counted() -> bool:
        return more("NOT_FOUND", await page(port)) > 0

    await eventually(refusal_counted)
    after = await page(port)
    # Others read requests too: capacity and matching heard of the new one.
    assert more("OK", after) >= 1
    assert more("NOT_FOUND", after) == 1
    assert ("havn_rpcs_under_way", frozenset({("service", "placements")})) in after


async def test_events_are_counted_where_they_are_published_and_applied(havn: Havn, port: int) -> None:
    before = await page(port)
    filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())

    async def listed() -> bool:
        waiting = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest(page_size=200))
        return filed.name in {entry.request for entry in waiting.entries}

    await havn.until("capacity", listed)
    published, applied = "havn_events_published_total", "havn_events_applied_total"
    by, consumer = {"service": "placements"}, {"consumer": "capacity-requests-v1"}

    async def counted() -> bool:
        after = await page(port)
        return (
            value(after, published, **by) > value(before, published, **by)
            and value(after, applied, **consumer) > value(before, applied, **consumer)
            and value(after, "havn_consumer_behind_events", **consumer, stream="placements") == 0
        )

    await eventually(counted)


async def test_an_event_that_nobody_could_apply_is_told_until_somebody_deals_with_it(havn: Havn, port: int) -> None:
    connection = await events.connect(havn.nats.root, "tests")
    kind = {"ce-type": PlacementRequestChanged.DESCRIPTOR.full_name, "ce-id": "no-message"}
    await connection.jetstream().publish("havn.placements.v1.request.created.none", b"\xff\xff", headers=kind)
    await connection.close()

    async def told() -> bool:
        return value(await page(port), "havn_parked_events", service="capacity") == 1

    await eventually(told)
    operations = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["capacity"])
    (parked,) = (await operations.ListParked(ListParkedRequest())).parked_events
    await operations.DismissParked(DismissParkedRequest(name=parked.name, request_id=cast.fresh(), reason="a test"))
    assert value(await page(port), "havn_parked_events", service="capacity") == 0


async def test_commits_are_timed_and_writes_counted_where_they_wait(havn: Havn, port: int) -> None:
    before = await page(port)
    await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
    after = await page(port)
    name = "havn_commit_seconds_count"
    assert value(after, name, service="placements") > value(before, name, service="placements")
    hold = threading.Event()
    waiting = [asyncio.create_task(havn.database("families").write(lambda _: hold.wait())) for _ in range(3)]

    async def told() -> bool:
        return value(await page(port), "havn_writes_waiting", service="families") >= len(waiting)

    await eventually(told)
    hold.set()
    await asyncio.gather(*waiting)


async def test_a_plan_is_timed_and_its_proofs_counted(havn: Havn, port: int) -> None:
    client = havn.as_(cast.COORDINATOR)
    await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_full_family(pause=None)))

    async def usable() -> bool:
        return bool((await client.matching.ListHomes(matching.ListHomesRequest())).homes)

    await havn.until("matching", usable)
    before = await page(port)
    run = await client.matching.CreateMatchRun(matching.CreateMatchRunRequest(request_id=cast.fresh()))
    async for watched in client.matching.WatchMatchRun(matching.WatchMatchRunRequest(name=run.name)):
        run = watched
    assert run.state == matching.RUN_STATE_DONE
    after = await page(port)
    assert value(after, "havn_plan_seconds_count") == value(before, "havn_plan_seconds_count") + 1
    assert value(after, "havn_plan_levels", state="proven") == len(run.levels) > 0
    assert value(after, "havn_plan_levels", state="open") == 0


async def test_the_rows_of_the_audit_trail_are_those_that_there_are(havn: Havn, port: int) -> None:
    counting = select(func.count()).select_from(AuditRow)

    async def told() -> bool:
        """Rows come between: others still read what they heard of."""
        shown = value(await page(port), "havn_audit_rows", service="placements")
        return 0 < shown == await havn.rows("placements", lambda session: session.exec(counting).one())

    await eventually(told)


async def test_nothing_on_it_is_about_anybody(havn: Havn, port: int) -> None:
    request = cast.a_full_request()
    filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing(request, id="r-on-no-page"))
    told = await text(port)
    for secret in (filed.name, "r-on-no-page", request.child.reference, request.authority, cast.COORDINATOR.subject):
        assert secret not in told
    samples = [sample for family in text_string_to_metric_families(told) for sample in family.samples]
    labels = {label for sample in samples for label in sample.labels}
    assert labels == {"service", "rpc", "code", "consumer", "stream", "state", "need", "version", "le"}


async def test_the_age_of_the_last_backup_can_be_told(havn: Havn, port: int) -> None:
    assert ("havn_last_backup_timestamp_seconds", frozenset()) not in await page(port)
    (havn.data / LAST_BACKUP).write_text(json.dumps({"time": "2026-03-01T12:00:00+00:00"}))
    assert value(await page(port), "havn_last_backup_timestamp_seconds") == 1772366400


async def test_what_is_lacking_and_what_waits_is_told_while_nats_is_away(tmp_path: Path) -> None:
    async with running_havn(tmp_path) as havn, served(havn) as port:
        assert value(await page(port), "havn_ready", service="placements") == 1
        await havn.nats.stop()
        await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
        havn.clock.moment += timedelta(seconds=90)

        async def told() -> bool:
            found = await page(port)
            return (
                value(found, "havn_outbox_events", service="placements") == 1
                and value(found, "havn_outbox_oldest_seconds", service="placements") == 90
                and value(found, "havn_need_met", service="placements", need="nats") == 0
                and value(found, "havn_need_met", service="placements", need="database") == 1
                and value(found, "havn_ready", service="placements") == 0
            )

        await eventually(told)
        await havn.nats.start()


async def test_without_a_port_there_is_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(measuring, "start_http_server", started)
    async with measuring.served(Settings(data=tmp_path), list):
        pass


async def test_a_port_that_is_taken_is_said(port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        async with measuring.served(Settings(metrics_port=port), list):
            pass


def test_the_page_is_for_this_machine_unless_said_otherwise() -> None:
    assert Settings().metrics_host == "127.0.0.1"
