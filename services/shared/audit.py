"""The audit trail: who saw and changed which records. Rows are only added, each sealed with the hash of the one before.

A row that is changed, dropped or moved no longer fits its neighbours, and `first_fault` names it. That the end was not
cut off is shown by a head that was kept elsewhere: `Head`.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, insert, text
from sqlmodel import Session, col, select

from services.shared.call import Call
from services.shared.database import Database
from services.shared.scope import OPENED, on_postgres
from services.shared.shown import Shown, shown
from services.shared.statements import Statement
from services.shared.tables import AuditRow

GENESIS = bytes(32)
"""What the first row has for a hash before it."""

# The order is part of the seal: a later column comes with a later kind of seal.
_SEALED = "previous_hash sequence time subject roles authority rpc reference purpose action outcome names".split()

Values = dict[str, object]
"""Columns of a row, by their names."""

_ADD = Statement(insert(AuditRow).inline())
_NEWEST = Statement(
    select(col(AuditRow.sequence), col(AuditRow.hash)).order_by(col(AuditRow.sequence).desc()).limit(bindparam("most"))
)

MOST_ASKED_FOR = 20
MOST_REFUSALS = 60

# Of PostgreSQL, held from reading the head to the commit: there several processes add rows. Writers have lock 1.
_LOCKING = "SELECT pg_advisory_xact_lock(2)"
_LOCK = Statement(text(_LOCKING))


class Action(StrEnum):
    """What was done with the records."""

    READ = "read"
    WRITE = "write"
    REPEAT = "repeat"
    """A write came again, and its first answer was shown again."""
    REFUSED = "refused"
    """Nothing was shown or changed; the records are those that were asked for."""


@dataclass(frozen=True)
class Link:
    """A row's place in the chain."""

    sequence: int
    hash: bytes


START = Link(0, GENESIS)


@dataclass(frozen=True)
class Fault:
    """The first row that is not as it was written."""

    sequence: int
    missing: bool
    """Or else changed."""


def row(call: Call, now: datetime, action: Action, records: Shown, outcome: str = "OK") -> Values:
    """The columns of a row that is not in the chain yet."""
    return {
        "time": now.isoformat(),
        "subject": call.caller.subject,
        "roles": call.caller.role_names(),
        "authority": call.caller.authority,
        "rpc": call.rpc,
        "reference": call.reference,
        "purpose": call.purpose,
        "action": action,
        "outcome": outcome,
        "names": json.dumps(records),
    }


def asked_for(call: Call) -> list[str]:
    """The names in the caller's request: as the caller wrote them, whosever they may be."""
    asked = {} if call.request is None else shown(call.request, "")
    return [name for names in asked.values() for name in names]


def append(session: Session, rows: Iterable[Values]) -> None:
    """Adds rows to the chain. It comes last in a transaction: others wait for its commit."""
    last, chained = _end(session), []
    for added in rows:
        content = added | {"sequence": last.sequence + 1, "previous_hash": last.hash}
        last = Link(last.sequence + 1, seal(content))
        chained.append(content | {"hash": last.hash})
    _ADD.change_each(session.connection(), chained)


def _end(session: Session) -> Link:
    """The end of the chain, to which nobody else adds until this transaction is over."""
    if on_postgres(session.connection()) and session.info.get(OPENED) != _LOCKING:
        _LOCK.rows(session.connection(), {})
    return head(session)


def head(session: Session) -> Link:
    """The end of the chain."""
    found = _NEWEST.first(session.connection(), {"most": 1})
    return START if found is None else Link(*found)


def seal(row: Mapping[str, object]) -> bytes:
    """The hash of a row, in which the one before has its own."""
    content = [row[name] for name in _SEALED]
    # Bytes are told as hexadecimal digits, wherever they stand: whoever changed a row may have left any type in it.
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    return hashlib.sha256(canonical.encode()).digest()


def after(session: Session, last: Link, most: int) -> list[AuditRow]:
    """The next rows of the trail, so many at most."""
    following = select(AuditRow).where(col(AuditRow.sequence) > last.sequence)
    return list(session.exec(following.order_by(col(AuditRow.sequence)).limit(most)))


def first_fault(last: Link, rows: Iterable[AuditRow]) -> Fault | None:
    """The first fault of rows that are to follow `last`."""
    return next(_faults(last, rows), None)


def _faults(last: Link, rows: Iterable[AuditRow]) -> Iterator[Fault]:
    for found in rows:
        sequence = found.sequence or 0
        if sequence != last.sequence + 1:
            yield Fault(last.sequence + 1, missing=True)
        if seal(vars(found)) != found.hash:
            yield Fault(sequence, missing=False)
        if found.previous_hash != last.hash:
            # The one before was sealed anew: this one still holds the hash that it had.
            yield Fault(max(last.sequence, 1), missing=False)
        last = Link(sequence, found.hash)


class Refusals:
    """Lets each caller have 60 rows of refusals a minute: a loop of refused calls fills no disk. The log has each."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._counts: Counter[str] = Counter()

    def may_add(self, subject: str, now: datetime) -> bool:
        """Whether the caller may have another row; it counts as had."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[subject] += 1
        return self._counts[subject] <= MOST_REFUSALS


class Readers:
    """Writes the rows of calls that change nothing: those that wait while a transaction runs share the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Values] = []
        self._next: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def record(self, row: Values) -> None:
        """Returns once the row is committed."""
        self._waiting.append(row)
        if self._next is None:
            self._next = asyncio.create_task(self._write())
        # Whoever is cancelled takes nobody's row along.
        await asyncio.shield(self._next)

    async def _write(self) -> None:
        async with self._one_at_a_time:
            rows, self._waiting, self._next = self._waiting, [], None
            await self._database.add(lambda session: append(session, rows), _LOCKING)
