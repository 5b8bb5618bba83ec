"""Rows of the audit trail as one caller may see them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2 as pb
from services.shared import access, audit, purposes, wire
from services.shared.access import EVERYWHERE, Caller
from services.shared.shown import Shown
from services.shared.tables import AuditRow

WINDOW = 50_000
"""Rows that are looked through for one page: what is sought may be rare, and a call must end in time."""

MOST_NAMES = 10_000
"""In the answer for one row: an import names as many records as it brought."""

MOST_BYTES = 2**20
"""In an answer, but for its last row."""


OF_SERVICE = access_pb2.Role.Name(access_pb2.ROLE_SERVICE).removeprefix("ROLE_")
"""The roles of rows that a service left in its own name."""


@dataclass(frozen=True)
class Page:
    """Some rows; `end` is how far the trail was looked through for them."""

    rows: list[pb.AuditRow]
    end: int
    goes_on: bool


def page(session: Session, caller: Caller, asked: pb.ListAuditRowsRequest, begun: int, size: int) -> Page:
    """The next rows, so many at most: behind the sequence `begun`, or before it where the newest come first.

    A `begun` of 0 stands before all rows, and behind all of them where the newest come first.
    """
    newest = audit.head(session).sequence
    window, end, last = _window(begun, newest, backwards=asked.newest_first)
    sequence = col(AuditRow.sequence)
    order = sequence.desc() if asked.newest_first else sequence
    sought = select(AuditRow).where(*window, *_conditions(caller, asked)).order_by(order)
    rows: list[pb.AuditRow] = []
    held = 0
    for row in session.exec(sought).yield_per(size):
        seen = _seen(caller, row, frozenset(asked.names))
        if seen is None:
            continue
        rows.append(message(row, seen, asked.name_count or MOST_NAMES))
        held += rows[-1].ByteSize()
        if len(rows) == size or held > MOST_BYTES:
            end = row.sequence or 0
            break
    return Page(rows, end, goes_on=end != last)


def _window(begun: int, newest: int, *, backwards: bool) -> tuple[list[ColumnElement[bool]], int, int]:
    """The rows to be looked through, the last of them, and the last of the whole trail, in the order of looking."""
    sequence = col(AuditRow.sequence)
    if not backwards:
        end = max(min(begun + WINDOW, newest), begun)
        return [sequence > begun, sequence <= end], end, max(newest, begun)
    before = min(begun or newest + 1, newest + 1)
    end = max(before - WINDOW, 1)
    return [sequence < before, sequence >= end], end, 1


def message(row: AuditRow, seen: Shown, most: int = MOST_NAMES) -> pb.AuditRow:
    """A row, with so many at most of the names that are seen of it."""
    told = list(_first(seen, most))
    left_out = sum(map(len, seen.values())) - sum(len(records.names) for records in told)
    return pb.AuditRow(
        sequence=row.sequence or 0,
        time=wire.timestamp(datetime.fromisoformat(row.time)),
        subject=row.subject,
        roles=[access.role(name) for name in row.roles.split()],
        authority=row.authority,
        rpc=row.rpc,
        reference=row.reference,
        purpose=purposes.number(row.purpose),
        action=pb.AuditAction.Value(f"AUDIT_ACTION_{row.action.upper()}"),
        outcome=row.outcome,
        records=told,
        left_out_count=left_out,
    )


def _first(seen: Shown, most: int) -> Iterator[pb.ShownRecords]:
    for authority, names in seen.items():
        if most > 0:
            yield pb.ShownRecords(authority=authority, names=names[:most])
            most -= len(names)


def _conditions(caller: Caller, asked: pb.ListAuditRowsRequest) -> Iterator[ColumnElement[bool]]:
    """What the database can tell; names are looked at once more, for its LIKE may take "C" for "c"."""
    names = col(AuditRow.names)
    if caller.authority != EVERYWHERE:
        yield or_(col(AuditRow.authority) == caller.authority, names.contains(json.dumps(caller.authority)))
    if asked.names:
        yield or_(*(names.contains(json.dumps(name), autoescape=True) for name in asked.names))
    if asked.subject:
        yield col(AuditRow.subject) == asked.subject
    if asked.without_services:
        yield col(AuditRow.roles) != OF_SERVICE
    if asked.HasField("from_time"):
        yield col(AuditRow.time) >= wire.time(asked.from_time).isoformat()
    if asked.HasField("until_time"):
        yield col(AuditRow.time) < wire.time(asked.until_time).isoformat()


def _seen(caller: Caller, row: AuditRow, asked: frozenset[str]) -> Shown | None:
    """The names of a row that the caller sees; None where the whole row is not for the caller, or not asked for."""
    # What one's own people saw is one's own business; of what others saw, one's own records are.
    whole = caller.authority in (row.authority, EVERYWHERE) and not caller.narrowed()
    shown: Shown = json.loads(row.names)
    if not whole:
        shown = {authority: _own(caller, authority, names) for authority, names in shown.items()}
    if asked:
        shown = {authority: [name for name in names if name in asked] for authority, names in shown.items()}
    seen = {authority: names for authority, names in shown.items() if names}
    return seen if seen or (whole and not asked) else None


def _own(caller: Caller, authority: str, names: list[str]) -> list[str]:
    """Those of an authority's records that the caller sees: a row of an import names thousands."""
    if caller.sees_all_of(authority):
        return names
    return [name for name in names if caller.sees(authority, name)]
