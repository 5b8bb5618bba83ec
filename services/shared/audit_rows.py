"""Rows of the audit trail as one caller may see them, found by statements that are made once."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlmodel import Session, col

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2 as pb
from services.shared import access, audit, purposes, wire
from services.shared.access import EVERYWHERE, Caller
from services.shared.shown import Shown
from services.shared.statements import Statement
from services.shared.tables import AuditRow

WINDOW = 50_000
"""Rows that are looked through for one page: what is sought may be rare, and a call must end in time."""

MOST_NAMES = 10_000
"""In the answer for one row: an import names as many records as it brought."""

MOST_BYTES = 2**20
"""In an answer, but for its last row."""

OF_SERVICE = access_pb2.Role.Name(access_pb2.ROLE_SERVICE).removeprefix("ROLE_")
"""The roles of rows that a service left in its own name."""

_STATEMENTS = 100
"""At hand: one for each set of conditions that somebody asked by."""


class Row(NamedTuple):
    """What is read of a row: all but its seal."""

    sequence: int
    time: str
    subject: str
    roles: str
    authority: str
    rpc: str
    reference: str
    purpose: str
    action: str
    outcome: str
    names: str


@dataclass(frozen=True)
class Page:
    """Some rows; `end` is how far the trail was looked through for them."""

    rows: list[pb.AuditRow]
    end: int
    goes_on: bool


@dataclass(frozen=True)
class Window:
    """The sequences of the rows to be looked through; the last one in the order of looking, and the whole trail's."""

    least: int
    most: int
    end: int
    last: int


def page(session: Session, caller: Caller, asked: pb.ListAuditRowsRequest, begun: int, size: int) -> Page:
    """The next rows, so many at most: behind the sequence `begun`, or before it where the newest come first.

    A `begun` of 0 stands before all rows, and behind all of them where the newest come first.
    """
    window = _window(begun, audit.head(session).sequence, backwards=asked.newest_first)
    end = window.end
    rows: list[pb.AuditRow] = []
    held = 0
    for row in _found(session, caller, asked, window, size):
        seen = _seen(caller, row, frozenset(asked.names))
        if seen is None:
            continue
        rows.append(message(row, seen, asked.name_count or MOST_NAMES))
        held += rows[-1].ByteSize()
        if len(rows) == size or held > MOST_BYTES:
            end = row.sequence
            break
    return Page(rows, end, goes_on=end != window.last)


def _window(begun: int, newest: int, *, backwards: bool) -> Window:
    if not backwards:
        end = max(min(begun + WINDOW, newest), begun)
        return Window(begun + 1, end, end, max(newest, begun))
    before = min(begun or newest + 1, newest + 1)
    end = max(before - WINDOW, 1)
    return Window(end, before - 1, end, 1)


def _found(
    session: Session, caller: Caller, asked: pb.ListAuditRowsRequest, window: Window, size: int
) -> Iterator[Row]:
    """The rows of a window that the database finds, so many at a time."""
    values = dict(_values(caller, asked))
    statement = _statement(tuple(values), backwards=asked.newest_first)
    least, most = window.least, window.most
    while True:
        found = statement.rows(session.connection(), values | {"least": least, "most": most, "size": size})
        yield from map(Row._make, found)
        if len(found) < size:
            return
        last: int = found[-1][0]
        least, most = (least, last - 1) if asked.newest_first else (last + 1, most)


def message(row: Row, seen: Shown, most: int = MOST_NAMES) -> pb.AuditRow:
    """A row, with so many at most of the names that are seen of it."""
    told = list(_first(seen, most))
    left_out = sum(map(len, seen.values())) - sum(len(records.names) for records in told)
    return pb.AuditRow(
        sequence=row.sequence,
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


def _values(caller: Caller, asked: pb.ListAuditRowsRequest) -> Iterator[tuple[str, str]]:
    """What rows are sought by."""
    if caller.authority != EVERYWHERE:
        yield "authority", caller.authority
        yield "named_authority", _quoted(caller.authority)
    for number, name in enumerate(asked.names):
        yield f"name_{number}", _quoted(name)
    if asked.subject:
        yield "subject", asked.subject
    if asked.without_services:
        yield "without", OF_SERVICE
    if asked.HasField("from_time"):
        yield "from_time", wire.time(asked.from_time).isoformat()
    if asked.HasField("until_time"):
        yield "until_time", wire.time(asked.until_time).isoformat()


@lru_cache(_STATEMENTS)
def _statement(sought: tuple[str, ...], *, backwards: bool) -> Statement:
    """The rows from `least` to `most` that meet what is sought by values of these names; so many at most."""
    sequence = col(AuditRow.sequence)
    met = [condition for name, condition in _CONDITIONS.items() if name in sought]
    if named := [_names(name) for name in sought if name.startswith("name_")]:
        met.append(or_(*named))
    columns = [getattr(AuditRow, name) for name in Row._fields]
    found = select(*columns).where(sequence >= bindparam("least"), sequence <= bindparam("most"), *met)
    return Statement(found.order_by(sequence.desc() if backwards else sequence).limit(bindparam("size")))


def _names(value: str) -> ColumnElement[bool]:
    """Whether a row may name the record of a value: it is looked at once more, for LIKE may take "C" for "c"."""
    return col(AuditRow.names).contains(bindparam(value), escape="!")


def _quoted(name: str) -> str:
    """A name as rows hold it, with no character that stands for others in a LIKE."""
    return re.sub("([!%_])", r"!\1", json.dumps(name))


_CONDITIONS = {
    "authority": or_(col(AuditRow.authority) == bindparam("authority"), _names("named_authority")),
    "subject": col(AuditRow.subject) == bindparam("subject"),
    "without": col(AuditRow.roles) != bindparam("without"),
    "from_time": col(AuditRow.time) >= bindparam("from_time"),
    "until_time": col(AuditRow.time) < bindparam("until_time"),
}


def _seen(caller: Caller, row: Row, asked: frozenset[str]) -> Shown | None:
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
