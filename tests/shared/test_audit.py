"""The audit trail: a chain that names what was done to it, and rows for all that was shown and refused."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from havn.placements.v1 import placements_pb2 as pb
from services.shared import audit, call, migrate, sqlite
from services.shared.audit import START, Action, Fault
from services.shared.database import Database
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Client, Havn, refused

ROWS = 6


def a_row(number: int) -> audit.Values:
    made = call.Call("/havn.test/Get", f"reference-{number}", replace(cast.COORDINATOR, subject=f"users/æ-{number}"))
    return audit.row(made, cast.NOW, Action.READ, {cast.MUNICIPALITY: [f"children/c-{number}"]})


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty trail."""
    path = tmp_path_factory.mktemp("migrated") / "data.sqlite"
    database = sqlite.database(path)
    migrate.upgrade("placements", database.engine)
    database.close()
    return path


Trail = Callable[..., Awaitable[Database]]


@pytest.fixture
def trail(migrated: Path, tmp_path: Path) -> Trail:
    """Makes a database with a trail, whose rows can be changed as whoever owns the file can."""

    async def made(rows: int = ROWS) -> Database:
        database = sqlite.database(Path(shutil.copy(migrated, tmp_path / "data.sqlite")))
        await database.write(lambda session: audit.append(session, [a_row(number) for number in range(rows)]))
        triggers = ("audit_unchanged", "audit_undeleted", "audit_at_end")
        await run(database, *(f"DROP TRIGGER {trigger}" for trigger in triggers))
        return database

    return made


async def run(database: Database, *statements: str) -> None:
    def work(session: Session) -> None:
        for statement in statements:
            session.connection().execute(text(statement))

    await database.write(work)


def fault(session: Session) -> Fault | None:
    return audit.first_fault(START, audit.after(session, START, 1000))


async def found(database: Database) -> Fault | None:
    try:
        return await database.read(fault)
    finally:
        database.close()


async def test_a_trail_that_nobody_touched_has_no_fault(trail: Trail) -> None:
    assert await found(await trail()) is None


COLUMNS = [name for name in AuditRow.model_fields if name not in ("sequence", "hash", "previous_hash")]
"""All that a row says."""


@pytest.mark.parametrize("sequence", range(1, ROWS + 1))
@pytest.mark.parametrize(
    ("column", "changed"),
    [
        *((column, f"{column} || 'x'") for column in COLUMNS),
        *((column, value) for column in ("hash", "previous_hash", "names") for value in ("x'01'", "'01'", "1")),
    ],
)
async def test_a_row_that_is_changed_is_named(column: str, changed: str, sequence: int, trail: Trail) -> None:
    database = await trail()
    await run(database, f"UPDATE audit SET {column} = {changed} WHERE sequence = {sequence}")
    assert await found(database) == Fault(sequence, missing=False)


@pytest.mark.parametrize("sequence", range(1, ROWS))
async def test_a_row_that_is_dropped_is_named(sequence: int, trail: Trail) -> None:
    database = await trail()
    await run(database, f"DELETE FROM audit WHERE sequence = {sequence}")
    assert await found(database) == Fault(sequence, missing=True)


async def test_a_gap_that_is_closed_is_named(trail: Trail) -> None:
    database = await trail()
    closing = [f"UPDATE audit SET sequence = {n - 1} WHERE sequence = {n}" for n in range(4, ROWS + 1)]
    await run(database, "DELETE FROM audit WHERE sequence = 3", *closing)
    assert await found(database) == Fault(3, missing=False)


@pytest.mark.parametrize("first", range(1, ROWS))
@pytest.mark.parametrize("second", range(1, ROWS + 1))
async def test_of_rows_that_are_swapped_the_first_is_named(first: int, second: int, trail: Trail) -> None:
    if first >= second:
        return
    database = await trail()
    places = ((first, -1), (second, first), (-1, second))
    await run(database, *(f"UPDATE audit SET sequence = {to} WHERE sequence = {of}" for of, to in places))
    assert await found(database) == Fault(first, missing=False)


@pytest.mark.parametrize("sequence", range(1, ROWS))
async def test_a_row_that_is_changed_and_sealed_anew_is_named(sequence: int, trail: Trail) -> None:
    def seal_anew(session: Session) -> None:
        row = session.get_one(AuditRow, sequence)
        row.subject = "users/somebody-else"
        row.hash = audit.seal(vars(row))

    database = await trail()
    await database.write(seal_anew)
    assert await found(database) == Fault(sequence, missing=False)


async def test_a_row_that_is_put_between_is_named(trail: Trail) -> None:
    database = await trail()
    moving = [f"UPDATE audit SET sequence = {n + 1} WHERE sequence = {n}" for n in range(ROWS, 2, -1)]
    copied = ", ".join(name for name in AuditRow.model_fields if name != "sequence")
    await run(database, *moving, f"INSERT INTO audit SELECT 3, {copied} FROM audit WHERE sequence = 2")
    assert await found(database) == Fault(3, missing=False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET subject = 'users/nobody'",
        "DELETE FROM audit WHERE sequence = 1",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 1",
    ],
)
async def test_the_database_lets_rows_only_be_added(statement: str, tmp_path: Path) -> None:
    database = sqlite.database(tmp_path / "data.sqlite")
    migrate.upgrade("families", database.engine)
    await database.write(lambda session: audit.append(session, [a_row(1)]))
    with pytest.raises(IntegrityError, match="only added"):
        await run(database, statement)
    assert await found(database) is None


async def test_rows_of_before_are_sealed_as_they_were_found(tmp_path: Path) -> None:
    database = sqlite.database(tmp_path / "data.sqlite")
    migrate.upgrade("placements", database.engine, to="0001")
    with database.engine.begin() as connection:
        for number in (1, 2):
            values = (
                f"({number}, 't', 'users/ø', 'COORDINATOR', 'authorities/a', '/rpc', 'ref', 'read', '[\"requests/r\"]')"
            )
            connection.execute(text(f"INSERT INTO audit VALUES {values}"))
        connection.execute(text("INSERT INTO answers VALUES ('c', '/rpc', 'k', x'00', x'00', '[\"requests/r\"]', 't')"))
    migrate.upgrade("placements", database.engine)
    await database.write(lambda session: audit.append(session, [a_row(1)]))
    names = await database.read(lambda session: session.exec(select(AuditRow.names)).first())
    kept = await database.read(lambda session: session.connection().scalar(text("SELECT names FROM answers")))
    assert json.loads(names or "") == {"authorities/a": ["requests/r"]}
    assert json.loads(kept or "") == {"": ["requests/r"]}
    assert await database.read(audit.head) == audit.Link(3, (await database.read(newest)).hash)
    assert await found(database) is None


def newest(session: Session) -> AuditRow:
    return session.exec(select(AuditRow).order_by(col(AuditRow.sequence).desc()).limit(1)).one()


async def test_reads_that_wait_for_a_transaction_share_the_next_one(trail: Trail) -> None:
    database = await trail(rows=0)
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    readers = audit.Readers(database)
    await asyncio.gather(*(readers.record(a_row(number)) for number in range(100)))
    assert len(commits) <= 2
    assert (await database.read(audit.head)).sequence == 100
    assert await found(database) is None


async def test_a_read_is_answered_after_its_row_is_committed_and_not_before(trail: Trail) -> None:
    database = await trail(rows=0)
    readers = audit.Readers(database)

    async def read(number: int) -> None:
        await readers.record(a_row(number))
        subjects = await database.read(lambda session: session.exec(select(AuditRow.subject)).all())
        assert f"users/æ-{number}" in subjects

    await asyncio.gather(*(read(number) for number in range(40)))
    database.close()


async def test_a_caller_that_gives_up_takes_nobodys_row_along(trail: Trail) -> None:
    database = await trail(rows=0)
    readers = audit.Readers(database)
    reads = [asyncio.create_task(readers.record(a_row(number))) for number in range(10)]
    await asyncio.sleep(0)
    reads[0].cancel()
    results = await asyncio.gather(*reads, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] + [type(None)] * 9
    assert (await database.read(audit.head)).sequence == 10
    database.close()


async def test_reads_after_a_fault_of_the_database_are_written_again(trail: Trail) -> None:
    database = await trail(rows=0)
    readers = audit.Readers(database)
    await run(database, "ALTER TABLE audit RENAME TO away")
    results = await asyncio.gather(*(readers.record(a_row(n)) for n in range(5)), return_exceptions=True)
    assert all(isinstance(result, Exception) for result in results)
    await run(database, "ALTER TABLE away RENAME TO audit")
    await readers.record(a_row(9))
    assert (await database.read(audit.head)).sequence == 1
    database.close()


async def test_the_chain_holds_under_reads_and_writes_at_once(havn: Havn, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    reads = [coordinator.placements.GetRequest(pb.GetRequestRequest(name=filed.name)) for _ in range(30)]
    writes = [coordinator.placements.CreateRequest(cast.filing()) for _ in range(10)]
    await asyncio.gather(*reads, *writes)
    for service in havn.services:
        assert await havn.rows(service, fault) is None


def rows_of(subject: str, action: Action = Action.REFUSED) -> Callable[[Session], Sequence[AuditRow]]:
    mine = select(AuditRow).where(AuditRow.subject == subject, AuditRow.action == action)
    return lambda session: session.exec(mine.order_by(col(AuditRow.sequence))).all()


async def test_who_is_refused_by_role_leaves_a_row(havn: Havn, coordinator: Client) -> None:
    somebody = replace(cast.STRANGER, subject="users/curious-stranger", authority=cast.MUNICIPALITY)
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await havn.as_(somebody).placements.GetRequest(pb.GetRequestRequest(name=filed.name))
    [row] = await havn.rows("placements", rows_of(somebody.subject))
    assert (row.outcome, row.rpc) == ("ROLE_NOT_ALLOWED", "/havn.placements.v1.PlacementsService/GetRequest")
    assert json.loads(row.names) == {}  # What one who may not call says is not read.


async def test_who_asks_for_a_record_of_another_authority_leaves_a_row_with_its_name(
    havn: Havn, coordinator: Client
) -> None:
    somebody = replace(cast.elsewhere(cast.COORDINATOR), subject="users/curious-coordinator")
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused("NOT_FOUND"):
        await havn.as_(somebody).placements.GetRequest(pb.GetRequestRequest(name=filed.name))
    [row] = await havn.rows("placements", rows_of(somebody.subject))
    assert (row.outcome, json.loads(row.names)) == ("NOT_FOUND", {cast.OTHER_MUNICIPALITY: [filed.name]})


async def test_a_loop_of_refused_calls_fills_no_disk(havn: Havn) -> None:
    somebody = replace(cast.COORDINATOR, subject="users/guesses-ids")
    client, guess = havn.as_(somebody), pb.GetRequestRequest(name="requests/guessed")
    asked = [client.placements.GetRequest(guess) for _ in range(audit.MOST_REFUSALS + 5)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(result, grpc.aio.AioRpcError) for result in results)
    assert len(await havn.rows("placements", rows_of(somebody.subject))) == audit.MOST_REFUSALS


async def test_nobody_without_a_token_leaves_a_row(havn: Havn) -> None:
    for channel in havn.channels(lambda: "forged").values():
        async with channel:
            ask: Any = channel.unary_unary("/havn.placements.v1.PlacementsService/GetRequest")
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(b"", timeout=10)
    assert await havn.rows("placements", rows_of("")) == []


async def test_what_a_caller_says_that_it_is_for_is_kept(havn: Havn) -> None:
    somebody = replace(cast.AUDITOR, subject="users/supervises")
    asked = pb.ListRequestsRequest(page_size=1)
    await havn.as_(somebody).placements.ListRequests(asked, metadata=(("x-purpose", "SUPERVISION"),))
    await havn.as_(somebody).placements.ListRequests(asked)
    rows = await havn.rows("placements", rows_of(somebody.subject, Action.READ))
    assert [row.purpose for row in rows] == ["SUPERVISION", ""]


async def test_a_purpose_that_is_none_is_refused(coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "x-purpose"):
        await coordinator.placements.ListRequests(pb.ListRequestsRequest(), metadata=(("x-purpose", "curiosity"),))


def test_the_minute_is_each_callers_own() -> None:
    refusals = audit.Refusals()
    assert all(refusals.may_add("a", cast.NOW) for _ in range(audit.MOST_REFUSALS))
    assert not refusals.may_add("a", cast.NOW)
    assert refusals.may_add("b", cast.NOW)
    assert refusals.may_add("a", cast.NOW.replace(minute=59))
