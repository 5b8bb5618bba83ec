"""Records as one caller sees them, and the transaction that changes them."""

import re
import uuid
from base64 import b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

from google.protobuf.message import Message
from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update
from sqlmodel import Session, col

from services.shared import traces
from services.shared.access import EVERYWHERE, Caller
from services.shared.database import later
from services.shared.errors import BadInput, EtagStale, NameTaken, NotFound
from services.shared.listings import MOST_VALUES, Listing, by_name, columns, having, listed, one_of, scope_of, slots
from services.shared.scope import OPENED, narrow, opening
from services.shared.statements import Statement
from services.shared.tables import OutboxEvent, Record

MAX_PAGE = MOST_VALUES
DEFAULT_PAGE = 50

_ANNOUNCE = Statement(insert(OutboxEvent).inline())

Equal = Mapping[str, str | int]
"""The values that columns are to have."""

NONE: Equal = {}

_POSITION = re.compile(r"[0-9]{1,9}")
_PAGE_TOKEN = "must be the next_page_token of the answer before, or empty"


class Resource(Protocol):
    """A message that can be kept: it has a name, an authority and an etag, which is its version as a number."""

    name: str
    authority: str
    etag: str

    @classmethod
    def FromString(cls, s: bytes, /) -> Self: ...  # noqa: D102

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: D102


M = TypeVar("M", bound=Resource)
N = TypeVar("N", bound=int)
T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[M]):
    """How messages of one kind are kept.

    `columns` gives the table's own columns, beyond those of every Record. `open_to_all` marks what every authority may
    see: institutions and their places are searched by all.
    """

    table: type[Record]
    message: type[M]
    columns: Callable[[M], dict[str, Any]] = lambda _message: {}
    open_to_all: bool = False


class Kept(NamedTuple):
    """The columns that every record has."""

    name: str
    authority: str
    sort_key: str
    version: int
    body: bytes


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some messages of a list, and the token of the next page, empty on the last."""

    items: list[T]
    next_token: str


@dataclass
class View:
    """What one caller sees, at one moment."""

    session: Session
    caller: Caller
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        """Lets the database itself show no more than the caller's scope."""
        self.connection = self.session.connection()
        if self.session.info.pop(OPENED, "") != opening(self.caller):
            narrow(self.connection, self.caller)

    def get(self, kind: Kind[M], name: str) -> M:
        """The message of that name. Raises NotFound where there is none, or none that the caller may see."""
        row = self._kept(kind, name)
        if row is None or not self._sees(kind, row):
            raise NotFound(name)
        return kind.message.FromString(row.body)

    def find(self, kind: Kind[M], name: str) -> M | None:
        """The message of that name, or None."""
        try:
            return self.get(kind, name)
        except NotFound:
            return None

    def all(self, kind: Kind[M], *where: ColumnElement[bool], **equal: str | int) -> list[M]:
        """All messages that the caller sees and that meet `where`, in the order of their sort keys.

        Columns may be named with the value that they are to have: such a list is found soonest.
        """
        rows = self._execute(self._select(kind, where, equal)) if where else self._listed(kind, equal)
        return [kind.message.FromString(row.body) for row in rows]

    def versions(self, kind: Kind[M], *where: ColumnElement[bool]) -> dict[str, int]:
        """The version of each message that `all` gives, by name, in their order."""
        selected = self._select(kind, where).with_only_columns(kind.table.name, kind.table.version)
        return {name: version for name, version in self._execute(selected)}  # noqa: C416  # rows are no pairs to mypy

    def last(self, kind: Kind[M], *where: ColumnElement[bool]) -> M | None:
        """The one with the highest sort key, of those that `all` gives."""
        backwards = self._select(kind, where).order_by(None).order_by(col(kind.table.sort_key).desc()).limit(1)
        row = self._execute(backwards).first()
        return None if row is None else kind.message.FromString(row.body)

    def among(self, kind: Kind[M], column: str, values: Collection[str], *standing: ColumnElement[bool]) -> list[M]:
        """All messages that the caller sees, of which a column has one of these values, and that meet `standing`.

        What stands is made once, with its module: never for one call.
        """
        return [kind.message.FromString(row.body) for row in self._among(kind, column, values, standing)]

    def page(
        self,
        kind: Kind[M],
        size: int,
        token: str,
        *where: ColumnElement[bool],
        names: Collection[str] = (),
        **equal: str | int,
    ) -> Page[M]:
        """A page of those that `all` gives, of these names if there are any. Raises BadInput for what can't be."""
        begun, most = after(token), page_size(size)
        rows: Sequence[Any]
        if names and not where and not equal:
            rows = [row for row in self._among(kind, "name", names) if row.sort_key > begun]
        elif names or where:
            named = [col(kind.table.name).in_(names)] if names else []
            behind = col(kind.table.sort_key) > begun
            rows = self._execute(self._select(kind, [*where, *named, behind], equal).limit(most + 1)).all()
        else:
            rows = self._listed(kind, equal, {"behind": begun, "most": most + 1})
        shown = rows[:most]
        token = next_token(shown[-1].sort_key) if len(rows) > len(shown) else ""
        return Page([kind.message.FromString(row.body) for row in shown], token)

    def count(self, kind: Kind[M], *where: ColumnElement[bool]) -> int:
        """How many messages `all` gives."""
        counted: int = self._execute(
            select(func.count()).select_from(kind.table).where(*self._scope(kind), *where)
        ).scalar()
        return counted

    def counts(self, kind: Kind[M], by: ColumnElement[N], *where: ColumnElement[bool]) -> dict[N, int]:
        """How many messages `all` gives, by a number that each has."""
        counted = select(by, func.count()).where(*self._scope(kind), *where).group_by(by)
        return {row[0]: row[1] for row in self._execute(counted)}

    def _kept(self, kind: Kind[M], name: str) -> Kept | None:
        """The row of a name, whoever may see it."""
        found = by_name(kind.table).first(self.connection, {"of_name": name})
        return None if found is None else Kept(*found)

    def _among(
        self, kind: Kind[M], column: str, values: Collection[str], standing: tuple[ColumnElement[bool], ...] = ()
    ) -> list[Kept]:
        asked, found = list(values), []
        for begin in range(0, len(asked), MAX_PAGE):
            some = asked[begin : begin + MAX_PAGE]
            found += having(kind.table, column, slots(some), standing).rows(self.connection, one_of(some))
        rows = (Kept(*row) for row in found)
        return sorted((row for row in rows if self._sees(kind, row)), key=attrgetter("sort_key"))

    def _listed(self, kind: Kind[M], equal: Equal, page: Mapping[str, object] | None = None) -> list[Kept]:
        """The rows of which columns have these values: all of them, or a page."""
        scope = scope_of(self.caller, open_to_all=kind.open_to_all)
        narrowed, of_authority = len(self.caller.narrowed()), "of_authority" in scope
        listing = Listing(kind.table, of_authority, narrowed, tuple(equal), paged=page is not None)
        values = {**scope, **{f"equal_{name}": value for name, value in equal.items()}, **(page or {})}
        return [Kept(*row) for row in listed(listing).rows(self.connection, values)]

    def _sees(self, kind: Kind[M], row: Kept) -> bool:
        authority = self.caller.authority if kind.open_to_all else row.authority
        return self.caller.sees(authority, row.name)

    def _select(self, kind: Kind[M], where: Iterable[ColumnElement[bool]], equal: Equal = NONE) -> Any:  # noqa: ANN401
        table = kind.table
        having = (col(getattr(table, name)) == value for name, value in equal.items())
        return select(*columns(table)).where(*self._scope(kind), *where, *having).order_by(col(table.sort_key))

    def _scope(self, kind: Kind[M]) -> list[ColumnElement[bool]]:
        scope = [_under(kind.table, own) for own in self.caller.narrowed()]
        if not kind.open_to_all and self.caller.authority != EVERYWHERE:
            scope.append(col(kind.table.authority) == self.caller.authority)
        return scope

    def _execute(self, statement: Any) -> Any:  # noqa: ANN401  # SQLAlchemy's types need each column
        # Past the session: its objects would cost most of the time of a call, and no message is one of them.
        return self.connection.execute(statement)


@dataclass
class Change(View):
    """One transaction that changes something."""

    now: datetime
    touched: dict[str, str] = field(default_factory=dict)
    """The authorities of the records that were added or saved, by name."""

    def add(self, kind: Kind[M], message: M) -> M:
        """Keeps a new message, with its first etag. Raises NameTaken, and NotFound for one outside the scope."""
        self._require_own(message)
        message.etag = "1"
        # A name that is taken elsewhere is taken, though its record is not shown.
        if not _adding_where_free(kind.table).change(self.connection, row_values(kind, message)):
            raise NameTaken(message.name)
        self.touched[message.name] = message.authority
        return message

    def save(self, kind: Kind[M], message: M, etag: str) -> M:
        """Keeps a changed message, with its next etag. Raises EtagStale unless `etag` is the one kept."""
        row = self._kept(kind, message.name)
        if row is None:
            raise NotFound(message.name)
        self._require_own(message)
        if etag != str(row.version):
            raise EtagStale(message.name)
        message.etag = str(row.version + 1)
        changing(kind.table).change(self.connection, row_values(kind, message) | {"of_name": message.name})
        self.touched[message.name] = message.authority
        return message

    def put_newer(self, kind: Kind[M], message: M) -> bool:
        """Keeps a copy of another service's message unless a newer one is kept; whether it did."""
        return bool(_putting_newer(kind.table).change(self.connection, row_values(kind, message)))

    def put_each_newer(self, kind: Kind[M], messages: Iterable[M]) -> None:
        """Does so for each of many, without telling of each."""
        values = (row_values(kind, message) for message in messages)
        _putting_newer(kind.table).change_each(self.connection, values)

    def _require_own(self, message: Resource) -> None:
        # What is open to all to see is not open to all to change.
        if not self.caller.sees(message.authority, message.name):
            raise NotFound(message.authority)

    def announce(self, subject: str, event: Message) -> None:
        """Writes an event, to be published once this is committed."""
        later(self.session, announce, outbox_values(subject, event, self.now))


@dataclass(frozen=True)
class Newer(Generic[M]):
    """The effect of an event that brings another service's message: many of one kind are kept by one statement."""

    kind: Kind[M]
    message: M

    def __call__(self, change: Change) -> None:
        """Keeps a copy of the message unless a newer one is kept."""
        change.put_newer(self.kind, self.message)


@cache
def adding(table: type[Record]) -> Statement:
    """The statement that adds a row."""
    return Statement(insert(table).inline())


@cache
def _adding_where_free(table: type[Record]) -> Statement:
    return Statement(insert(table).inline(), " ON CONFLICT (name) DO NOTHING")


@cache
def _putting_newer(table: type[Record]) -> Statement:
    given = ", ".join(f"{name} = excluded.{name}" for name in table.model_fields if name != "name")
    newer = f"WHERE {table.__tablename__}.version < excluded.version"
    return Statement(insert(table).inline(), f" ON CONFLICT (name) DO UPDATE SET {given} {newer}")


@cache
def changing(table: type[Record]) -> Statement:
    """The statement that changes the row of the name `of_name`."""
    return Statement(update(table).where(col(table.name) == bindparam("of_name")))


def page_size(asked: int) -> int:
    """The size of a page: 50 where none was asked for, 200 at most. Raises BadInput below 0."""
    if asked < 0:
        raise BadInput.of("page_size", "must be 0 (for the default of 50) or more")
    return min(asked or DEFAULT_PAGE, MAX_PAGE)


def next_token(sort_key: str) -> str:
    """The token of the page that begins behind `sort_key`."""
    return urlsafe_b64encode(sort_key.encode()).decode()


def after(token: str) -> str:
    """The sort key that a page begins behind. Raises BadInput for a token that was never given out."""
    try:
        key = b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise BadInput.of("page_token", _PAGE_TOKEN) from error
    if not key.isprintable():
        raise BadInput.of("page_token", _PAGE_TOKEN)
    return key


def _under(table: type[Record], own: str) -> ColumnElement[bool]:
    return or_(col(table.name) == own, col(table.name).startswith(f"{own}/", autoescape=True))


def row_values(kind: Kind[M], message: M) -> dict[str, Any]:
    """The columns of a message's row."""
    return {
        "name": message.name,
        "authority": message.authority,
        "sort_key": message.name,
        "version": int(message.etag),
        "body": message.SerializeToString(deterministic=True),
    } | kind.columns(message)


def announce(session: Session, events: Iterable[Mapping[str, Any]]) -> None:
    """Adds events, of which these are the columns, to the outbox."""
    _ANNOUNCE.change_each(session.connection(), events)


def outbox_values(subject: str, event: Message, now: datetime) -> dict[str, Any]:
    """The columns of an event's row in the outbox."""
    return {
        "event_id": uuid.uuid4().hex,
        "subject": subject,
        "kind": event.DESCRIPTOR.full_name,
        "body": event.SerializeToString(deterministic=True),
        "traceparent": traces.current(),
        "time": now.isoformat(),
    }


def keyed(items: Iterable[T], key: Callable[[T], str], size: int, token: str) -> Page[T]:
    """A page of a list that is ordered on reading, by a key that each item has for itself. Raises BadInput."""
    return ordered(sorted(items, key=key), key, size, token)


def ordered(items: Sequence[T], key: Callable[[T], str], size: int, token: str) -> Page[T]:
    """A page of a list that stands in the order of such a key. Raises BadInput."""
    begin = bisect_right(items, after(token), key=key)
    end = begin + page_size(size)
    shown = items[begin:end]
    return Page(list(shown), next_token(key(shown[-1])) if end < len(items) else "")


def positions(items: Sequence[T], size: int, token: str, skip: int = 0) -> Page[T]:
    """A page of a list whose order is made on reading; its token is a position. Raises BadInput.

    It begins `skip` items behind the token.
    """
    told = after(token) or "0"
    if not _POSITION.fullmatch(told):
        raise BadInput.of("page_token", _PAGE_TOKEN)
    if skip < 0:
        raise BadInput.of("skip", "must be 0 or more")
    begun = int(told) + skip
    end = begun + page_size(size)
    return Page(list(items[begun:end]), next_token(str(end)) if end < len(items) else "")
