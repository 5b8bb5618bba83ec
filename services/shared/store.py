"""A service's memory: a change, its audit row, its events and its answer in one transaction."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Protocol, TypeVar

from google.protobuf.message import Message
from sqlalchemy import bindparam, insert, select
from sqlmodel import Session, col

from services.shared import audit, inbox, scope
from services.shared.access import Caller
from services.shared.audit import Action
from services.shared.call import Call, current
from services.shared.clock import Clock
from services.shared.database import Database, kept_later, later
from services.shared.errors import BadInput, OutboxFull, RequestIdReused
from services.shared.inbox import Settled
from services.shared.leases import Leases
from services.shared.records import Change, Newer, View
from services.shared.shown import Shown, shown
from services.shared.statements import Statement, Values
from services.shared.tables import Answer

MAX_KEY_LENGTH = 100

_ANSWER = Statement(insert(Answer).inline())
_IDENTITY = ("caller", "rpc", "request_id")
_EARLIER = Statement(
    select(col(Answer.digest), col(Answer.body), col(Answer.names)).where(
        *(getattr(Answer, name) == bindparam(name) for name in _IDENTITY)
    )
)
A = TypeVar("A", bound=Message)
T = TypeVar("T")


class Earlier(NamedTuple):
    """The answer that was given to a request before."""

    digest: bytes
    body: bytes
    names: str


class Keyed(Protocol):
    """A request that changes something: the caller's key makes it happen once."""

    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: D102


class Store:
    """The database as RPCs and consumers use it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._readers = audit.Readers(database)
        self._refusals = audit.Refusals()
        self.leases = Leases(database)
        self.outbox_full = False
        """Whether so many events wait to be sent that callers may change nothing."""
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Calls `listener` after each change, by any replica: there may be events to publish, or news to show."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tells that something was committed, here or by another replica."""
        for listener in self._listeners:
            listener()

    def now(self) -> datetime:
        """The time that changes are given."""
        return self._clock.now()

    async def view(self, work: Callable[[View], T]) -> T:
        """What `work` reads, as the current caller sees it."""
        return await self.view_as(current().caller, work)

    async def view_as(self, caller: Caller, work: Callable[[View], T]) -> T:
        """What `work` reads, as `caller` sees it."""
        return await self._database.read(lambda session: work(View(session, caller)), scope.opening(caller))

    async def change(self, request: Keyed, answer: type[A], work: Callable[[Change], A]) -> A:
        """Does `work` once for the request's key: whoever repeats it gets the first answer, of type `answer`.

        Raises RequestIdReused for a key that came with another content before.
        """
        content = request.SerializeToString(deterministic=True)
        return await self.change_all(request.request_id, content, answer, work)

    async def change_all(self, key: str, content: bytes, answer: type[A], work: Callable[[Change], A]) -> A:
        """Does `work` once for all that came under one key: `content` is what was asked, or a digest of it."""
        call = current()
        if self.outbox_full:
            raise OutboxFull
        if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isprintable():
            raise BadInput.of("request_id", f"must have 1 to {MAX_KEY_LENGTH} printable characters")
        digest = _digest(call.caller, content)
        opening = scope.opening(call.caller)
        body = await self._database.write(lambda session: self._once(session, call, key, digest, work), opening)
        self.changed()
        return answer.FromString(body)

    async def add(self, work: Callable[[Change], object]) -> None:
        """Makes a change that nobody asked for by a key and nobody repeats, such as keeping what was shown."""
        call, now = current(), self._clock.now()

        def transaction(session: Session) -> None:
            change = Change(session, call.caller, now)
            work(change)
            later(session, audit.append, audit.row(call, now, Action.WRITE, _by_authority(change.touched)))

        await self._database.write(transaction, scope.opening(call.caller))
        self.changed()

    async def keep(self, caller: Caller, work: Callable[[Change], object]) -> None:
        """Makes a change in a service's own name, such as keeping a copy of what it read."""
        now = self._clock.now()
        await self._database.write(lambda session: work(Change(session, caller, now)), scope.opening(caller))
        self.changed()

    async def receive(self, consumer: str, caller: Caller, effects: Mapping[str, Callable[[Change], object]]) -> None:
        """Applies the effects of events, by their ids, in one transaction: each once per consumer."""
        now = self._clock.now()

        def apply(session: Session) -> None:
            new = [effects[event_id] for event_id in inbox.mark(session, consumer, effects, now)]
            _apply(Change(session, caller, now), new)

        await self._database.write(apply, scope.opening(caller))
        self.changed()

    async def settled(self, events: Iterable[Settled]) -> set[Settled]:
        """Those of the events, by consumer and id, that were applied or dismissed."""
        asked = set(events)
        return await self._database.read(lambda session: inbox.settled(session, asked))

    async def record_read(self, call: Call, answer: Message) -> None:
        """Writes who is about to see which records; until it is written, nothing may be shown."""
        seen = shown(answer, call.caller.authority)
        named = {name for names in seen.values() for name in names}
        if asked := [name for name in audit.asked_for(call) if name not in named]:
            seen.setdefault(call.caller.authority, []).extend(asked)
        await self._readers.record(audit.row(call, self._clock.now(), Action.READ, seen))

    async def record_seen(self, records: Mapping[str, str]) -> None:
        """Writes who is about to see, or saw elsewhere, something of these records, told with their authorities."""
        row = audit.row(current(), self._clock.now(), Action.READ, _by_authority(records))
        await self._readers.record(row)

    async def record_refusal(self, call: Call, outcome: str) -> None:
        """Writes who was refused what, unless the same caller had too many rows of refusals in this minute already."""
        now = self._clock.now()
        if self._refusals.may_add(call.caller.subject, now):
            asked = audit.asked_for(call)[: audit.MOST_ASKED_FOR]
            records = {call.caller.authority: asked} if asked else {}
            await self._readers.record(audit.row(call, now, Action.REFUSED, records, outcome))

    def _once(self, session: Session, call: Call, key: str, digest: bytes, work: Callable[[Change], A]) -> bytes:
        now, identity = self._clock.now(), (call.caller.subject, call.rpc, key)
        earlier = _earlier(session, identity)
        if earlier is not None:
            if earlier.digest != digest:
                raise RequestIdReused
            later(session, audit.append, audit.row(call, now, Action.REPEAT, json.loads(earlier.names)))
            return earlier.body
        change = Change(session, call.caller, now)
        answer = work(change)
        body = answer.SerializeToString()
        names = _by_authority(change.touched, shown(answer, call.caller.authority))
        later(session, _keep_answers, _answer(identity, digest, body, names, now))
        later(session, audit.append, audit.row(call, now, Action.WRITE, names))
        return body


def _apply(change: Change, effects: Iterable[Callable[[Change], object]]) -> None:
    """Applies effects in their order, copies of one kind that follow one another together."""
    for kind, some in groupby(effects, lambda effect: effect.kind if isinstance(effect, Newer) else None):
        if kind:
            change.put_each_newer(kind, (effect.message for effect in some if isinstance(effect, Newer)))
        else:
            for effect in some:
                effect(change)


def _digest(caller: Caller, content: bytes) -> bytes:
    """Of the content and of what the caller sees: who works for two authorities gets no answer of the other one."""
    scope = json.dumps([caller.authority, *caller.narrowed()]).encode()
    return hashlib.sha256(scope + len(content).to_bytes(8) + content).digest()


def _earlier(session: Session, identity: tuple[str, str, str]) -> Earlier | None:
    # Whoever repeats a request at once may share the transaction that answers it first.
    for answer in kept_later(session, _keep_answers):
        if identity == tuple(answer[name] for name in _IDENTITY):
            return Earlier(answer["digest"], answer["body"], answer["names"])
    found = _EARLIER.first(session.connection(), dict(zip(_IDENTITY, identity, strict=True)))
    return None if found is None else Earlier(*found)


def _keep_answers(session: Session, answers: Iterable[Values]) -> None:
    _ANSWER.change_each(session.connection(), answers)


def _answer(
    identity: tuple[str, str, str], digest: bytes, body: bytes, names: Shown, now: datetime
) -> dict[str, object]:
    caller, rpc, request_id = identity
    return {
        "caller": caller,
        "rpc": rpc,
        "request_id": request_id,
        "digest": digest,
        "body": body,
        "names": json.dumps(names),
        "time": now.isoformat(),
    }


def _by_authority(touched: Mapping[str, str], also: Shown | None = None) -> Shown:
    """What was touched, by authority, and what else was shown."""
    found = {authority: dict.fromkeys(names) for authority, names in (also or {}).items()}
    for name, authority in touched.items():
        found.setdefault(authority, {})[name] = None
    return {authority: list(names) for authority, names in found.items()}
