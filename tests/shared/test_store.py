"""What a change leaves, all of it or nothing; who read what; and whose records nobody else sees."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import events_pb2 as events
from havn.placements.v1 import placements_pb2 as pb
from services.placements.store import REQUESTS
from services.shared import call
from services.shared.records import Change
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Client, Havn, refused

WRITES = "audit WHERE action = 'write'"  # Other services read whenever an event tells them to.
KEPT = ("requests", "outbox", WRITES, "answers", "inbox")


def counts(session: Session) -> list[int]:
    """Rows of requests, events, audited writes, answers and marks."""
    return [session.connection().scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in KEPT]


async def added(havn: Havn, before: list[int]) -> list[int]:
    return [now - then for now, then in zip(await havn.rows("placements", counts), before, strict=True)]


async def test_a_change_leaves_its_record_its_event_its_audit_row_and_its_answer(
    havn: Havn, coordinator: Client
) -> None:
    before = await havn.rows("placements", counts)
    await coordinator.placements.CreateRequest(cast.filing())
    assert await added(havn, before) == [1, 1, 1, 1, 0]


class Broken(Exception):
    """A fault in the middle of the work."""


def broken(change: Change) -> pb.PlacementRequest:
    request = cast.a_request(name=f"requests/{cast.fresh()}")
    change.add(REQUESTS, request)
    change.announce("havn.placements.v1.request.created.x", events.PlacementRequestChanged(name=request.name))
    change.session.flush()
    raise Broken


async def test_work_that_fails_leaves_nothing(havn: Havn) -> None:
    call.begin(call.Call("/test", "reference", cast.COORDINATOR))
    store, before = havn.services["placements"].store, await havn.rows("placements", counts)
    with pytest.raises(Broken):
        await store.change(cast.filing(), pb.PlacementRequest, broken)
    with pytest.raises(Broken):
        await store.add(broken)
    with pytest.raises(Broken):
        await store.receive("test-consumer", cast.SERVICE, {"event-1": broken})
    assert await added(havn, before) == [0, 0, 0, 0, 0]


async def test_a_key_sent_twenty_times_at_once_changes_once_and_has_one_answer(havn: Havn, coordinator: Client) -> None:
    before = await havn.rows("placements", counts)
    request = cast.filing(id="")
    answers = await asyncio.gather(*(coordinator.placements.CreateRequest(request) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert await added(havn, before) == [1, 1, 1, 1, 0]


async def test_a_repeated_write_shows_the_record_again_and_is_audited_for_it(havn: Havn, coordinator: Client) -> None:
    request = cast.filing(id="")
    first = await coordinator.placements.CreateRequest(request)
    await coordinator.placements.CreateRequest(request)
    rows = await havn.rows("placements", lambda session: _actions(session, first.name))
    assert rows == ["write", "repeat"]


def _actions(session: Session, name: str) -> list[str]:
    naming = (col(AuditRow.names).contains(json.dumps(name)), AuditRow.subject == cast.COORDINATOR.subject)
    return list(session.exec(select(AuditRow.action).where(*naming).order_by(col(AuditRow.sequence))))


async def test_a_key_that_comes_with_another_content_is_refused(coordinator: Client) -> None:
    request = cast.filing()
    await coordinator.placements.CreateRequest(request)
    request.request.child.town = "Sisimiut"
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await coordinator.placements.CreateRequest(request)


async def test_a_key_belongs_to_its_caller_and_its_rpc(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(request_id="shared-key"))
    by_another = await havn.as_(cast.CASEWORKER).placements.CreateRequest(cast.filing(request_id="shared-key"))
    recorded = await coordinator.placements.RecordPlacement(cast.recording(request_id="shared-key"))
    assert len({filed.name, by_another.name, recorded.name}) == 3


async def test_who_works_for_two_authorities_gets_no_answer_of_the_other_one(havn: Havn) -> None:
    here = replace(cast.COORDINATOR, subject="users/works-for-two")
    request = matching.CreateMatchRunRequest(request_id="same-key")
    run = await havn.as_(here).matching.CreateMatchRun(request)
    assert (await havn.as_(here).matching.CreateMatchRun(request)).name == run.name
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await havn.as_(replace(here, authority=cast.OTHER_MUNICIPALITY)).matching.CreateMatchRun(request)


async def test_a_refused_change_uses_up_no_key(coordinator: Client) -> None:
    wrong = cast.filing(cast.a_request(child=cast.a_child(town="Atlantis")))
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "request.child.town"):
        await coordinator.placements.CreateRequest(wrong)
    wrong.request.child.town = "Nuuk"
    assert (await coordinator.placements.CreateRequest(wrong)).etag == "1"


@pytest.mark.parametrize("length", [1, 100])
async def test_a_key_may_have_1_to_100_characters(length: int, havn: Havn) -> None:
    client = havn.as_(cast.CASEWORKER)
    assert (await client.placements.CreateRequest(cast.filing(request_id="k" * length))).etag == "1"


async def test_a_longer_key_is_refused(coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "request_id"):
        await coordinator.placements.CreateRequest(cast.filing(request_id="k" * 101))


async def test_of_twenty_changes_of_the_same_state_one_wins(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    changes = [coordinator.placements.UpdateRequest(cast.updating(filed, "school")) for _ in range(20)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(result, pb.PlacementRequest) for result in results) == 1
    for result in results:
        if isinstance(result, Exception):
            with refused("ABORTED", "ETAG_STALE"):
                raise result
    assert (await coordinator.placements.GetRequest(pb.GetRequestRequest(name=filed.name))).etag == "2"


def last_audit(subject: str) -> Callable[[Session], AuditRow]:
    newest = select(AuditRow).where(AuditRow.subject == subject).order_by(col(AuditRow.sequence).desc())
    return lambda session: session.exec(newest.limit(1)).one()


async def test_a_read_of_a_case_says_who_read_which_records_when(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    leader = havn.as_(cast.LEADER)
    await leader.placements.GetRequest(
        pb.GetRequestRequest(name=filed.name), metadata=(("x-request-id", "reference-1"),)
    )
    row = await havn.rows("placements", last_audit("users/leader"))
    assert (row.action, row.roles, row.authority) == ("read", "LEADER", cast.MUNICIPALITY)
    assert (row.rpc, row.reference) == ("/havn.placements.v1.PlacementsService/GetRequest", "reference-1")
    assert (row.time, row.outcome) == (cast.NOW.isoformat(), "OK")
    assert json.loads(row.names) == {cast.MUNICIPALITY: [filed.name, filed.child.reference]}


async def test_a_list_says_which_records_were_on_the_page(havn: Havn, coordinator: Client) -> None:
    await coordinator.placements.CreateRequest(cast.filing())
    page = await havn.as_(cast.COUNCIL).placements.ListRequests(pb.ListRequestsRequest(page_size=2))
    row = await havn.rows("placements", last_audit("users/council"))
    names = [name for request in page.requests for name in (request.name, request.child.reference)]
    assert json.loads(row.names) == {cast.MUNICIPALITY: names} != {}


async def test_a_write_says_what_it_touched(havn: Havn) -> None:
    filed = await havn.as_(cast.CASEWORKER).placements.CreateRequest(cast.filing())
    row = await havn.rows("placements", last_audit("users/caseworker"))
    assert (row.action, json.loads(row.names)) == ("write", {cast.MUNICIPALITY: [filed.name, filed.child.reference]})


def requests(session: Session) -> int:
    return session.connection().scalar(text("SELECT count(*) FROM requests")) or 0


async def test_nothing_is_shown_while_nobody_can_note_who_sees_it(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    asked = pb.GetRequestRequest(name=filed.name)
    await havn.alter("placements", "ALTER TABLE audit RENAME TO away")
    try:
        with refused("INTERNAL"):
            await coordinator.placements.GetRequest(asked)
        with refused("INTERNAL"):
            await coordinator.placements.ListRequests(pb.ListRequestsRequest())
        before = await havn.rows("placements", requests)
        with refused("INTERNAL"):
            await coordinator.placements.CreateRequest(cast.filing())
        assert await havn.rows("placements", requests) == before
    finally:
        await havn.alter("placements", "ALTER TABLE away RENAME TO audit")
    assert await coordinator.placements.GetRequest(asked) == filed


async def test_pages_hold_each_record_of_the_caller_once_and_no_other(
    havn: Havn, consultant: Client, consultant_elsewhere: Client
) -> None:
    def entering(authority: str) -> families.CreateFosterFamilyRequest:
        return cast.entering(cast.a_family(authority=authority), id="")

    mine, theirs = set(), set()
    for _ in range(7):
        mine.add((await consultant.families.CreateFosterFamily(entering(cast.MUNICIPALITY))).name)
        theirs.add((await consultant_elsewhere.families.CreateFosterFamily(entering(cast.OTHER_MUNICIPALITY))).name)
    assert await all_pages(consultant) == sorted(mine)
    assert await all_pages(consultant_elsewhere) == sorted(theirs)
    assert await all_pages(havn.as_(cast.SERVICE)) == sorted(mine | theirs)


async def all_pages(client: Client) -> list[str]:
    seen, token = [], ""
    while True:
        asked = families.ListFosterFamiliesRequest(page_size=2, page_token=token)
        page = await client.families.ListFosterFamilies(asked)
        assert 1 <= len(page.families) <= 2
        seen += [family.name for family in page.families]
        if not (token := page.next_page_token):
            return seen


async def test_a_page_token_of_somebody_else_shows_nothing_of_theirs(
    consultant: Client, consultant_elsewhere: Client
) -> None:
    page = await consultant.families.ListFosterFamilies(families.ListFosterFamiliesRequest(page_size=1))
    asked = families.ListFosterFamiliesRequest(page_token=page.next_page_token, page_size=200)
    listed = await consultant_elsewhere.families.ListFosterFamilies(asked)
    assert {family.authority for family in listed.families} == {cast.OTHER_MUNICIPALITY}


@pytest.mark.parametrize("token", ["x", "!!!!", "wrI=", "//79"])
async def test_a_malformed_page_token_is_refused(token: str, coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "page_token"):
        await coordinator.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_token=token))


async def test_a_page_below_none_is_refused(coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "page_size"):
        await coordinator.placements.ListRequests(pb.ListRequestsRequest(page_size=-1))
