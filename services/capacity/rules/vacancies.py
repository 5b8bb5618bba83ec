"""What a vacancy must be, who confirms it, and how far it is trusted."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from havn.capacity.v1 import capacity_pb2 as pb
from services.shared import fields
from services.shared.errors import FieldProblem, StateNotAllowed
from services.shared.reference import days_of_trust
from services.shared.wire import changeable, day, time, timestamp

FARTHEST_VACANCY = timedelta(days=366)

Made = Literal["freshness", "stale_time", "occupancy", "difference", "planned", "disposal"]
MADE_ON_READING: tuple[Made, ...] = get_args(Made)
"""What of a vacancy is never kept: it follows from the day, the unit and placements."""

VACANCY_CHANGEABLE = changeable(pb.Vacancy, fixed=["name", "etag", "authority", *MADE_ON_READING])
"""Fields that an update may change."""


def check_vacancy(vacancy: pb.Vacancy, unit: pb.InstitutionUnit, today: date) -> None:
    """Passes a vacancy that the unit can have. Raises BadInput with every problem (V5)."""
    latest, usable = today + FARTHEST_VACANCY, unit.place_count - blocked_places(vacancy.blocked, today)
    fields.refuse(
        [
            *_blocked_problems(vacancy.blocked, unit, today),
            *fields.between("vacancy.free_place_count", vacancy.free_place_count, 0, max(0, usable)),
            *fields.not_after("vacancy.from_date", day(vacancy.from_date), latest, "a year from today"),
            *fields.confirmed("vacancy.confirmed_time", time(vacancy.confirmed_time), today),
        ]
    )


def require_reported(vacancy: pb.Vacancy | None) -> pb.Vacancy:
    """The vacancy, where one was ever reported. Raises StateNotAllowed (V4)."""
    if vacancy is None:
        raise StateNotAllowed("no free place of the unit was ever reported: report before you confirm (V4)", "V4")
    return vacancy


def block(vacancy: pb.Vacancy, blocked: Iterable[pb.BlockedPlaces], today: date) -> None:
    """Takes places out of use, and lets others be used again: what is free grows and shrinks with them (V5)."""
    before = blocked_places(vacancy.blocked, today)
    del vacancy.blocked[:]
    vacancy.blocked.extend(blocked)
    after = blocked_places(vacancy.blocked, today)
    vacancy.free_place_count = max(0, vacancy.free_place_count + before - after)


def blocked_places(blocked: Iterable[pb.BlockedPlaces], on: date) -> int:
    """How many places are out of use on a day; the last day of a block is one of them (V5)."""
    return sum(each.place_count for each in blocked if not each.HasField("until_date") or on <= day(each.until_date))


def confirm(vacancy: pb.Vacancy, kept: pb.Vacancy | None, by: str, now: datetime) -> None:
    """Confirms a vacancy that came without a time: now, unless it only says again what was said before (W2)."""
    said_before = kept is not None and (kept.free_place_count, kept.from_date) == (
        vacancy.free_place_count,
        vacancy.from_date,
    )
    vacancy.confirmed_time.CopyFrom(kept.confirmed_time if kept and said_before else timestamp(now))
    vacancy.confirmed_by = kept.confirmed_by if kept and said_before else vacancy.confirmed_by or by


def freshness(confirmed: datetime, now: datetime) -> pb.Freshness.ValueType:
    """How far to trust a confirmation (W2)."""
    if confirmed >= fresh_since(now):
        return pb.FRESHNESS_FRESH
    return pb.FRESHNESS_STALE if confirmed < stale_before(now) else pb.FRESHNESS_AGEING


def fresh_since(now: datetime) -> datetime:
    """What was confirmed at this moment or later is fresh now (W2)."""
    return now - timedelta(days=days_of_trust()[0])


def stale_from(confirmed: datetime) -> datetime:
    """The moment after which a confirmation is stale (W2)."""
    return confirmed + timedelta(days=days_of_trust()[1])


def stale_before(now: datetime) -> datetime:
    """What was confirmed before this moment is stale now (W2)."""
    return now - timedelta(days=days_of_trust()[1])


def _blocked_problems(
    blocked: Iterable[pb.BlockedPlaces], unit: pb.InstitutionUnit, today: date
) -> Iterator[FieldProblem]:
    for position, each in enumerate(blocked):
        path = f"vacancy.blocked[{position}]"
        if each.place_count < 1:
            yield FieldProblem(f"{path}.place_count", "must be 1 or more")
        if each.reason == pb.BLOCK_REASON_OTHER and not each.note.strip():
            yield FieldProblem(f"{path}.note", "must say why, where the reason is another one")
    if blocked_places(blocked, today) > unit.place_count:
        yield FieldProblem("vacancy.blocked", "may not be more places than the unit has")
