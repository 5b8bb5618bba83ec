"""What only PostgreSQL has: replicas that take turns, walls that the database itself builds, and a server to lose."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.pq import ExecStatus
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from havn.families.v1 import families_pb2 as families
from services.families.store import FAMILIES
from services.havn.system import DEFINITIONS
from services.shared import audit, call, leases, libpq, migrate, postgres, runtime
from services.shared.access import Caller
from services.shared.database import READERS, Database
from services.shared.errors import DatabaseAway, NameTaken
from services.shared.records import Change, View
from services.shared.scope import narrow, opening
from services.shared.tables import Shared
from tests import cast, databases
from tests.conftest import WAIT_SECONDS, eventually
from tests.postgres import Server

pytestmark = pytest.mark.skipif(not databases.on_postgres(), reason="runs with --database postgresql")


@pytest_asyncio.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[list[Database]]:
    """Two processes' ways into the database of families."""
    made = [databases.of_service("families", tmp_path) for _ in range(2)]
    yield made
    for database in made:
        await asyncio.to_thread(database.close)


def setting(name: str, session: Session) -> object:
    return session.connection().scalar(sa.text(f"SHOW {name}"))


async def test_what_is_committed_is_on_disk_and_who_reads_can_only_read(replicas: list[Database]) -> None:
    database = replicas[0]
    for run in (database.write, database.add):
        assert await run(lambda session: setting("synchronous_commit", session)) == "on"
        assert await run(lambda session: setting("transaction_isolation", session)) == "read committed"
    assert await database.read(lambda session: setting("transaction_isolation", session)) == "repeatable read"
    assert await database.read(lambda session: setting("transaction_read_only", session)) == "on"


async def test_a_session_that_is_killed_is_told_to_all_who_shared_its_transaction(replicas: list[Database]) -> None:
    held, killed = threading.Event(), sa.text("SELECT pg_terminate_backend(pg_backend_pid())")
    first = asyncio.ensure_future(replicas[0].write(lambda session: held.wait(WAIT_SECONDS)))
    works = [lambda session: session.connection().execute(killed), count_up]
    sharing = [asyncio.ensure_future(replicas[0].write(work)) for work in works]
    await asyncio.sleep(0)
    held.set()
    await first
    told = await asyncio.gather(*sharing, return_exceptions=True)
    assert [type(each) for each in told] == [DatabaseAway] * 2


def count_up(session: Session) -> None:
    # Read, then written: without turns one of two that read the same number is lost.
    number = session.connection().scalar(sa.text("SELECT max(claims) FROM leases")) or 0
    session.connection().execute(sa.text("UPDATE leases SET claims = :n WHERE name = 'counter'"), {"n": number + 1})


async def test_the_writes_of_all_replicas_come_one_after_another(replicas: list[Database]) -> None:
    counter = sa.text("INSERT INTO leases VALUES ('counter', '', 0, 0)")
    await replicas[0].write(lambda session: session.connection().execute(counter))
    await asyncio.gather(*(database.write(count_up) for database in replicas * 25))
    number = sa.text("SELECT claims FROM leases")
    assert await replicas[0].read(lambda session: session.connection().scalar(number)) == 50


async def test_who_adds_does_not_wait_for_a_write_that_takes_long(replicas: list[Database]) -> None:
    begun, ended = threading.Event(), threading.Event()

    def long(session: Session) -> None:
        setting("server_version", session)
        begun.set()
        ended.wait(WAIT_SECONDS)

    writing = asyncio.create_task(replicas[0].write(long))
    await asyncio.to_thread(begun.wait)
    for database in replicas:
        assert await database.add(lambda session: setting("is_superuser", session)) == "off"
    ended.set()
    await writing


async def test_rows_that_replicas_add_to_the_audit_trail_at_once_are_one_chain(replicas: list[Database]) -> None:
    read = call.Call("/havn.test/Get", "reference", cast.COORDINATOR)

    def add(session: Session) -> None:
        audit.append(session, [audit.row(read, cast.NOW, audit.Action.READ, {})])

    runs = (replicas[0].add, replicas[1].add, replicas[0].write, replicas[1].write)
    await asyncio.gather(*(run(add) for run in runs * 10))
    rows = await replicas[0].read(lambda session: audit.after(session, audit.START, 100))
    assert len(rows) == 40
    assert audit.first_fault(audit.START, rows) is None


async def test_a_frozen_writer_loses_its_turn(replicas: list[Database]) -> None:
    begun, ended = threading.Event(), threading.Event()

    def frozen(session: Session) -> None:
        session.connection().execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
        begun.set()
        ended.wait(WAIT_SECONDS)

    writing = asyncio.create_task(replicas[0].write(frozen))
    await asyncio.to_thread(begun.wait)
    await replicas[1].write(count_up)
    ended.set()
    with pytest.raises(DatabaseAway):
        await writing


async def test_each_replica_hears_of_the_writes_of_all(replicas: list[Database]) -> None:
    heard = asyncio.Event()
    url = replicas[0].engine.url.render_as_string(hide_password=False)
    hearing = asyncio.create_task(postgres.hear(url, heard.set))
    await heard.wait()
    heard.clear()
    await replicas[1].write(lambda session: setting("server_version", session))
    async with asyncio.timeout(WAIT_SECONDS):
        await heard.wait()
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)


def enter_two(session: Session) -> None:
    change = Change(session, cast.SERVICE, cast.NOW)
    for authority in (cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY):
        change.add(FAMILIES, cast.a_family(name=f"families/of-{authority[12:]}", authority=authority))


def names(session: Session) -> list[str]:
    # As a query that forgot to ask for the scope would.
    return list(session.connection().scalars(sa.text("SELECT name FROM families ORDER BY name")))


NARROWED = Caller("users/x", authority=cast.MUNICIPALITY, home="families/another")


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (cast.COORDINATOR, ["families/of-sermersooq"]),
        (cast.elsewhere(cast.COORDINATOR), ["families/of-qeqqata"]),
        (cast.SERVICE, ["families/of-qeqqata", "families/of-sermersooq"]),
        (cast.member_of("families/of-sermersooq"), ["families/of-sermersooq"]),
        (NARROWED, []),
        (cast.STRANGER, []),
    ],
    ids=["here", "elsewhere", "service", "family", "another-family", "stranger"],
)
async def test_the_database_shows_each_caller_its_own_rows_only(
    caller: Caller, seen: list[str], replicas: list[Database]
) -> None:
    await replicas[0].write(enter_two)

    def of_caller(session: Session) -> list[str]:
        narrow(session.connection(), caller)
        return names(session)

    assert await replicas[0].read(of_caller) == seen
    assert await replicas[0].read(names, opening(caller)) == seen
    assert await replicas[0].read(partial(seen_by, caller=caller), opening(caller)) == seen


def seen_by(session: Session, caller: Caller) -> list[str]:
    View(session, caller)
    return names(session)


async def test_a_transaction_that_began_for_one_caller_shows_another_one_no_more_than_theirs(
    replicas: list[Database],
) -> None:
    await replicas[0].write(enter_two)
    shown = [
        await replicas[0].read(partial(seen_by, caller=caller), opening(cast.SERVICE))
        for caller in (cast.COORDINATOR, cast.STRANGER)
    ]
    assert shown == [["families/of-sermersooq"], []]


async def test_a_name_in_a_token_is_no_command(replicas: list[Database]) -> None:
    await replicas[0].write(enter_two)
    for authority in ("'; SET LOCAL havn.authority TO '*", "\\'; SET LOCAL havn.authority TO '*'; --"):
        assert await replicas[0].read(names, opening(Caller("users/x", authority=authority))) == []


async def test_a_transaction_of_nobody_sees_nothing_even_after_one_that_did(replicas: list[Database]) -> None:
    await replicas[0].write(enter_two)
    assert await replicas[0].write(names) == []
    assert await replicas[1].read(names) == []
    assert len(await replicas[1].read(names, opening(cast.SERVICE))) == 2
    assert [await replicas[1].read(names) for _ in range(READERS)] == [[]] * READERS


async def test_writes_that_share_a_transaction_begin_each_in_its_own_callers_name(replicas: list[Database]) -> None:
    await replicas[0].write(enter_two)
    held = threading.Event()
    first = asyncio.ensure_future(replicas[0].write(lambda session: held.wait(WAIT_SECONDS)))
    openings = [opening(cast.SERVICE), "", opening(cast.COORDINATOR), opening(cast.STRANGER), ""]
    sharing = [asyncio.ensure_future(replicas[0].write(transaction_and_names, each)) for each in openings]
    refused = asyncio.ensure_future(replicas[0].write(refuse, opening(cast.SERVICE)))
    after = asyncio.ensure_future(replicas[0].write(transaction_and_names))
    await asyncio.sleep(0)
    held.set()
    await first
    told = await asyncio.gather(*sharing, after)
    with pytest.raises(NameTaken):
        await refused
    assert len({transaction for transaction, _ in told}) == 1
    here, elsewhere = "families/of-sermersooq", "families/of-qeqqata"
    assert [seen for _, seen in told] == [[elsewhere, here], [], [here], [], [], []]


def transaction_and_names(session: Session) -> tuple[str, list[str]]:
    return session.connection().scalar(sa.text("SELECT pg_current_xact_id()::text")) or "", names(session)


def refuse(session: Session) -> None:
    raise NameTaken("families/taken")


async def test_the_database_refuses_a_row_for_another_authority(replicas: list[Database]) -> None:
    def smuggle(session: Session) -> None:
        enter_two(session)
        session.flush()
        narrow(session.connection(), cast.COORDINATOR)
        session.connection().execute(sa.text(f"UPDATE families SET authority = '{cast.OTHER_MUNICIPALITY}'"))

    with pytest.raises(DBAPIError, match="row-level security"):
        await replicas[0].write(smuggle)


async def test_a_name_taken_elsewhere_is_found_without_being_seen(replicas: list[Database]) -> None:
    await replicas[0].write(enter_two)

    def look_and_enter(session: Session) -> families.FosterFamily:
        change, name = Change(session, cast.COORDINATOR, cast.NOW), "families/of-qeqqata"
        assert change.find(FAMILIES, name) is None
        return change.add(FAMILIES, cast.a_family(name=name, authority=cast.MUNICIPALITY))

    with pytest.raises(NameTaken):
        await replicas[0].write(look_and_enter)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
async def test_the_migrations_of_a_service_make_what_its_models_say(
    definition: runtime.Definition, tmp_path: Path
) -> None:
    database = databases.of_service(definition.name, tmp_path)
    with databases.owner(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [Shared.metadata, definition.records]) == []  # type: ignore[arg-type]
    await asyncio.to_thread(database.close)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
async def test_every_table_of_records_has_its_wall(definition: runtime.Definition, tmp_path: Path) -> None:
    database = databases.of_service(definition.name, tmp_path)
    walls = sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    built = await database.read(lambda session: set(session.connection().scalars(walls)))
    assert built == set(definition.records.tables)
    await asyncio.to_thread(database.close)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET subject = 'nobody'",
        "DELETE FROM audit",
        "DELETE FROM families",
        "UPDATE answers SET body = ''",
        "DELETE FROM inbox",
        "DELETE FROM outbox",
        "TRUNCATE audit",
        "ALTER TABLE families DISABLE ROW LEVEL SECURITY",
        "DROP POLICY scope ON families",
        "UPDATE alembic_version SET version_num = ''",
    ],
)
async def test_the_role_that_serves_can_not_undo_what_was_written(statement: str, replicas: list[Database]) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        await replicas[0].write(lambda session: session.connection().execute(sa.text(statement)))


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


async def test_a_database_that_went_away_is_there_again_after_it_came_back(server: Server) -> None:
    databases.make(server, "alone", "families")
    database = postgres.database(server.url("alone", "havn"))
    assert await database.read(names) == []

    async def is_away() -> bool:
        try:
            await database.read(names)
        except DatabaseAway:
            return True
        return False

    server.kill()
    # Whoever serves the connection that is open hears of it a moment later.
    await eventually(is_away)
    for run in (database.read, database.write, database.add):
        with pytest.raises(DatabaseAway):
            await run(names)
    server.start()
    for run in (database.read, database.write, database.add):
        assert await run(names) == []
    await asyncio.to_thread(database.close)


ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'alone'"
CANCELLED = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = 'alone' AND wait_event = 'advisory'"


async def test_nobody_notices_that_a_connection_was_lost_between_two_transactions(server: Server) -> None:
    databases.make(server, "alone", "families")
    database = postgres.database(server.url("alone", "havn"))
    for _ in range(3):
        for run in (database.read, database.write, database.add):
            assert await run(names) == []
        server.execute(ENDED)
    await asyncio.to_thread(database.close)


async def test_a_command_that_nobody_answered_tells_of_a_lost_connection(server: Server) -> None:
    with psycopg.connect(server.url("postgres", "postgres")) as driver:
        unanswered = driver.pgconn.make_empty_result(ExecStatus.FATAL_ERROR)
        assert type(libpq.refusal(driver, unanswered)) is psycopg.OperationalError
        assert driver.closed
    with psycopg.connect(server.url("postgres", "postgres")) as driver:
        refused = driver.pgconn.exec_(b"SELECT 1/0")
        assert type(libpq.refusal(driver, refused)) is psycopg.errors.DivisionByZero
        assert not driver.closed


def kept_statements(session: Session) -> int:
    # The first of them is one by itself.
    leases.BY_NAME.rows(session.connection(), {"of_name": "nobody's"})
    kept = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT leases.holder%'")
    counted: int = session.connection().scalar(kept) or 0
    return counted


def break_off(session: Session) -> None:
    kept_statements(session)
    raise NameTaken("taken")


async def test_statements_are_kept_whatever_is_undone(replicas: list[Database]) -> None:
    database = replicas[0]
    for _ in range(8):
        # As often as psycopg has to see its own statements before it keeps them too.
        assert await database.write(kept_statements) == 1
    with pytest.raises(NameTaken):
        await database.write(break_off)
    held = threading.Event()
    first = asyncio.ensure_future(database.write(lambda session: held.wait(WAIT_SECONDS)))
    sharing = [asyncio.ensure_future(database.write(work)) for work in (break_off, kept_statements)]
    await asyncio.sleep(0)
    held.set()
    await first
    refused, kept = await asyncio.gather(*sharing, return_exceptions=True)
    assert (type(refused), kept) == (NameTaken, 1)


async def test_a_connection_of_which_the_statements_were_forgotten_is_left_for_a_new_one(
    replicas: list[Database],
) -> None:
    database = replicas[0]
    await database.write(kept_statements)
    await database.write(lambda session: session.connection().execute(sa.text("DEALLOCATE ALL")))
    with pytest.raises(DatabaseAway):
        await database.write(kept_statements)
    assert await database.write(kept_statements) == 1


async def test_a_write_that_waited_in_vain_for_its_turn_leaves_the_next_one_alone(server: Server) -> None:
    databases.make(server, "alone", "families")
    one, other = (postgres.database(server.url("alone", "havn")) for _ in range(2))
    begun, ended = threading.Event(), threading.Event()

    def hold(_session: Session) -> None:
        begun.set()
        ended.wait(WAIT_SECONDS)

    holding = asyncio.create_task(one.write(hold))
    await asyncio.to_thread(begun.wait)
    waiting = asyncio.create_task(other.write(names))
    while not waiting.done():
        server.execute(CANCELLED)
        await asyncio.sleep(0)
    ended.set()
    await holding
    with pytest.raises(DatabaseAway):
        await waiting
    assert await other.write(names) == []
    for database in (one, other):
        await asyncio.to_thread(database.close)


def test_a_service_does_not_start_on_a_database_of_another_shape(server: Server) -> None:
    server.execute("CREATE DATABASE bare OWNER owner")
    engine = postgres.owner(server.url("bare", "owner"))
    with pytest.raises(RuntimeError, match="run havn migrate families"):
        migrate.require_current("families", engine)
    engine.dispose()
