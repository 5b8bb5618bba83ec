"""What a placement request and a placement must be, and what may happen to them. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date, datetime

from havn.placements.v1 import placements_pb2 as pb
from services.shared import fields
from services.shared.errors import FieldProblem, StateNotAllowed
from services.shared.reference import towns
from services.shared.wire import age, changeable, day, time, timestamp

HIGHEST_STEP = 8
MOST_VISITS = 31.0

_HOMES = '"families/{family}" or "institutions/{institution}/units/{unit}"'

CHANGEABLE = changeable(
    pb.PlacementRequest,
    fixed=["name", "etag", "authority", "state", "filed_by", "create_time", "withdrawal_reason", "close_time"],
)
"""Fields of a request that an update may change."""

TOLD_BY_IMPORTS = frozenset({"state", "filed_by", "create_time", "withdrawal_reason", "close_time"})
"""Fields of a request that this service sets itself, and that a file may tell of an older one."""

PLACEMENT_CHANGEABLE = changeable(pb.Placement, fixed=["name", "etag", "authority"])
"""Fields of a placement that an update may change."""


def check_request(request: pb.PlacementRequest, today: date) -> None:
    """Passes a request that can stand on the list. Raises BadInput with every problem."""
    fields.refuse(problem for part in _REQUEST_PARTS for problem in part(request, today))


def check_placement(placement: pb.Placement, today: date) -> None:
    """Passes a placement that can have happened. Raises BadInput with every problem."""
    fields.refuse(_placement_problems(placement, today))


def withdrawn(request: pb.PlacementRequest, reason: str, now: datetime) -> pb.PlacementRequest:
    """The request, off the list. Raises StateNotAllowed unless it is open."""
    require_open(request)
    result = pb.PlacementRequest()
    result.CopyFrom(request)
    result.state = pb.REQUEST_STATE_WITHDRAWN
    result.withdrawal_reason = reason
    result.close_time.CopyFrom(timestamp(now))
    return result


def require_open(request: pb.PlacementRequest) -> None:
    """Passes an open request. Raises StateNotAllowed."""
    if request.state != pb.REQUEST_STATE_OPEN:
        raise StateNotAllowed("the request is not open: a placed or withdrawn request does not change")


def settle(filed: pb.PlacementRequest, kept: pb.PlacementRequest | None, by: str, now: datetime) -> None:
    """Fills what a file does not tell of an imported request: as kept, or as if it were filed now."""
    before = kept or pb.PlacementRequest(state=pb.REQUEST_STATE_OPEN, filed_by=by, create_time=timestamp(now))
    filed.state = filed.state or before.state
    filed.filed_by = filed.filed_by or before.filed_by
    if not filed.HasField("create_time"):
        filed.create_time.CopyFrom(before.create_time)
    if filed.state != pb.REQUEST_STATE_WITHDRAWN:
        filed.ClearField("withdrawal_reason")
    _settle_close(filed, before, now)


def _settle_close(filed: pb.PlacementRequest, before: pb.PlacementRequest, now: datetime) -> None:
    """A request that is open was never closed; of one that was closed before, its time stays as it was kept."""
    if filed.state == pb.REQUEST_STATE_OPEN:
        filed.ClearField("close_time")
    elif not filed.HasField("close_time"):
        if before.state == pb.REQUEST_STATE_OPEN:
            filed.close_time.CopyFrom(timestamp(now))
        elif before.HasField("close_time"):
            filed.close_time.CopyFrom(before.close_time)


def _filing(request: pb.PlacementRequest, today: date) -> Iterator[FieldProblem]:
    """Nobody files tomorrow, and who withdraws says why."""
    if request.HasField("create_time"):
        yield from fields.confirmed("request.create_time", time(request.create_time), today)
    if request.HasField("close_time"):
        yield from fields.confirmed("request.close_time", time(request.close_time), today)
    if request.state == pb.REQUEST_STATE_WITHDRAWN and not request.withdrawal_reason.strip():
        yield FieldProblem("request.withdrawal_reason", "must be given for a withdrawn request")


def _whose(request: pb.PlacementRequest, today: date) -> Iterator[FieldProblem]:
    yield from fields.named("request.authority", request.authority, "authorities/{authority}")
    child = request.child
    yield from fields.named("request.child.reference", child.reference, "children/{child}")
    yield from fields.known_town("request.child.town", child.town, towns())
    yield from fields.not_after("request.child.birth_date", day(child.birth_date), today, "today")
    sought = today if request.state == pb.REQUEST_STATE_OPEN else min(today, day(request.from_date))
    yield from _too_old("request.child.birth_date", day(child.birth_date), sought)


def _too_old(field: str, birth: date, on: date) -> Iterator[FieldProblem]:
    """On the last day that the home was for: who has grown up since stays in the registry."""
    if birth <= on and age(birth, on) > fields.OLDEST:
        yield FieldProblem(field, f"must make the child {fields.OLDEST} years or younger")


def _steps(request: pb.PlacementRequest, today: date) -> Iterator[FieldProblem]:
    """The need step is assessed by a person and has happened; a ceiling lies on or above it."""
    need = request.need_step
    yield from fields.between("request.need_step.step", need.step, 1, HIGHEST_STEP)
    yield from fields.not_after("request.need_step.assessed_date", day(need.assessed_date), today, "today")
    if request.HasField("ceiling"):
        yield from fields.between("request.ceiling.step", request.ceiling.step, need.step, HIGHEST_STEP)


def _danger(request: pb.PlacementRequest, today: date) -> Iterator[FieldProblem]:
    if request.HasField("danger"):
        yield from fields.not_after("request.danger.since_date", day(request.danger.since_date), today, "today")


def _siblings(request: pb.PlacementRequest, _today: date) -> Iterator[FieldProblem]:
    """Apart, or together only if possible, takes a named person and a reason (R10)."""
    yield from fields.unique("request.siblings", [bond.child for bond in request.siblings])
    for position, bond in enumerate(request.siblings):
        field = f"request.siblings[{position}]"
        yield from fields.named(f"{field}.child", bond.child, "children/{child}")
        if bond.child == request.child.reference:
            yield FieldProblem(f"{field}.child", "must be another child")
        if bond.rule != pb.SIBLING_RULE_TOGETHER and not (bond.author and bond.reason):
            yield FieldProblem(field, "must have author and reason, unless the siblings stay together")


def _solo(request: pb.PlacementRequest, _today: date) -> Iterator[FieldProblem]:
    if request.solo_placement and any(bond.rule == pb.SIBLING_RULE_TOGETHER for bond in request.siblings):
        yield FieldProblem("request.solo_placement", "can't be asked for a child that must stay with a sibling")


def _surroundings(request: pb.PlacementRequest, _today: date) -> Iterator[FieldProblem]:
    for field, town in _towns_named(request):
        yield from fields.known_town(field, town, towns())
    if request.HasField("contact") and not 0 < request.contact.visits_per_month <= MOST_VISITS:
        yield FieldProblem("request.contact.visits_per_month", f"must be more than 0 and at most {MOST_VISITS:.0f}")


def _current_home(request: pb.PlacementRequest, _today: date) -> Iterator[FieldProblem]:
    yield from fields.between("request.current_home.step", request.current_home.step, 0, HIGHEST_STEP)


def _towns_named(request: pb.PlacementRequest) -> Iterator[tuple[str, str]]:
    named = [
        ("request.school.town", request.school.town),
        ("request.contact.town", request.contact.town),
        ("request.wish.child_town", request.wish.child_town),
        ("request.wish.parents_town", request.wish.parents_town),
        *((f"request.protection.towns[{n}]", town) for n, town in enumerate(request.protection.towns)),
    ]
    return ((field, town) for field, town in named if town)


def _basis(request: pb.PlacementRequest, today: date) -> Iterator[FieldProblem]:
    basis = request.legal_basis
    if not request.HasField("legal_basis"):
        return
    decided = day(basis.decided_date)
    yield from fields.not_after("request.legal_basis.decided_date", decided, today, "today")
    if basis.HasField("expiry_date"):
        yield from fields.not_after("request.legal_basis.decided_date", decided, day(basis.expiry_date), "its expiry")


_REQUEST_PARTS = (_filing, _whose, _steps, _danger, _siblings, _solo, _surroundings, _current_home, _basis)


def _group(placement: pb.Placement) -> Iterator[FieldProblem]:
    if placement.group and not placement.home.startswith("institutions/"):
        yield FieldProblem("placement.group", "is for places in an institution; leave it empty in a foster family")
    elif placement.group:
        yield from fields.key("placement.group", placement.group)


def _placement_problems(placement: pb.Placement, today: date) -> Iterator[FieldProblem]:
    yield from fields.named("placement.authority", placement.authority, "authorities/{authority}")
    yield from fields.named("placement.child", placement.child, "children/{child}")
    yield from fields.not_after("placement.birth_date", day(placement.birth_date), today, "today")
    lived = min(today, day(placement.end_date)) if placement.HasField("end_date") else today
    yield from _too_old("placement.birth_date", day(placement.birth_date), lived)
    yield from fields.between("placement.step", placement.step, 1, HIGHEST_STEP)
    yield from home_problems("placement.home", placement.home)
    started = day(placement.start_date)
    yield from fields.not_after("placement.start_date", started, today, "today: a plan is no placement")
    if placement.HasField("end_date"):
        yield from fields.not_after("placement.start_date", started, day(placement.end_date), "its end")
    yield from _group(placement)
    if placement.HasField("planned_end_date"):
        planned = day(placement.planned_end_date)
        yield from fields.not_after("placement.start_date", started, planned, "its planned end")


def home_problems(field: str, home: str) -> Iterator[FieldProblem]:
    """A home must be named as families and units are."""
    family = list(fields.named(field, home, "families/{family}"))
    unit = list(fields.named(field, home, "institutions/{institution}/units/{unit}"))
    if family and unit:
        yield FieldProblem(field, f"must be a name like {_HOMES}")
