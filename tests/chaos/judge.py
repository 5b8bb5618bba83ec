"""After the storm: what is kept, held against what clients were told, against the copies, and against the witnesses."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import nats
from google.protobuf.message import Message
from sqlmodel import Session, col, func, select

from havn.capacity.v1.capacity_pb2 import WaitingListEntry
from havn.capacity.v1.events_pb2 import BreachRecorded, VacancyConfirmationAsked
from havn.families.v1.events_pb2 import ConcernRaised
from havn.matching.v1.matching_pb2 import RUN_STATE_RUNNING, MatchRun
from havn.placements.v1.events_pb2 import RiskViewChanged
from services.capacity import events as capacity_events
from services.capacity import store as capacity
from services.capacity.wire import waiting_list_entry
from services.families import events as family_events
from services.families import store as families
from services.matching import store as matching
from services.placements import store as placements
from services.shared import audit
from services.shared.clock import SystemClock
from services.shared.records import Kind
from services.shared.tables import OutboxEvent
from services.shared.wire import time
from tests.chaos.landscape import SERVICES, Landscape
from tests.chaos.ledger import Told, digest, fact
from tests.chaos.witness import FORGETFUL, KINDS, NAME, Seen, told

AnyKind = Kind[Any]

OWNED: tuple[tuple[str, AnyKind], ...] = (
    ("placements", placements.REQUESTS),
    ("families", families.FAMILIES),
    ("families", families.FOLLOW_UPS),
    ("capacity", capacity.INSTITUTIONS),
    ("capacity", capacity.UNITS),
    ("capacity", capacity.VACANCIES),
    ("matching", matching.RUNS),
)
"""What clients write, where it is kept."""

COPIED: tuple[tuple[int, AnyKind, Callable[[Any], Any]], ...] = (
    (0, matching.REQUESTS, lambda request: request),
    (1, matching.FAMILIES, lambda family: family_events.family_created(family)[1].family),  # type: ignore[attr-defined]
    (4, matching.UNITS, lambda unit: capacity_events.unit_created(unit)[1].unit),  # type: ignore[attr-defined]
    (5, matching.VACANCIES, lambda vacancy: capacity_events.vacancy_reported(vacancy)[1].vacancy),  # type: ignore[attr-defined]
)
"""What matching copies of it, by its place in OWNED, and as it is told: events leave out who did it."""

RUNS_START = "CreateMatchRun"
AUDIT_ROWS = 5_000


def follows(event: str, expected: Container[str]) -> bool:
    """Whether an event that no client caused came of one that a client did.

    A risk view comes of any concern, a breach of any placement.
    """
    kind, _, of = event.rpartition(" of ")
    told_of = (ConcernRaised.DESCRIPTOR.name, VacancyConfirmationAsked.DESCRIPTOR.name)
    alone = (RiskViewChanged.DESCRIPTOR.name, BreachRecorded.DESCRIPTOR.name)
    return kind in alone or (kind in told_of and of in expected)


@dataclass
class Findings:
    """What is wrong, a line for each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    phantom: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    """Copies that are not what their owner has."""
    unsettled: list[str] = field(default_factory=list)
    """Writes without an answer, events that were not sent, runs that are not over, events that were parked."""
    refused: list[str] = field(default_factory=list)
    """What a client was refused that does nothing wrong."""
    audit: list[str] = field(default_factory=list)
    doubled_without_inbox: int = 0
    """The negative control: how many events the forgetful witness applied more than once."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {name: len(lines) for name, lines in self.lists().items()}

    def lists(self) -> dict[str, list[str]]:
        """Each by its name."""
        return {name: lines for name, lines in vars(self).items() if isinstance(lines, list)}

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.lists().values())


class Judge:
    """Reads what there is, past all services."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._engines = {service: landscape.engine(service) for service in (*SERVICES, NAME)}

    def judge(self, ledger: Told) -> Findings:
        """All but the audit trail and what was parked, which take longer."""
        found = Findings()
        found.refused += [f"{key}: {why}" for key, why in ledger.refused.items()]
        found.unsettled += [f"{key} was never answered" for key in sorted(ledger.unanswered)]
        owned = [self._records(service, kind) for service, kind in OWNED]
        kept = {name: record for records in owned for name, record in records.items()}
        self._against_ledger(found, ledger, kept | self._offers(found, ledger))
        self._copies(found, owned)
        self._events(found, ledger)
        return found

    def check_audit(self, found: Findings) -> None:
        """The chain of every service, from its first row."""
        for service in SERVICES:
            with Session(self._engines[service]) as session:
                fault = audit.first_fault(audit.START, _audit_rows(session))
            if fault:
                found.audit.append(f"{service}: {fault}")

    async def check_parked(self, found: Findings) -> None:
        """The streams of events that somebody could not apply."""
        identity = self._landscape.identity
        client = await nats.connect(self._landscape.cluster.url.split(","), tls=identity.context(), tls_hostname="nats")
        for stream in await client.jetstream().streams_info():
            if "parked" in (stream.config.name or "") and stream.state.messages:
                found.unsettled.append(f"{stream.state.messages} events are parked in {stream.config.name}")
        await client.close()

    def unseen(self, among: set[str] | None = None) -> set[str]:
        """Ids of the events that the witness has not applied yet; of all that were written, or among some."""
        with Session(self._engines[NAME]) as session:
            seen = set(session.exec(select(Seen.event).where(col(Seen.witness) == NAME)))
        return (set(self._written()) if among is None else among) - seen

    def doubled_without_inbox(self) -> int:
        """How many events the forgetful witness applied more than once."""
        return sum(count > 1 for count in self._seen(FORGETFUL).values())

    def close(self) -> None:
        """Lets go."""
        for engine in self._engines.values():
            engine.dispose()

    def _records(self, service: str, kind: AnyKind) -> dict[str, Any]:
        with Session(self._engines[service]) as session:
            rows = [kind.message.FromString(body) for body in session.exec(select(kind.table.body))]
        return {record.name: record for record in rows}

    def _offers(self, found: Findings, ledger: Told) -> dict[str, Any]:
        """Of each offer the face that the last write told. Both stand alike, and no place is held for two."""
        offers, inquiries = (self._records("placements", kind) for kind in (placements.OFFERS, placements.INQUIRIES))
        faces = {fact(inquiry.name): inquiry for inquiry in inquiries.values()}
        _compare(found, "its home", _standing(faces), _standing(offers))
        held = Counter(offer.home for offer in offers.values() if offer.held_place_count)
        found.doubled += [f"{home} is asked {count} times at once" for home, count in held.items() if count > 1]
        answered = {fact(name) for name in ledger.last() if name != fact(name)}
        unanswered = {name: offer for name, offer in offers.items() if name not in answered}
        return unanswered | {face.name: face for name, face in faces.items() if name in answered}

    def _against_ledger(self, found: Findings, ledger: Told, kept: dict[str, Any]) -> None:
        keys = {each.key for each in ledger.answered}
        last = ledger.last()
        for name, written in last.items():
            record = kept.get(name)
            if record is None:
                found.lost.append(f"{name} of {written.key}")
            elif isinstance(record, MatchRun):
                _judge_run(found, record)
            elif int(record.etag) > written.version:
                found.doubled.append(f"{name} is of version {record.etag}, {written.version} was the last")
            elif (int(record.etag), digest(record)) != (written.version, written.digest):
                found.lost.append(f"{name} of {written.key}: version {record.etag} is not what was acknowledged")
        for name, record in kept.items():
            if name not in last:
                again = getattr(getattr(record, "trust", None), "note", "") in keys
                (found.doubled if again else found.phantom).append(name)

    def _copies(self, found: Findings, owned: list[dict[str, Any]]) -> None:
        for place, kind, as_told in COPIED:
            expected = {name: as_told(record) for name, record in owned[place].items()}
            _compare(found, "matching", self._records("matching", kind), expected)
        entries = {entry.name: entry for entry in map(_entry, owned[0].values())}
        _compare(found, "capacity", self._records("capacity", capacity.WAITING), entries)

    def _events(self, found: Findings, ledger: Told) -> None:
        expected = {
            f"{fact(each.name)}@{2 if each.rpc == RUNS_START else each.version}": each.key for each in ledger.answered
        }
        written = self._written()
        found.lost += [f"event {event} of {key}" for event, key in expected.items() if event not in written]
        found.phantom += [
            f"event {event}" for event in written if event not in expected and not follows(event, expected)
        ]
        found.doubled += [f"event {event}" for event, count in written.items() if count > 1]
        found.unsettled += self._unsent()
        seen = self._seen(NAME)
        found.lost += [f"{event} was not seen" for event in written if event not in seen]
        found.phantom += [f"{event} was seen" for event in seen if event not in written]
        found.doubled += [f"{event} was applied {count} times" for event, count in seen.items() if count > 1]
        found.doubled_without_inbox = self.doubled_without_inbox()

    def _written(self) -> Counter[str]:
        found: Counter[str] = Counter()
        kinds = {kind.DESCRIPTOR.full_name: kind for some in KINDS.values() for kind in some}
        for service in SERVICES:
            with Session(self._engines[service]) as session:
                rows = session.exec(select(OutboxEvent.kind, OutboxEvent.body)).all()
            found.update(told(_parsed(kinds[kind], body)) for kind, body in rows)
        return found

    def _unsent(self) -> Iterator[str]:
        for service in SERVICES:
            with Session(self._engines[service]) as session:
                waiting = select(func.count()).select_from(OutboxEvent).where(col(OutboxEvent.sent_time).is_(None))
                count = session.exec(waiting).one()
            if count:
                yield f"{count} events of {service} wait to be sent"

    def _seen(self, witness: str) -> Counter[str]:
        with Session(self._engines[NAME]) as session:
            return Counter(session.exec(select(Seen.event).where(col(Seen.witness) == witness)))


def _parsed(kind: type[Message], body: bytes) -> Message:
    return kind.FromString(body)


def _judge_run(found: Findings, run: MatchRun) -> None:
    if run.state == RUN_STATE_RUNNING:
        found.unsettled.append(f"{run.name} is not over")
    elif run.etag != "2":
        found.doubled.append(f"{run.name} was finished {int(run.etag) - 1} times")


def _entry(request: Any) -> WaitingListEntry:  # noqa: ANN401
    filed = SystemClock("America/Nuuk").day_of(time(request.create_time))
    return waiting_list_entry(request, filed)


def _standing(faces: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (face.etag, face.state) for name, face in faces.items()}


def _compare(found: Findings, service: str, copies: Mapping[str, object], owned: Mapping[str, object]) -> None:
    differing = [name for name in copies.keys() | owned.keys() if copies.get(name) != owned.get(name)]
    found.differing += [f"{name} as {service} has it" for name in sorted(differing)]


def _audit_rows(session: Session) -> Iterator[Any]:
    last = audit.START
    while rows := audit.after(session, last, AUDIT_ROWS):
        yield from rows
        last = audit.Link(rows[-1].sequence or 0, rows[-1].hash)
