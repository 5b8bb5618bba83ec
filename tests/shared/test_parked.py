"""Events that can't be applied: listed, applied after all, dismissed, and dealt with once."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc
import pytest
import pytest_asyncio
from sqlmodel import Session, select

from havn.operations.v1 import operations_pb2 as pb
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from services.families.store import FOLLOW_UPS
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import consumers
from services.shared.records import View
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Client, Havn, refused, running_havn
from tests.ear import Ear

if TYPE_CHECKING:
    from havn.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory, ear: Ear) -> AsyncIterator[Havn]:
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(consumers, "MOST_DELIVERIES", 2)
        patience.setattr(consumers, "FIRST_RETRY_SECONDS", 0.005)
        async with running_havn(tmp_path_factory.mktemp("parked"), [PLACEMENTS, ear.families()]) as running:
            yield running


@pytest.fixture
def operations(havn: Havn) -> "OperationsServiceAsyncStub":
    return OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["families"])


async def all_parked(operations: "OperationsServiceAsyncStub", size: int = 0) -> list[pb.ParkedEvent]:
    found: list[pb.ParkedEvent] = []
    token = ""
    while True:
        page = await operations.ListParked(pb.ListParkedRequest(page_size=size, page_token=token))
        found += page.parked_events
        if not (token := page.next_page_token):
            return found


async def parked_request(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> pb.ParkedEvent:
    """A request's event that was parked just now."""
    ear.broken = True
    filed = await coordinator.placements.CreateRequest(cast.filing())
    found: list[pb.ParkedEvent] = []
    while not found:
        everything = await all_parked(operations)
        found = [each for each in everything if each.subject.endswith(f".{filed.name.removeprefix('requests/')}")]
    ear.broken = False
    return found[0]


def name_of(parked: pb.ParkedEvent) -> str:
    return f"requests/{parked.subject.rpartition('.')[2]}"


async def noted(havn: Havn) -> list[str]:
    def read(session: Session) -> list[str]:
        return [follow_up.consultant for follow_up in View(session, cast.SERVICE).all(FOLLOW_UPS)]

    return await havn.rows("families", read)


async def test_it_tells_what_where_and_why_and_nothing_of_the_content(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> None:
    parked = await parked_request(havn, operations, ear, coordinator)
    assert (parked.consumer, parked.error) == ("families-notes-v1", "KeyError")
    assert parked.subject.startswith("havn.placements.v1.request.created.")
    assert parked.kind == "havn.placements.v1.PlacementRequestChanged"
    assert parked.announce_time.ToDatetime() == cast.NOW.replace(tzinfo=None)
    assert parked.park_time.seconds > 0
    assert parked.event_id in havn.log.getvalue()


async def test_a_retry_applies_it_once_and_takes_it_off_the_list(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> None:
    parked = await parked_request(havn, operations, ear, coordinator)
    retry = pb.RetryParkedRequest(name=parked.name, request_id=cast.fresh())
    answers = await asyncio.gather(*(operations.RetryParked(retry) for _ in range(5)))
    assert all(answer == parked for answer in answers)
    assert parked not in await all_parked(operations)
    assert (await noted(havn)).count(name_of(parked)) == 1
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await operations.RetryParked(pb.RetryParkedRequest(name=parked.name, request_id=cast.fresh()))


async def test_a_retry_that_fails_says_by_which_error_and_leaves_it_on_the_list(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> None:
    parked = await parked_request(havn, operations, ear, coordinator)
    ear.broken = True
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as seen:
        await operations.RetryParked(pb.RetryParkedRequest(name=parked.name, request_id=cast.fresh()))
    assert "KeyError" in seen[0].message
    assert name_of(parked) not in seen[0].message
    assert parked in await all_parked(operations)
    assert name_of(parked) not in await noted(havn)


async def test_who_dismisses_one_gives_a_reason_and_is_in_the_audit_trail(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> None:
    parked = await parked_request(havn, operations, ear, coordinator)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "reason"):
        await operations.DismissParked(pb.DismissParkedRequest(name=parked.name, request_id=cast.fresh()))
    dismissal = pb.DismissParkedRequest(name=parked.name, reason="A test of 2019", request_id=cast.fresh())
    dismissed = await operations.DismissParked(dismissal)
    assert dismissed.dismissal == pb.Dismissal(author=cast.ADMINISTRATOR.subject, reason="A test of 2019")
    assert parked not in await all_parked(operations)
    assert name_of(parked) not in await noted(havn)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await operations.RetryParked(pb.RetryParkedRequest(name=parked.name, request_id=cast.fresh()))

    def written(session: Session) -> list[AuditRow]:
        return [row for row in session.exec(select(AuditRow)) if row.rpc.endswith("/DismissParked")]

    [row] = await havn.rows("families", written)
    assert (row.subject, row.action) == (cast.ADMINISTRATOR.subject, "write")
    assert parked.name in row.names


async def test_pages_hold_each_once(
    havn: Havn, operations: "OperationsServiceAsyncStub", ear: Ear, coordinator: Client
) -> None:
    for _ in range(3):
        await parked_request(havn, operations, ear, coordinator)
    by_one = await all_parked(operations, size=1)
    assert len(by_one) >= 3
    assert by_one == await all_parked(operations)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "page_token"):
        await operations.ListParked(pb.ListParkedRequest(page_token="bm90aGluZw=="))


@pytest.mark.parametrize("name", ["parkedEvents/0", "parkedEvents/999999", "parkedEvents/x", "requests/1"])
async def test_one_that_is_not_there_is_not_found(name: str, operations: "OperationsServiceAsyncStub") -> None:
    with refused("NOT_FOUND"):
        await operations.RetryParked(pb.RetryParkedRequest(name=name, request_id=cast.fresh()))


async def test_an_administrator_of_one_authority_sees_none(havn: Havn) -> None:
    narrower = OperationsServiceStub(havn.as_(cast.elsewhere(cast.ADMINISTRATOR)).channels["families"])
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await narrower.ListParked(pb.ListParkedRequest())


async def test_a_service_that_listens_to_nobody_has_none(havn: Havn) -> None:
    placements = OperationsServiceStub(havn.as_(cast.ADMINISTRATOR).channels["placements"])
    assert await all_parked(placements) == []


async def test_while_nats_is_away_they_are_too(havn: Havn, operations: "OperationsServiceAsyncStub") -> None:
    await havn.nats.stop()
    try:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await operations.ListParked(pb.ListParkedRequest(), timeout=8)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    finally:
        await havn.nats.start()
