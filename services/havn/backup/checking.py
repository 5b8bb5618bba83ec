"""What is wrong with databases: damage, an unknown shape, other rows than told, knowledge that has no source."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from services.havn.backup.contents import Contents, contents
from services.havn.backup.files import file_of, sqlite
from services.havn.backup.manifest import Manifest
from services.shared import audit
from services.shared.migrate import shapes
from services.shared.tables import AuditRow

_EVENT_ID = re.compile(r"[0-9a-f]{32}")


class Fault(StrEnum):
    """What may be wrong with a database."""

    DAMAGED = "DAMAGED"
    SHAPE_UNKNOWN = "SHAPE_UNKNOWN"
    ROWS_DIFFER = "ROWS_DIFFER"
    AUDIT_CHANGED = "AUDIT_CHANGED"
    """A row of the audit trail is missing, or not as it was written."""
    AHEAD = "AHEAD"
    """It heard of changes that their owner does not have."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a service's database; `detail` says where or how much."""

    service: str
    fault: Fault
    detail: str


def problems_of_copies(folder: Path, manifest: Manifest) -> list[Problem]:
    """What is wrong with the databases of a backup that were put into a folder."""
    with ExitStack() as opened:
        connections = {
            service: opened.enter_context(sqlite(folder / file_of(service), readonly=True).connect())
            for service in manifest.services
        }
        told = {service: copied.contents for service, copied in manifest.services.items()}
        return list(problems(connections, told))


def problems(databases: Mapping[str, Connection], told: Mapping[str, Contents]) -> Iterator[Problem]:
    """What is wrong with the databases of all services, where `told` says what some of them are to hold."""
    damaged = False
    for service, connection in databases.items():
        found = list(_problems_of_one(service, connection, told.get(service)))
        damaged |= any(problem.fault is Fault.DAMAGED for problem in found)
        yield from found
    if not damaged:
        yield from _ahead(databases)


def _problems_of_one(service: str, connection: Connection, told: Contents | None) -> Iterator[Problem]:
    try:
        damage = _damage(connection)
        found = contents(connection) if damage == "ok" else None
    except DatabaseError as error:
        damage, found = type(error.orig).__name__, None
    if found is None:
        yield Problem(service, Fault.DAMAGED, str(damage).splitlines()[-1])
        return
    if found.shape not in shapes(service):
        yield Problem(service, Fault.SHAPE_UNKNOWN, found.shape)
    if told is not None:
        names = sorted(found.tables.keys() | told.tables.keys())
        differing = [name for name in names if found.tables.get(name) != told.tables.get(name)]
        yield from (Problem(service, Fault.ROWS_DIFFER, name) for name in differing)
    fault = _audit_fault(connection)
    if fault:
        yield Problem(service, Fault.AUDIT_CHANGED, str(fault.sequence))


def _damage(connection: Connection) -> str:
    """What SQLite finds wrong with its file; PostgreSQL checks each page as it is read, which all now are."""
    if connection.dialect.name != "sqlite":
        return "ok"
    found: str = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    return found


def _audit_fault(connection: Connection) -> audit.Fault | None:
    in_order = sa.text("SELECT * FROM audit ORDER BY sequence").execution_options(yield_per=1_000)
    rows = connection.execute(in_order)
    if "hash" not in list(rows.keys()):
        # A copy of the first shape: its rows are sealed when a start migrates it.
        return None
    return audit.first_fault(audit.START, (AuditRow(**row) for row in rows.mappings()))


def _ahead(databases: Mapping[str, Connection]) -> Iterator[Problem]:
    """Services that heard of events which nobody announced, as databases of different moments would have it."""
    announced = {event for connection in databases.values() for event in _column(connection, "outbox")}
    for service, connection in databases.items():
        unknown = {event for event in _column(connection, "inbox") if _EVENT_ID.fullmatch(event)} - announced
        if unknown:
            yield Problem(service, Fault.AHEAD, str(len(unknown)))


def _column(connection: Connection, table: str) -> Iterable[str]:
    return connection.execute(sa.text(f"SELECT event_id FROM {table}")).scalars()
