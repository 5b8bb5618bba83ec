"""Traces: one call is one trace over all that it led to, decided at the edge, with nothing in it about anybody."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as collected
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as collector
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as placements
from services.shared import traces
from services.shared.settings import Settings
from services.shared.tracing import ALLOWED
from tests import cast
from tests.conftest import WAIT_SECONDS, Havn, eventually, refused, running_havn
from tests.spans import Spans, traced

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("traced")) as running:
        yield running


@pytest.fixture
def all_spans() -> Iterator[Spans]:
    """What is traced while every call at the edge is."""
    with traced(1.0) as spans:
        yield spans


@pytest.fixture
def no_spans() -> Iterator[Spans]:
    """What is traced while no call at the edge is."""
    with traced(0.0) as spans:
        yield spans


def named(spans: tuple[ReadableSpan, ...], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name.endswith(name)]


def of_trace(spans: tuple[ReadableSpan, ...], one: ReadableSpan) -> list[ReadableSpan]:
    return [span for span in spans if span.context and one.context and span.context.trace_id == one.context.trace_id]


def is_below(span: ReadableSpan, above: ReadableSpan) -> bool:
    return bool(span.parent and above.context and span.parent.span_id == above.context.span_id)


def services(spans: list[ReadableSpan]) -> set[object]:
    return {span.resource.attributes["service.name"] for span in spans}


async def test_one_call_is_one_trace_over_events_and_the_calls_that_they_led_to(havn: Havn, all_spans: Spans) -> None:
    filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
    (edge,) = named(all_spans(), "/CreateRequest")
    assert edge.parent is None

    async def followed() -> bool:
        await asyncio.sleep(0)
        found = of_trace(all_spans(), edge)
        return {span.name.rpartition("/")[2] for span in found} == {
            "CreateRequest",
            "capacity-requests-v1",
            "matching-children-v1",
            "ListRequests",
        } and len(named(tuple(found), "/ListRequests")) == 2

    await eventually(followed)
    found = of_trace(all_spans(), edge)
    # Families hears of placements alone, and NATS keeps requests from it.
    assert services(found) == {"havn-placements", "havn-capacity", "havn-matching"}
    for consumer in (span for span in found if span.name.endswith("-v1")):
        assert is_below(consumer, edge)
        reads = [span.name.rpartition("/")[2] for span in found if is_below(span, consumer)]
        assert reads == ["ListRequests"]
    assert filed.name not in str([span.to_json() for span in all_spans()])


async def test_a_plan_is_a_part_of_the_call_that_asked_for_it(havn: Havn, all_spans: Spans) -> None:
    client = havn.as_(cast.COORDINATOR)
    await havn.as_(cast.CONSULTANT).families.CreateFosterFamily(cast.entering(cast.a_full_family(pause=None)))

    async def usable() -> bool:
        return bool((await client.matching.ListHomes(matching.ListHomesRequest())).homes)

    await havn.until("matching", usable)
    filed = await client.placements.CreateRequest(cast.filing())

    async def known() -> bool:
        try:
            await client.matching.SuggestMatches(matching.SuggestMatchesRequest(request=filed.name))
        except grpc.aio.AioRpcError as error:
            return error.code() is not grpc.StatusCode.NOT_FOUND
        return True

    await havn.until("matching", known)
    (plan,) = named(all_spans(), "plan")[-1:]
    assert plan.attributes
    assert int(str(plan.attributes["proven"])) == int(str(plan.attributes["levels"])) > 0
    (above,) = [span for span in all_spans() if is_below(plan, span)]
    assert above.name.endswith("/SuggestMatches")


async def test_at_the_edge_nobody_but_the_ratio_decides(havn: Havn, no_spans: Spans) -> None:
    call = havn.as_(cast.COORDINATOR).placements.ListRequests(
        placements.ListRequestsRequest(), metadata=(("traceparent", TRACEPARENT),)
    )
    await call
    assert no_spans() == ()


async def test_a_persons_trace_is_not_gone_on_with(havn: Havn, all_spans: Spans) -> None:
    await havn.as_(cast.COORDINATOR).placements.ListRequests(
        placements.ListRequestsRequest(), metadata=(("traceparent", TRACEPARENT),)
    )
    (span,) = all_spans()
    assert span.parent is None
    assert span.context
    assert f"{span.context.trace_id:032x}" != TRACE_ID


async def test_a_services_decision_is_followed(havn: Havn, no_spans: Spans) -> None:
    asked = placements.ListRequestsRequest()
    await havn.as_(cast.SERVICE).placements.ListRequests(asked, metadata=(("traceparent", TRACEPARENT),))
    (span,) = no_spans()
    assert span.context
    assert f"{span.context.trace_id:032x}" == TRACE_ID
    assert span.parent
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    await havn.as_(cast.SERVICE).placements.ListRequests(asked, metadata=(("traceparent", "no-traceparent"),))
    assert len(no_spans()) == 1


async def test_an_event_of_a_call_that_is_not_traced_is_not_traced(havn: Havn, no_spans: Spans) -> None:
    filed = await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())

    async def listed() -> bool:
        waiting = await havn.as_(cast.COORDINATOR).capacity.ListWaitingList(ListWaitingListRequest(page_size=200))
        return filed.name in {entry.request for entry in waiting.entries}

    await havn.until("capacity", listed)
    assert no_spans() == ()


async def test_a_refusal_leaves_its_code_and_its_reason(havn: Havn, all_spans: Spans) -> None:
    with refused("NOT_FOUND") as seen:
        await havn.as_(cast.COORDINATOR).placements.GetRequest(placements.GetRequestRequest(name="requests/none"))
    (span,) = all_spans()
    assert span.attributes
    assert (span.attributes["code"], span.attributes["reason"]) == ("NOT_FOUND", "NOT_FOUND")
    assert span.attributes["reference"] == seen[0].reference
    assert not span.events


async def test_nothing_in_a_trace_is_about_anybody(
    havn: Havn, all_spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = "Malik Petersen 010112-1234"
    client = havn.as_(cast.CONSULTANT)
    family = await client.families.CreateFosterFamily(cast.entering(cast.a_family(display_name=marker), id="f-marked"))
    part = families.FollowUpPart(note=marker, child_words=marker)
    follow_up = cast.a_follow_up(competences=part)
    await client.families.LogFollowUp(cast.logging(family.name, follow_up))
    request = cast.a_full_request(child=cast.a_child(reference="children/c-marked"))
    await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing(request, id="r-marked"))

    async def fails(*_: object) -> None:
        raise ValueError(marker)

    with monkeypatch.context() as broken:
        broken.setattr(havn.services["families"].store, "view", fails)
        with refused("INTERNAL"):
            await client.families.GetFosterFamily(families.GetFosterFamilyRequest(name=family.name))

    async def heard() -> bool:
        await asyncio.sleep(0)
        return len(named(all_spans(), "/ListRequests")) == 2 and bool(named(all_spans(), "matching-homes-v1"))

    await eventually(heard)
    told = "".join(span.to_json() for span in all_spans())
    for secret in (marker, "Malik", "-1234", "marked", family.authority, cast.CONSULTANT.subject, "Traceback"):
        assert secret not in told
    assert {name for span in all_spans() for name in span.attributes or {}} <= ALLOWED


async def test_what_another_made_is_scrubbed_too(all_spans: Spans) -> None:
    marker = "Malik Petersen"
    tracing = traces._tracing
    assert tracing
    span = tracing.begun("families", "a span", "SERVER", "")
    assert span
    span.set_attributes({"name": marker, "code": "OK"})
    span.record_exception(ValueError(marker))
    span.add_event(marker)
    span.set_status(StatusCode.ERROR, marker)
    span.end()
    (exported,) = all_spans()
    assert marker not in exported.to_json()
    assert dict(exported.attributes or {}) == {"code": "OK"}


class Collector(collector.TraceServiceServicer):
    """A collector that keeps what it gets."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str]] = []
        self.came = threading.Event()

    def Export(
        self, request: collected.ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> collected.ExportTraceServiceResponse:
        for of_service in request.resource_spans:
            (name,) = [each.value.string_value for each in of_service.resource.attributes if each.key == "service.name"]
            self.spans += [(name, span.name) for scope in of_service.scope_spans for span in scope.spans]
        self.came.set()
        return collected.ExportTraceServiceResponse()


async def test_a_collector_gets_the_spans_when_a_process_ends_at_the_latest(havn: Havn) -> None:
    received = Collector()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    collector.add_TraceServiceServicer_to_server(received, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with traces.sent(Settings(trace_ratio=1.0, trace_endpoint=f"http://127.0.0.1:{port}")):
            await havn.as_(cast.COORDINATOR).placements.ListRequests(placements.ListRequestsRequest())
        assert received.came.wait(WAIT_SECONDS)
        assert received.spans == [("havn-placements", "/havn.placements.v1.PlacementsService/ListRequests")]
    finally:
        server.stop(None).wait()


async def test_without_a_ratio_nothing_is_traced_and_nothing_loaded(tmp_path: Path) -> None:
    script = (
        "import sys; from services.placements import api; from services.shared import traces;"
        "from services.shared.settings import Settings\n"
        "with traces.sent(Settings()): assert traces.current() == ''\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)  # noqa: ASYNC221
