"""What an institution must be, and what it promised and delivered."""

from collections.abc import Iterable, Iterator
from datetime import date

from havn.capacity.v1 import capacity_pb2 as pb
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem
from services.shared.names import chosen_id
from services.shared.reference import towns
from services.shared.wire import changeable, day

INSTITUTION_CHANGEABLE = changeable(pb.Institution, fixed=["name", "etag", "authority"])
DELIVERY_CHANGEABLE = changeable(pb.Delivery, fixed=["name", "etag", "authority"])
"""Fields that an update may change."""

HIGHEST_STEPS = {pb.INSTITUTION_KIND_OPEN: 5, pb.INSTITUTION_KIND_PARTLY_CLOSED: 6, pb.INSTITUTION_KIND_SECURE: 7}
CLOSED_STEPS = (6, 7)
"""Steps that need an institution closed so far; step 8 lies outside the jurisdiction, where other kinds hold."""


def check_institution(institution: pb.Institution) -> None:
    """Passes an institution that can be entered. Raises BadInput with every problem."""
    fields.refuse(
        [
            *fields.named("institution.authority", institution.authority, "authorities/{authority}"),
            *fields.known_town("institution.town", institution.town, towns()),
            *_promise_problems(institution.promised_services),
        ]
    )


def suits(kind: pb.InstitutionKind.ValueType, step: int) -> bool:
    """Whether an institution of a kind may have a unit of a step; an unknown kind speaks against none (V1)."""
    return step not in CLOSED_STEPS or step <= HIGHEST_STEPS.get(kind, step)


def check_kind(institution: pb.Institution, units: Iterable[pb.InstitutionUnit]) -> None:
    """Passes an institution whose kind suits all of its units. Raises BadInput (V1)."""
    if not all(suits(institution.kind, unit.step) for unit in units):
        raise BadInput.of("institution.kind", "must suit its units: one of them is closed further than this kind")


def check_delivery(delivery: pb.Delivery, institution: pb.Institution, today: date) -> None:
    """Passes a delivery of what the institution promised for that day. Raises BadInput with every problem (V3)."""
    delivered = day(delivery.delivered_date)
    promised = [each for each in institution.promised_services if each.key == delivery.promised_service]
    fields.refuse(fields.not_after("delivery.delivered_date", delivered, today, "today"))
    if not promised:
        raise BadInput.of("delivery.promised_service", "must be the key of a service that the institution promised")
    if not any(holds(each, delivered) for each in promised):
        raise BadInput.of("delivery.delivered_date", "must lie in the time for which the service was promised")


def holds(promised: pb.PromisedService, on: date) -> bool:
    """Whether a promise holds on a day, both ends included (V3)."""
    return day(promised.from_date) <= on and (not promised.HasField("until_date") or on <= day(promised.until_date))


def _promise_problems(promised: Iterable[pb.PromisedService]) -> Iterator[FieldProblem]:
    keys: set[str] = set()
    for position, each in enumerate(promised):
        path = f"institution.promised_services[{position}]"
        if each.HasField("until_date") and day(each.until_date) < day(each.from_date):
            yield FieldProblem(f"{path}.until_date", "may not be before from_date")
        if each.key in keys:
            yield FieldProblem(f"{path}.key", "may not be the key of another promised service")
        chosen_id(each.key, f"{path}.key")
        keys.add(each.key)
