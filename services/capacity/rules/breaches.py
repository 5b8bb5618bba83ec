"""Places that are used though nobody approved them: recorded, and never an option (R12)."""

from datetime import date

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.occupancy import Stay
from services.shared import fields
from services.shared.errors import BadInput
from services.shared.names import last_part
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
