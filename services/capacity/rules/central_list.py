"""Who may stand on the central list, and what of a child crosses to it (W4 to W6)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from services.capacity.rules.units import LOWEST_UNIT_STEP
from services.capacity.rules.waiting_list import ordered, seeks_institution
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.names import last_part
from services.shared.reference import GREENLAND, jurisdiction
from services.shared.wire import timestamp

AUTHORITY = "authorities/self-government"
"""Whose list it is."""


def require_eligible(entry: pb.WaitingListEntry) -> None:
    """Passes one who may stand on the central list (W4). Raises StateNotAllowed."""
    if jurisdiction(entry.authority) != GREENLAND:
        raise StateNotAllowed("the central list is Greenland's: an authority of another country has none", "W4")
    if not seeks_institution(entry):
        told = f"the central list is for places in institutions: step {LOWEST_UNIT_STEP} or above is to be sought"
        raise StateNotAllowed(f"{told}, the child in danger, or a parent placed with it", "W4")


def require_first(open_applications: Iterable[waiting.CentralListApplication]) -> None:
    """Passes a request that is not on the central list (W4). Raises StateNotAllowed."""
    if list(open_applications):
        raise StateNotAllowed("the request is on the central list already", "W4")


def close(
    application: waiting.CentralListApplication, state: waiting.CentralListState.ValueType, now: datetime
) -> None:
    """Takes an application off the list (W6). Raises StateNotAllowed for one that left it."""
    if application.state != waiting.CENTRAL_LIST_STATE_WAITING:
        raise StateNotAllowed("it left the central list before", "W6")
    application.state = state
    application.close_time.CopyFrom(timestamp(now))


def require_reason(reason: str) -> None:
    """Passes a reason that says something (W6). Raises BadInput."""
    if not reason.strip():
        raise BadInput.of("reason", "must say why")


def listed(
    applications: Iterable[waiting.CentralListApplication], waits: Mapping[str, pb.WaitingListEntry], today: date
) -> Iterator[waiting.CentralListEntry]:
    """The central list of a day, in the order that every waiting list has (W1).

    `waits` are the entries of the municipalities' lists, by their requests: who left these is on no other.
    """
    applied = {application.request: application for application in applications}
    for described in ordered((waits[request] for request in applied if request in waits), today):
        yield _crossed(applied[described.request], described)


def left(application: waiting.CentralListApplication) -> waiting.CentralListEntry:
    """What the central list keeps of one who left it: who applied, and what became of it."""
    removed = application.state == waiting.CENTRAL_LIST_STATE_REMOVED
    return waiting.CentralListEntry(
        name=entry_name(application.name),
        etag=application.etag,
        authority=application.authority,
        applied_by=application.applied_by,
        create_time=application.create_time,
        state=application.state,
        # What a municipality wrote may be of the case.
        closing_reason=application.closing_reason if removed else "",
        close_time=application.close_time,
    )


def entry_name(application: str) -> str:
    """The entry of an application."""
    return f"centralListEntries/{last_part(application)}"


def application_name(entry: str) -> str:
    """The application of an entry."""
    return f"centralListApplications/{last_part(entry)}"


def _crossed(application: waiting.CentralListApplication, described: pb.WaitingListEntry) -> waiting.CentralListEntry:
    """All that crosses (W5)."""
    return waiting.CentralListEntry(
        name=entry_name(application.name),
        etag=application.etag,
        authority=application.authority,
        position=described.position,
        reason=described.reason,
        reason_words=described.reason_words,
        age=described.age,
        gender=described.gender,
        need_step=described.need_step,
        need_level=described.need_level,
        needed_competences=described.needed_competences,
        languages=described.languages,
        sibling_count=described.sibling_count,
        parent_with_child=described.parent_with_child,
        in_danger=described.in_danger,
        place_by_date=described.place_by_date,
        days_overdue=described.days_overdue,
        applied_by=application.applied_by,
        create_time=application.create_time,
        state=application.state,
        assigned=application.assigned if application.HasField("assigned") else None,
    )
