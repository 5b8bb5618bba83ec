"""What is kept from before a migration is there after it."""

import asyncio
from pathlib import Path

from sqlmodel import Session, col, select, update

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.api import DEFINITION as CAPACITY
from services.capacity.store import WaitingListRow
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import migrate, scope
from services.shared.database import Database
from tests import cast, databases
from tests.conftest import Client, running_havn

LATER = (
    "DROP TABLE wellbeing",
    "DROP TABLE central_list_applications",
    "DROP TABLE waiting_list_offers",
    *(f"DROP TABLE {table}" for table in ("deliveries", "vacancy_changes", "breaches", "stays", "holds")),
    "DROP INDEX ix_vacancies_decay",
    *(f"ALTER TABLE vacancies DROP COLUMN {column}" for column in ("confirmed", "asked")),
)
"""What later migrations make anew."""


async def children(client: Client) -> set[str]:
    page = await client.capacity.ListWaitingList(pb.ListWaitingListRequest())
    return {entry.child for entry in page.entries}


def as_before(session: Session) -> None:
    """Entries as they were kept before they named the child."""
    scope.narrow(session.connection(), cast.SERVICE)
    for name, body in session.exec(select(WaitingListRow.name, WaitingListRow.body)).all():
        entry = pb.WaitingListEntry.FromString(body)
        entry.ClearField("child")
        change = update(WaitingListRow).where(col(WaitingListRow.name) == name)
        session.exec(change.values(body=entry.SerializeToString()))


def migrated(database: Database) -> None:
    with databases.owner(database) as connection:
        for statement in LATER:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("DROP INDEX ix_waiting_list_versions")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
        owner = connection.engine
    migrate.upgrade("capacity", owner)
    if databases.on_postgres():
        # Tables that were made anew are the service's to use again, as `havn migrate` lets it.
        migrate.allow("capacity", owner, "havn")
    owner.dispose()


async def test_entries_from_before_name_the_child_once_the_service_has_made_them_anew(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS, CAPACITY]) as havn:
        client = havn.as_(cast.COORDINATOR)
        filed = [await client.placements.CreateRequest(cast.filing()) for _ in range(3)]
        named = {request.child.reference for request in filed}

        async def all_named() -> bool:
            return await children(havn.as_(cast.COORDINATOR)) == named

        await havn.until("capacity", all_named)
        await havn.database("capacity").write(as_before)
        await asyncio.to_thread(migrated, havn.database("capacity"))
        await havn.services.pop("capacity").stop()
        await havn.forget_clients()
        await havn.start_service(CAPACITY)
        await havn.until("capacity", all_named)
