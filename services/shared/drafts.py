"""What an import is about to change: found out row by row while others may write, then written at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from services.shared import turns
from services.shared.access import Caller
from services.shared.database import later
from services.shared.errors import BadInput, EtagStale, NameTaken, NotFound
from services.shared.events import Announcement
from services.shared.records import Change, Kind, Resource, adding, announce, changing, outbox_values, row_values
from services.shared.scope import everywhere, narrow
from services.shared.tables import Record
from services.shared.wire import Told, complete, told

LOOKED_UP_TOGETHER = 500

M = TypeVar("M", bound=Resource)
T = TypeVar("T")

Values = dict[str, Any]
"""A row of a table, by column."""

ONCE = "comes twice in this import: keep one of its rows"
NOT_MOVED = "is another authority's: an import moves nothing from one authority to another"


@dataclass(frozen=True)
class Entry(Generic[M]):
    """How rows of one kind are entered: the request's field that holds the record, what may change, what is told."""

    kind: Kind[M]
    field: str
    changeable: frozenset[str]
    created: Callable[[M], Announcement | None]
    updated: Callable[[M], Announcement | None]


@dataclass(frozen=True)
class Kept:
    """A record as it was found."""

    authority: str
    version: int
    body: bytes


class Draft:
    """Records to keep and events to announce. Each row sees what is kept and what earlier rows bring."""

    def __init__(self, caller: Caller, now: datetime) -> None:
        self.caller = caller
        self.now = now
        self.compared: dict[str, str] = {}
        """Kept records that rows were compared with, and their authorities."""
        self._session: Session | None = None
        self._found: dict[str, Kept | None] = {}
        self._new: dict[type[Record], dict[str, Values]] = defaultdict(dict)
        self._changed: dict[type[Record], dict[str, Values]] = defaultdict(dict)
        self._events: dict[str, Values] = {}
        self._rows: set[str] = set()
        self._told: dict[str, Told] = {}

    def look(self, session: Session, names: Iterable[tuple[type[Record], str]]) -> None:
        """Sees what is kept now, and fetches these records together."""
        self._session, self._found = session, {}
        by_table: dict[type[Record], list[str]] = defaultdict(list)
        for table, name in names:
            by_table[table].append(name)
        # A name that is taken elsewhere is taken, though its record is not shown.
        with everywhere(session.connection(), self.caller):
            for table, wanted in by_table.items():
                self._found |= dict.fromkeys(wanted) | _kept(session, table, wanted)

    def get(self, kind: Kind[M], name: str) -> M:
        """The record of that name. Raises NotFound."""
        found = self.find(kind, name)
        if found is None:
            raise NotFound(name)
        return found

    def find(self, kind: Kind[M], name: str) -> M | None:
        """The record of that name, as it will be; None where there is none that the caller may see."""
        drafted = self._new[kind.table].get(name) or self._changed[kind.table].get(name)
        if drafted is not None:
            return kind.message.FromString(drafted["body"])
        kept = self._kept(kind, name)
        if kept is None or not (kind.open_to_all or self.caller.sees(kept.authority, name)):
            return None
        return kind.message.FromString(kept.body)

    def all(self, kind: Kind[M], *where: ColumnElement[bool]) -> list[M]:
        """The kept records that meet `where`, as they will be."""
        self._found |= _fetched(self._looking(), kind.table, *where)
        names = self._looking().exec(select(kind.table.name).where(*where).order_by(col(kind.table.sort_key)))
        return [self.get(kind, name) for name in names]

    def kept(self, entry: Entry[M], given: M, mask: FieldMask) -> M | None:
        """The record that `given` would change, None where it is new.

        `given` gets from it whatever the file does not tell. Raises BadInput for one of another authority, and for one
        that an earlier row told.
        """
        if given.name in self._rows:
            raise BadInput.of("id", ONCE)
        self._rows.add(given.name)
        fields = self._fields(entry, mask)
        found = self.find(entry.kind, given.name)
        if found is None:
            return None
        self.compared[given.name] = found.authority
        if given.authority not in ("", found.authority):
            raise BadInput.of(f"{entry.field}.authority", NOT_MOVED)
        complete(given, found, fields)
        return found

    def put(self, entry: Entry[M], message: M) -> None:
        """Enters a record that is new or differs from the one kept. Raises NameTaken and NotFound outside the scope."""
        kind, name = entry.kind, message.name
        kept = self._kept(kind, name)
        if kept and not self.caller.sees(kept.authority, name):
            raise NameTaken(name)
        if not self.caller.sees(message.authority, name):
            raise NotFound(message.authority)
        message.etag = str(kept.version + 1 if kept else 1)
        rows = self._changed if kept else self._new
        rows[kind.table][name] = row_values(kind, message)
        if announcement := (entry.updated if kept else entry.created)(message):
            self._events[name] = outbox_values(*announcement, self.now)

    @turns.short()
    def write(self, change: Change) -> None:
        """Writes it all. Raises EtagStale where a record changed, or came to be, since it was looked at."""
        narrow(change.connection, self.caller)
        for table, new in self._new.items():
            with everywhere(change.connection, self.caller):
                _require_unchanged(change.session, table, dict.fromkeys(new, 0))
            adding(table).change_each(change.connection, new.values())
        for table, changed in self._changed.items():
            _require_unchanged(change.session, table, {name: row["version"] - 1 for name, row in changed.items()})
            changing(table).change_each(change.connection, (row | {"of_name": name} for name, row in changed.items()))
        for event in self._events.values():
            later(change.session, announce, event)
        for rows in (*self._new.values(), *self._changed.values()):
            change.touched.update({name: row["authority"] for name, row in rows.items()})

    def _fields(self, entry: Entry[M], mask: FieldMask) -> Told:
        """The fields that the file tells of a kind, as its first row says."""
        if entry.field not in self._told:
            fields = told(mask.paths or entry.changeable)
            if not fields.keys() <= entry.changeable | {"authority"}:
                raise BadInput.of("update_mask", f"may name {', '.join(sorted(entry.changeable))}")
            self._told[entry.field] = {name: below for name, below in fields.items() if name != "authority"}
        return self._told[entry.field]

    def _kept(self, kind: Kind[M], name: str) -> Kept | None:
        if name not in self._found:
            with everywhere(self._looking().connection(), self.caller):
                self._found |= {name: None} | _kept(self._looking(), kind.table, [name])
        return self._found[name]

    def _looking(self) -> Session:
        if self._session is None:
            raise RuntimeError("look comes first")
        return self._session


def _kept(session: Session, table: type[Record], names: Iterable[str]) -> dict[str, Kept | None]:
    found: dict[str, Kept | None] = {}
    # PostgreSQL takes no NUL, and no record has one in its name: a row with such a name is refused in words.
    for some in _portions(name for name in names if "\0" not in name):
        found |= _fetched(session, table, col(table.name).in_(some))
    return found


def _fetched(session: Session, table: type[Record], *where: ColumnElement[bool]) -> dict[str, Kept | None]:
    rows = session.exec(select(table.name, table.authority, table.version, table.body).where(*where))
    return {name: Kept(authority, version, body) for name, authority, version, body in rows}


def _require_unchanged(session: Session, table: type[Record], versions: dict[str, int]) -> None:
    for some in _portions(versions):
        asked = select(table.name, table.version).where(col(table.name).in_(some))
        now = dict(session.exec(asked).all())
        for name in some:
            if now.get(name, 0) != versions[name]:
                raise EtagStale(name)


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, LOOKED_UP_TOGETHER)):
        yield some
