"""What a vacancy must be, and how far it is trusted."""

from datetime import date, datetime, timedelta

from havn.capacity.v1 import capacity_pb2 as pb
from services.shared import fields
from services.shared.wire import changeable, day, time, timestamp

FARTHEST_VACANCY = timedelta(days=366)
FRESH = timedelta(days=7)
STALE = timedelta(days=21)
"""Ages of a confirmation from which it is ageing, and stale (W2)."""

VACANCY_CHANGEABLE = changeable(pb.Vacancy, fixed=["name", "etag", "authority", "freshness"])
"""Fields that an update may change."""


def check_vacancy(vacancy: pb.Vacancy, unit: pb.InstitutionUnit, today: date) -> None:
    """Passes a vacancy that the unit can have. Raises BadInput with every problem."""
    latest = today + FARTHEST_VACANCY
    fields.refuse(
        [
            *fields.between("vacancy.free_place_count", vacancy.free_place_count, 0, unit.place_count),
            *fields.not_after("vacancy.from_date", day(vacancy.from_date), latest, "a year from today"),
            *fields.confirmed("vacancy.confirmed_time", time(vacancy.confirmed_time), today),
        ]
    )


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
    elapsed = now - confirmed
    if elapsed <= FRESH:
        return pb.FRESHNESS_FRESH
    return pb.FRESHNESS_AGEING if elapsed <= STALE else pb.FRESHNESS_STALE
