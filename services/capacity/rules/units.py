"""What a unit of an institution must be."""

from collections.abc import Iterator

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.institutions import suits
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.reference import towns
from services.shared.wire import changeable, day

MOST_PLACES = 200
LOWEST_UNIT_STEP = 4
HIGHEST_STEP = 8

UNIT_CHANGEABLE = changeable(pb.InstitutionUnit, fixed=["name", "etag", "authority", "approved", "rate_today"])
"""Fields that an update may change."""


def check_unit(unit: pb.InstitutionUnit, institution: pb.Institution) -> None:
    """Passes a unit that the institution can have. Raises BadInput with every problem."""
    fields.refuse(_problems(unit, institution))


def _problems(unit: pb.InstitutionUnit, institution: pb.Institution) -> Iterator[FieldProblem]:
    yield from fields.known_town("unit.town", unit.town, towns())
    yield from fields.between("unit.step", unit.step, LOWEST_UNIT_STEP, HIGHEST_STEP)
    if not suits(institution.kind, unit.step):
        yield FieldProblem("unit.step", "must suit the institution's kind: it is not closed so far")
    yield from fields.between("unit.place_count", unit.place_count, 1, MOST_PLACES)
    yield from fields.ages("unit.age_min", unit.age_min, unit.age_max)
    yield from fields.between("unit.severe_need_limit", unit.severe_need_limit, 0, unit.place_count)
    for position, authority in enumerate(unit.agreements):
        yield from fields.named(f"unit.agreements[{position}]", authority, "authorities/{authority}")
    yield from _rate_problems(unit)
    for field in ("adults_by_day", "adults_by_night"):
        yield from fields.between(f"unit.staffing.{field}", getattr(unit.staffing, field), 0, MOST_PLACES)


def _rate_problems(unit: pb.InstitutionUnit) -> Iterator[FieldProblem]:
    days = [day(rate.from_date) for rate in unit.daily_rates]
    if len(set(days)) < len(days):
        yield FieldProblem("unit.daily_rates", "may not name the same day twice")
