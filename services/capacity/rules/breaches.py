"""Places that are used though nobody approved them: recorded, and never an option (R12)."""

from collections.abc import Iterable
from datetime import date

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.occupancy import Stay
from services.shared import fields
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.names import last_part, parent
from services.shared.wire import date_message, day

MOST_PLACES = 200


def check_breach(breach: pb.Breach, today: date) -> None:
    """Passes a breach that somebody can have noticed. Raises BadInput with every problem (V10)."""
    fields.refuse(
        [
            *fields.named("breach.authority", breach.authority, "authorities/{authority}"),
            *fields.between("breach.place_count", breach.place_count, 1, MOST_PLACES),
            *fields.not_after("breach.from_date", day(breach.from_date), today, "today"),
        ]
    )
    if not breach.what.strip():
        raise BadInput.of("breach.what", "must say what it is")


def shows_breach(stay: Stay, unit: pb.InstitutionUnit, today: date) -> bool:
    """Whether a child lives in a unit that is not approved (V10)."""
    return not unit.approved and stay.home == unit.name and stay.is_living(today)


def lives_over(unit: pb.InstitutionUnit, stays: Iterable[Stay], today: date) -> int:
    """How many children more than approved places live in a unit on a day; a family has one place (V10)."""
    if unit.kind == pb.UNIT_KIND_FAMILY_DEPARTMENT:
        return 0
    return max(0, sum(stay.is_living(today) for stay in stays) - unit.place_count)


def breach_of_number(unit: pb.InstitutionUnit, over: int, today: date) -> pb.Breach:
    """What that shows: one breach of the unit, until somebody closes it (V10)."""
    key = "-".join((last_part(parent(unit.name)), last_part(unit.name), f"{today:%Y%m%d}"))
    return pb.Breach(
        name=f"breaches/{key}",
        authority=unit.authority,
        home=unit.name,
        place_count=over,
        from_date=date_message(today),
        too_many=True,
    )


def close(breach: pb.Breach, reason: str, by: str) -> None:
    """Closes it, once, with a reason (V10). Raises BadInput and StateNotAllowed."""
    if breach.closed_by:
        raise StateNotAllowed("the breach was closed already (V10)", "V10")
    if not reason.strip():
        raise BadInput.of("reason", "must say what came of it")
    breach.close_reason, breach.closed_by = reason, by


def breach_of(stay: Stay, since: date) -> pb.Breach:
    """What a stay in an unapproved unit shows: one breach for each placement (V10)."""
    return pb.Breach(
        name=f"breaches/{last_part(stay.placement)}",
        authority=stay.authority,
        home=stay.home,
        placement=stay.placement,
        place_count=1,
        from_date=date_message(max(stay.starts, since)),
    )
