"""What the central list may assign, to whom, and until when it may take it back (W10, W11)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.terms.v1.terms_pb2 import DISPOSAL_CENTRAL_LIST
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.wire import timestamp

Asked = Collection[tuple[str, str]]
"""Who is asked for now, by its entry on its municipality's own list, with the home that is asked or has said yes."""


def is_assignable(unit: pb.InstitutionUnit) -> bool:
    """Whether the central list disposes of a unit's places, and somebody approved them (W10, R12)."""
    return unit.approved and unit.disposal == DISPOSAL_CENTRAL_LIST


def places_left(vacancy: pb.Vacancy, awaiting: int) -> int:
    """How many places of a unit may still be assigned (W10).

    No more than are reported free, nor than placements leave; less what offers hold, and what is assigned and not yet
    asked for: so many are `awaiting`.
    """
    free = min(vacancy.free_place_count, vacancy.occupancy.free_place_count)
    return max(0, free - vacancy.occupancy.held_place_count - awaiting)


def awaiting(applications: Iterable[waiting.CentralListApplication], asked: Asked) -> int:
    """How many of the applications have their place assigned, and the home not asked yet."""
    return sum(not _is_asked_for(application, asked) for application in applications)


def require_assignable(unit: pb.InstitutionUnit, left: int) -> None:
    """Passes a unit with a place to assign (W10). Raises StateNotAllowed."""
    if not is_assignable(unit):
        raise StateNotAllowed("the central list does not dispose of this unit, or it is not approved (R12)", "W10")
    if left < 1:
        raise StateNotAllowed("no place of the unit is reported free that is neither held nor assigned", "W10")


def require_turn(name: str, listed: Sequence[waiting.CentralListEntry], reason: str) -> None:
    """Passes the first entry without a place, and another one with a reason (W10).

    Raises BadInput, and StateNotAllowed for one that left the list.
    """
    entry = next((each for each in listed if each.name == name), None)
    if entry is None:
        raise StateNotAllowed("it left the central list before", "W6")
    before = [each for each in listed if each.position < entry.position and not each.HasField("assigned")]
    if before and not reason.strip():
        raise BadInput.of("reason", "must say why: others without a place come before")


def assign(application: waiting.CentralListApplication, place: waiting.AssignedPlace) -> None:
    """Assigns a place (W10). Raises StateNotAllowed for one that has one."""
    if application.HasField("assigned"):
        raise StateNotAllowed("a place is assigned already: take it back first", "W11")
    application.assigned.CopyFrom(place)


def require_unasked(application: waiting.CentralListApplication, asked: Asked) -> None:
    """Passes an assigned place that nobody asks for now (W11). Raises StateNotAllowed."""
    if not application.HasField("assigned"):
        raise StateNotAllowed("no place is assigned", "W11")
    if _is_asked_for(application, asked):
        raise StateNotAllowed("the home is being asked for the child: its municipality takes that back first", "W11")


def take_back(application: waiting.CentralListApplication, reason: str, by: str, now: datetime) -> None:
    """Takes an assigned place back, which stays on record with the reason (W11)."""
    taken = application.taken_back.add()
    taken.CopyFrom(application.assigned)
    taken.taken_back_by, taken.take_back_reason = by, reason.strip()
    taken.take_back_time.CopyFrom(timestamp(now))
    application.ClearField("assigned")


def _is_asked_for(application: waiting.CentralListApplication, asked: Asked) -> bool:
    return (entry_of(application), application.assigned.home) in asked


def entry_of(application: waiting.CentralListApplication) -> str:
    """The entry of its municipality's own list."""
    return f"waitingListEntries/{application.request.removeprefix('requests/')}"


def assigned_place(home: str, by: str, now: datetime, reason: str) -> waiting.AssignedPlace:
    """A place as it is assigned now."""
    return waiting.AssignedPlace(home=home, assigned_by=by, assign_time=timestamp(now), reason=reason.strip())
