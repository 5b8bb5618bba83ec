"""What a home may be asked, what may happen to an offer, and what the home is told of it. Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from havn.placements.v1 import placements_pb2 as pb
from services.placements.homes import Home, institution_of
from services.placements.rules import home_problems
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem, NotFound, StateNotAllowed
from services.shared.names import last_part
from services.shared.reference import inhabitants
from services.shared.wire import age, date_message, day, time, timestamp

ANSWER_WITHIN = timedelta(hours=72)
ANSWER_WITHIN_IN_DANGER = timedelta(hours=4)
"""How long a home has to answer (O4)."""

MOST_OPEN = 1
MOST_OPEN_IN_DANGER = 3
"""Homes that may be asked for one child at a time (O3)."""

TELLING_TOWN = 3_000
"""Inhabitants: of fewer, some 20 children are of one age and gender, and the town would tell which one it is (O6)."""

OPEN_STATES = (pb.OFFER_STATE_ASKED, pb.OFFER_STATE_ACCEPTED)

F = TypeVar("F", pb.Offer, pb.Inquiry)


def check_asking(asking: pb.OfferPlaceRequest) -> None:
    """Passes names that can be. Raises BadInput with every problem."""
    fields.refuse(_asking_problems(asking))


def require_home(home: Home | None, asking: pb.OfferPlaceRequest, authority: str) -> Home:
    """The home, where the authority may use it (O1).

    Raises NotFound for a family that it may not use, as for one that does not exist, and StateNotAllowed for a unit,
    which all may see.
    """
    if home is not None and home.may_be_used_by(authority):
        return home
    if home is None or not institution_of(home.name):
        raise NotFound(asking.home)
    raise StateNotAllowed("the unit is not the authority's to use: neither its own, nor by agreement (R15)", "R15")


def require_assigned(home: Home, asked: Sequence[pb.PlacementRequest]) -> None:
    """Passes children to whom the central list assigned a place, where it disposes of the home's (O10).

    In danger the application is enough: nobody waits for an answer tonight. Raises StateNotAllowed.
    """
    if not home.is_assigned_centrally:
        return
    wanted = {request.name for request in asked}
    if not wanted <= home.applied:
        raise StateNotAllowed(
            "the central list assigns this home's places: apply to it for the child, and for each sibling, first", "O10"
        )
    if not wanted <= home.assigned and not in_danger(asked):
        raise StateNotAllowed(
            "the central list has not assigned this home's place to the child: await it, or ask another home", "O11"
        )


def require_ready(home: Home, asked: Sequence[pb.PlacementRequest], today: date) -> None:
    """Passes a home that is approved and not paused when the child is to come, and safe for it (O1)."""
    coming = coming_day(asked, today)
    if not home.is_approved(coming):
        raise StateNotAllowed("the home is not approved on the day that the child is to come (R2, R12)", "R2")
    if home.is_paused(coming):
        raise StateNotAllowed("the home is paused on the day that the child is to come (R2)", "R2")
    if any(_protects_from(request.protection, home) for request in asked):
        raise StateNotAllowed("a protection names the home, its town or somebody who lives there (R8)", "R8")


def require_siblings(asked: Sequence[pb.PlacementRequest], others: Iterable[pb.PlacementRequest]) -> None:
    """Passes siblings who may go along, and leave behind none who must (O5). `others` are open requests.

    Raises BadInput for a child that is no sibling, StateNotAllowed for siblings who live apart or must stay together.
    """
    for request in asked[1:]:
        rules = {_bond(request, other) for other in asked if other is not request} - {None}
        if not rules:
            raise BadInput.of("sibling_requests", "may name siblings of the child alone")
        if pb.SIBLING_RULE_APART in rules:
            raise StateNotAllowed("siblings who live apart are not asked for together (R10)", "O5")
    left = [each for each in others if any(_bond(each, one) == pb.SIBLING_RULE_TOGETHER for one in asked)]
    if left and not in_danger(asked):
        raise StateNotAllowed("a sibling who must stay with the child waits too: name its request as well (R10)", "O5")


def require_room(places: int, held: int, residents: int, home: Home) -> None:
    """Passes what is free in the home and held by no other offer (O2)."""
    free = max(0, min(home.free_place_count, home.place_count - residents))
    if places + held > free:
        raise StateNotAllowed(
            f"the home has {free} places free, of which {held} are held by offers: {places} needed", "O2"
        )


def require_unasked(asked: Sequence[pb.PlacementRequest], home: str, open_offers: Iterable[pb.Offer]) -> None:
    """Passes children for whom not too many homes are being asked already, and not this one (O3)."""
    most = MOST_OPEN_IN_DANGER if in_danger(asked) else MOST_OPEN
    for request in asked:
        homes = [offer.home for offer in open_offers if request.name in requests_of(offer)]
        if home in homes:
            raise StateNotAllowed("the home is being asked for the child already: await its answer, or withdraw", "O3")
        if len(homes) >= most:
            raise StateNotAllowed(
                f"{most} homes at most are asked for a child at a time: await, or withdraw (O3)", "O3"
            )


def places_needed(asked: Sequence[pb.PlacementRequest], home: Home) -> int:
    """One for each child; for a parent with child one; for a child who can't live with others all that are free."""
    if asked[0].kind == pb.REQUEST_KIND_PARENT_WITH_CHILD:
        return 1
    return max(1, home.free_place_count) if asked[0].solo_placement else len(asked)


def coming_day(asked: Sequence[pb.PlacementRequest], today: date) -> date:
    """The day that the children are to come: in danger, today."""
    return today if in_danger(asked) else max(today, *(day(request.from_date) for request in asked))


def in_danger(asked: Iterable[pb.PlacementRequest]) -> bool:
    """Whether one of the children needs a safe place tonight."""
    return any(request.HasField("danger") for request in asked)


def answer_by(asked: Sequence[pb.PlacementRequest], now: datetime) -> datetime:
    """When the home has to have answered (O4)."""
    return now + (ANSWER_WITHIN_IN_DANGER if in_danger(asked) else ANSWER_WITHIN)


def requests_of(offer: pb.Offer) -> list[str]:
    """The requests that an offer is for, the child's own first."""
    return [offer.request, *offer.sibling_requests]


def inquiry_name(offer: pb.Offer) -> str:
    """The name of what the home sees of an offer."""
    return f"{offer.home}/inquiries/{last_part(offer.name)}"


def offer_name(inquiry: pb.Inquiry) -> str:
    """The name of what those who ask see of an inquiry."""
    return f"offers/{last_part(inquiry.name)}"


def inquiry(offer: pb.Offer, asked: Sequence[pb.PlacementRequest], home: Home, today: date) -> pb.Inquiry:
    """What the home is told: nothing that says who the child is (O6)."""
    coming = coming_day(asked, today)
    return pb.Inquiry(
        name=inquiry_name(offer),
        authority=home.authority,
        asking_authority=offer.authority,
        asked_by=offer.asked_by,
        kind=asked[0].kind,
        children=[_inquired(request, home, coming) for request in asked],
        from_date=date_message(coming),
        in_danger=in_danger(asked),
        place_count=offer.place_count,
        create_time=offer.create_time,
        answer_by_time=offer.answer_by_time,
        state=offer.state,
    )


def as_of(face: F, now: datetime) -> F:
    """An offer or inquiry as it stands now: without an answer in time it has expired, marked or not yet."""
    if face.state == pb.OFFER_STATE_ASKED and time(face.answer_by_time) <= now:
        face.state = pb.OFFER_STATE_EXPIRED
        _let_go(face)
    return face


def answer(face: F, answering: pb.AnswerOfferRequest, by: str, now: datetime) -> None:
    """Writes the home's answer. Raises StateNotAllowed unless it is awaited."""
    if as_of(face, now).state != pb.OFFER_STATE_ASKED:
        raise StateNotAllowed("no answer is awaited: it was answered or withdrawn, or has expired", "O9")
    accepted = answering.answer == pb.OFFER_ANSWER_ACCEPT
    face.state = pb.OFFER_STATE_ACCEPTED if accepted else pb.OFFER_STATE_DECLINED
    face.answer_reason, face.answered_by = answering.reason, by
    face.answer_time.CopyFrom(timestamp(now))
    if not accepted:
        _let_go(face)


def check_answering(answering: pb.AnswerOfferRequest) -> None:
    """Passes a yes, and a no with its reason. Raises BadInput."""
    if answering.answer == pb.OFFER_ANSWER_DECLINE and not answering.reason.strip():
        raise BadInput.of("reason", "must be given for a no")


def withdraw(face: F, now: datetime) -> None:
    """Takes it back. Raises StateNotAllowed unless it awaits its answer or was accepted."""
    if as_of(face, now).state not in OPEN_STATES:
        raise StateNotAllowed("the offer is over: it was declined or withdrawn, or has expired", "O9")
    face.state = pb.OFFER_STATE_WITHDRAWN
    _let_go(face)


def still_held(offer: pb.Offer, awaited: int) -> int:
    """The places that an offer still holds once some of its children live there, and so many are awaited (O8)."""
    # A place for a family, or a home for one child alone, is taken as a whole.
    return awaited if offer.place_count == 1 + len(offer.sibling_requests) else 0


def reveal(inquiry: pb.Inquiry, asked: Iterable[pb.PlacementRequest]) -> None:
    """Tells a home that said yes who the children are."""
    inquiry.accepted_children.extend(_accepted(request) for request in asked)


def _let_go(face: pb.Offer | pb.Inquiry) -> None:
    """Of what is over no place is held, and nobody is told who the child is."""
    if isinstance(face, pb.Offer):
        face.held_place_count = 0
    else:
        face.ClearField("accepted_children")


def _inquired(request: pb.PlacementRequest, home: Home, coming: date) -> pb.InquiredChild:
    child, needs = request.child, request.needs
    near = pb.NEARNESS_SAME_TOWN if child.town == home.town else pb.NEARNESS_OTHER_TOWN
    return pb.InquiredChild(
        age=age(day(child.birth_date), coming),
        gender=child.gender,
        need_level=needs.level,
        needed_competences=needs.needed_competences,
        languages=child.languages,
        nearness=near if inhabitants().get(home.town, 0) >= TELLING_TOWN else pb.NEARNESS_UNSPECIFIED,
    )


def _accepted(request: pb.PlacementRequest) -> pb.AcceptedChild:
    child = request.child
    return pb.AcceptedChild(
        authority=request.authority,
        request=request.name,
        child=child.reference,
        town=child.town,
        school=request.school if request.HasField("school") else None,
        contact=request.contact if request.HasField("contact") else None,
    )


def _bond(one: pb.PlacementRequest, other: pb.PlacementRequest) -> pb.SiblingRule.ValueType | None:
    """How two children belong together, the stricter where requests differ; None for those who are no siblings."""
    rules = [bond.rule for bond in one.siblings if bond.child == other.child.reference]
    rules += [bond.rule for bond in other.siblings if bond.child == one.child.reference]
    strictest = (pb.SIBLING_RULE_APART, pb.SIBLING_RULE_TOGETHER, pb.SIBLING_RULE_TOGETHER_IF_POSSIBLE)
    return next((rule for rule in strictest if rule in rules), None)


def _protects_from(protection: pb.Protection, home: Home) -> bool:
    named = {home.name, institution_of(home.name)} & set(protection.homes)
    return bool(named) or home.town in protection.towns or not home.persons.isdisjoint(protection.persons)


def _asking_problems(asking: pb.OfferPlaceRequest) -> Iterator[FieldProblem]:
    yield from home_problems("home", asking.home)
    yield from fields.named("request", asking.request, "requests/{request}")
    if asking.suggestions:
        yield from fields.named("suggestions", asking.suggestions, "suggestions/{suggestions}")
    yield from fields.unique("sibling_requests", [asking.request, *asking.sibling_requests])
