"""Who may read the audit trail, what of it, and what a check of it finds."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
import pytest_asyncio
from sqlmodel import Session, col, select

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2 as pb
from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as placements
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import audit, audit_api, audit_heads, audit_rows
from services.shared.access import EVERYWHERE, Caller
from services.shared.database import Database
from services.shared.errors import TokenInvalid
from services.shared.tables import AuditRow
from services.shared.wire import timestamp
from tests import cast, databases
from tests.conftest import Client, Havn, eventually, refused, running_havn

HERE, THERE = cast.AUDITOR, cast.elsewhere(cast.AUDITOR)
EVERY_AUTHORITY = replace(cast.AUDITOR, subject="users/auditor-of-all", authority=EVERYWHERE)


async def rows(havn: Havn, caller: Caller, service: str = "placements", **asked: cast.Value) -> list[pb.AuditRow]:
    found: list[pb.AuditRow] = []
    token = ""
    while True:
        request = pb.ListAuditRowsRequest(page_token=token, **asked)
        page = await havn.as_(caller).audit(service).ListAuditRows(request)
        found += page.rows
        if not (token := page.next_page_token):
            return found


async def test_who_saw_a_child_is_told_with_the_childs_names_alone(havn: Havn, coordinator: Client) -> None:
    sibling = cast.a_sibling()
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(siblings=[sibling])))
    await havn.as_(cast.COUNCIL).placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    child = filed.child.reference
    found = [row for row in await rows(havn, HERE, names=[child]) if row.subject.startswith("users/")]
    told = [(row.subject, pb.AuditAction.Name(row.action).removeprefix("AUDIT_ACTION_")) for row in found]
    assert told == [("users/coordinator", "WRITE"), ("users/council", "READ")]
    assert all(list(row.records) == [pb.ShownRecords(authority=cast.MUNICIPALITY, names=[child])] for row in found)
    seen = found[1]
    assert (seen.rpc, seen.outcome) == ("/havn.placements.v1.PlacementsService/GetRequest", "OK")
    assert (seen.authority, list(seen.roles)) == (cast.MUNICIPALITY, [access_pb2.ROLE_COUNCIL])
    assert seen.time.ToDatetime(cast.NOW.tzinfo) == cast.NOW


async def test_reading_the_trail_leaves_a_row_of_who_was_asked_about(havn: Havn) -> None:
    asker = replace(HERE, subject="users/auditor-who-asks")
    assert await rows(havn, asker, names=["children/nobody-saw"]) == []
    [row] = await rows(havn, HERE, names=["children/nobody-saw"], subject=asker.subject)
    assert row.rpc == "/havn.audit.v1.AuditService/ListAuditRows"


async def test_nothing_of_another_authority_is_in_the_trail_that_one_sees(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    leader = replace(cast.LEADER, subject="users/leader-of-here")
    await havn.as_(leader).placements.ListRequests(placements.ListRequestsRequest())
    await havn.as_(cast.elsewhere(cast.COORDINATOR)).placements.CreateRequest(
        cast.filing(cast.a_request(authority=cast.OTHER_MUNICIPALITY))
    )
    theirs = [filed.name, filed.child.reference]
    sought: tuple[dict[str, cast.Value], ...] = ({}, {"names": theirs}, {"subject": leader.subject})
    for asked in sought:
        told = b"".join(row.SerializeToString() for row in await rows(havn, THERE, **asked))
        for foreign in (*theirs, leader.subject, cast.MUNICIPALITY):
            assert foreign.encode() not in told
    assert await rows(havn, THERE, subject=f"{cast.COORDINATOR.subject}-elsewhere")
    assert {row.subject for row in await rows(havn, HERE, names=theirs)} >= {leader.subject}


async def test_an_authority_is_told_who_of_another_saw_its_family_and_nothing_else_of_the_row(
    havn: Havn, coordinator: Client, consultant: Client, consultant_elsewhere: Client
) -> None:
    agreed = cast.a_family(authority=cast.OTHER_MUNICIPALITY, agreements=[cast.MUNICIPALITY])
    theirs = await consultant_elsewhere.families.CreateFosterFamily(cast.entering(agreed))
    ours = await consultant.families.CreateFosterFamily(cast.entering())

    async def listed() -> list[str]:
        homes = await coordinator.matching.ListHomes(matching.ListHomesRequest(page_size=200))
        return [home.name for home in homes.homes]

    async def known() -> bool:
        return {theirs.name, ours.name} <= set(await listed())

    await havn.until("matching", known)
    found = await rows(havn, THERE, "matching", subject=cast.COORDINATOR.subject)
    assert {name for row in found for records in row.records for name in records.names} == {theirs.name}
    own = await rows(havn, HERE, "matching", subject=cast.COORDINATOR.subject)
    assert {theirs.name, ours.name} <= {name for row in own for records in row.records for name in records.names}


async def test_pages_hold_each_row_once_however_small_they_are_and_however_rare_it_is(
    havn: Havn, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    for number in range(7):
        await coordinator.placements.ListPlacements(placements.ListPlacementsRequest())
        if number % 3 == 0:
            await coordinator.placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    asked: dict[str, cast.Value] = {"names": [filed.name], "subject": cast.COORDINATOR.subject}
    whole = await rows(havn, HERE, **asked)
    assert len(whole) == 4
    assert await rows(havn, HERE, page_size=1, **asked) == whole
    monkeypatch.setattr(audit_rows, "WINDOW", 2)
    assert await rows(havn, HERE, **asked) == whole
    monkeypatch.setattr(audit_rows, "MOST_BYTES", 1)
    assert await rows(havn, HERE, **asked) == whole


async def test_the_newest_rows_come_first_each_once_and_before_a_row_where_one_is_named(
    havn: Havn, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await coordinator.placements.ListPlacements(placements.ListPlacementsRequest())
    newest = (await havn.rows("placements", audit.head)).sequence
    assert (await rows(havn, HERE, newest_first=True))[0].sequence == newest
    asked: dict[str, cast.Value] = {"subject": cast.COORDINATOR.subject}
    oldest_first = await rows(havn, HERE, **asked)
    asked["newest_first"] = True
    whole = await rows(havn, HERE, **asked)
    assert whole == oldest_first[::-1]
    assert await rows(havn, HERE, page_size=2, **asked) == whole
    assert await rows(havn, HERE, before_sequence=whole[2].sequence, **asked) == whole[3:]
    monkeypatch.setattr(audit_rows, "WINDOW", 3)
    assert await rows(havn, HERE, **asked) == whole
    assert await rows(havn, HERE, page_size=2, before_sequence=whole[2].sequence, **asked) == whole[3:]


async def test_rows_of_services_are_left_out_where_nobody_asks_for_them(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    await havn.as_(cast.SERVICE).placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    named: dict[str, cast.Value] = {"names": [filed.name]}
    subjects = {row.subject for row in await rows(havn, EVERY_AUTHORITY, **named)}
    assert cast.SERVICE.subject in subjects
    people = {row.subject for row in await rows(havn, EVERY_AUTHORITY, without_services=True, **named)}
    assert cast.SERVICE.subject not in people
    assert cast.COORDINATOR.subject in people


async def test_of_each_row_so_many_names_are_told_as_are_asked_for(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    [row, *_] = await rows(havn, HERE, names=[filed.name, filed.child.reference], name_count=1)
    assert ([len(records.names) for records in row.records], row.left_out_count) == ([1], 1)


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("name_count", {"name_count": -1}),
        ("name_count", {"name_count": audit_rows.MOST_NAMES + 1}),
        ("before_sequence", {"before_sequence": -1, "newest_first": True}),
        ("before_sequence", {"before_sequence": 1}),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(havn: Havn, field: str, asked: dict[str, cast.Value]) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await rows(havn, HERE, **asked)


async def test_a_time_is_from_a_moment_to_before_another(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    later = cast.NOW.replace(microsecond=500)
    havn.clock.moment = later
    try:
        await coordinator.placements.GetRequest(placements.GetRequestRequest(name=filed.name))
    finally:
        havn.clock.moment = cast.NOW
    asked: dict[str, cast.Value] = {"names": [filed.name], "subject": cast.COORDINATOR.subject}
    assert len(await rows(havn, HERE, **asked)) == 2
    assert [row.action for row in await rows(havn, HERE, until_time=timestamp(later), **asked)] == [2]
    assert [row.action for row in await rows(havn, HERE, from_time=timestamp(later), **asked)] == [1]


async def test_names_are_told_apart_by_case(havn: Havn, coordinator: Client) -> None:
    child = cast.a_child(reference="children/Case-1")
    await coordinator.placements.CreateRequest(cast.filing(cast.a_request(child=child)))
    assert await rows(havn, HERE, names=["children/case-1"], subject=cast.COORDINATOR.subject) == []
    assert await rows(havn, HERE, names=["children/Case_1"], subject=cast.COORDINATOR.subject) == []
    assert len(await rows(havn, HERE, names=["children/Case-1"], subject=cast.COORDINATOR.subject)) == 1
    for _ in range(3):
        await rows(havn, HERE, names=["children/case-1"])
    behind = await rows(havn, HERE, names=["children/Case-1"], page_size=1, newest_first=True)
    assert behind[-1].subject == cast.COORDINATOR.subject


async def test_of_very_many_names_the_first_are_told_and_the_rest_counted(havn: Havn) -> None:
    many = [f"requests/r-{number}" for number in range(audit_rows.MOST_NAMES + 5)]
    seen = {"authorities/a": many[:3], "authorities/b": many[3:]}
    await havn.as_(HERE).placements.ListRequests(placements.ListRequestsRequest())
    kept = await havn.rows("placements", lambda session: session.exec(select(AuditRow).limit(1)).one())
    told = audit_rows.message(audit_rows.Row(*(getattr(kept, name) for name in audit_rows.Row._fields)), seen)
    assert [len(records.names) for records in told.records] == [3, audit_rows.MOST_NAMES - 3]
    assert told.left_out_count == 5


async def test_a_page_token_that_was_never_given_out_is_refused(havn: Havn) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "page_token"):
        await havn.as_(HERE).audit("families").ListAuditRows(pb.ListAuditRowsRequest(page_token="eA=="))


TRIGGERS = {
    "sqlite": ("audit_unchanged", "audit_undeleted", "audit_at_end"),
    "postgresql": ("audit_unchanged ON audit",),
}


@pytest_asyncio.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Havn]:
    """Placements, whose trail a test may break."""
    async with running_havn(tmp_path, [PLACEMENTS]) as running:
        for trigger in TRIGGERS["postgresql" if databases.on_postgres() else "sqlite"]:
            await running.alter("placements", f"DROP TRIGGER {trigger}")
        for _ in range(5):
            await running.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
        yield running


async def checked(havn: Havn, kept_head: str = "") -> pb.CheckAuditResponse:
    """The last answer of a check."""
    watch = havn.as_(HERE).audit("placements").CheckAudit(pb.CheckAuditRequest(kept_head=kept_head))
    return [answer async for answer in watch][-1]


async def head(havn: Havn) -> pb.AuditHead:
    return await havn.as_(HERE).audit("placements").GetAuditHead(pb.GetAuditHeadRequest())


async def test_a_trail_without_fault_is_checked_to_its_end(alone: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_api, "CHUNK", 2)
    watch = alone.as_(HERE).audit("placements").CheckAudit(pb.CheckAuditRequest())
    answers = [answer async for answer in watch]
    assert [answer.sequence for answer in answers] == [2, 4, 5, 5]
    assert (answers[-1].head.sequence, answers[-1].head.service) == (5, "placements")


async def test_a_check_names_a_changed_row(alone: Havn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_api, "CHUNK", 2)
    await alone.alter("placements", "UPDATE audit SET subject = 'users/nobody' WHERE sequence = 4")
    answer = await checked(alone)
    assert answer == pb.CheckAuditResponse(
        sequence=3, fault=pb.AuditFault(sequence=4, kind=pb.AUDIT_FAULT_KIND_CHANGED)
    )


async def test_a_check_names_a_missing_row(alone: Havn) -> None:
    await alone.alter("placements", "DELETE FROM audit WHERE sequence = 1")
    assert (await checked(alone)).fault == pb.AuditFault(sequence=1, kind=pb.AUDIT_FAULT_KIND_MISSING)


async def test_a_kept_head_shows_that_the_end_was_cut_off(alone: Havn) -> None:
    kept = (await head(alone)).signed
    await alone.alter("placements", "DELETE FROM audit WHERE sequence > 3")
    assert not (await checked(alone)).HasField("fault")
    assert (await checked(alone, kept)).fault == pb.AuditFault(sequence=4, kind=pb.AUDIT_FAULT_KIND_MISSING)


async def test_a_kept_head_shows_that_the_whole_trail_was_written_anew(alone: Havn) -> None:
    kept = (await head(alone)).signed
    assert not (await checked(alone, kept)).HasField("fault")

    await alone.alter("placements", "UPDATE audit SET subject = 'users/nobody' WHERE sequence = 2")
    await asyncio.to_thread(seal_all_anew, alone.database("placements"))
    assert not (await checked(alone)).HasField("fault")
    assert (await checked(alone, kept)).fault == pb.AuditFault(sequence=5, kind=pb.AUDIT_FAULT_KIND_CHANGED)


def seal_all_anew(database: Database) -> None:
    with databases.owner(database) as connection, Session(connection) as session:
        last = audit.GENESIS
        for row in session.exec(select(AuditRow).order_by(col(AuditRow.sequence))).all():
            row.previous_hash = last
            row.hash = last = audit.seal(vars(row))
        session.commit()


async def test_a_head_that_was_not_signed_for_this_service_is_refused(alone: Havn, havn: Havn) -> None:
    token = alone.signer.token(cast.AUDITOR)
    wrong_kind = alone.signer.signed("else", {"service": "placements", "sequence": 1, "hash": ""})
    of_another = alone.signer.signed(audit_heads.KIND, {"service": "families", "sequence": 1, "hash": ""})
    of_other_key = (await head(havn)).signed
    for forged in (token, wrong_kind, of_another, of_other_key, "x.y.z", "x"):
        with refused("INVALID_ARGUMENT", "FIELD_INVALID", "kept_head"):
            await checked(alone, forged)


async def test_a_head_is_no_token(havn: Havn) -> None:
    with pytest.raises(TokenInvalid):
        havn.signer.verifier().caller((await head(havn)).signed)


async def test_the_head_is_in_the_log_from_the_start(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:

        def heads() -> list[dict[str, Any]]:
            logged = [json.loads(line) for line in havn.log.getvalue().splitlines()]
            return [line for line in logged if line["event"] == "audit.head"]

        async def is_told() -> bool:
            return bool(heads())

        await eventually(is_told)
        await havn.as_(cast.COORDINATOR).placements.CreateRequest(cast.filing())
        [told] = heads()
        assert (told["service"], told["sequence"]) == ("placements", 0)
        assert not (await checked(havn, told["head"])).HasField("fault")


@pytest.mark.parametrize("service", ["placements", "families", "capacity", "matching"])
async def test_every_service_has_its_trail(service: str, havn: Havn) -> None:
    answer = await havn.as_(EVERY_AUTHORITY).audit(service).GetAuditHead(pb.GetAuditHeadRequest())
    assert answer.service == service
    with pytest.raises(grpc.aio.AioRpcError):
        await havn.as_(cast.COORDINATOR).audit(service).GetAuditHead(pb.GetAuditHeadRequest())
