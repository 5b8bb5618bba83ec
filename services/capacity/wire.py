"""What capacity needs of requests, placements and offers: the least, never the case."""

from collections.abc import Iterable, Iterator
from datetime import date

from havn.capacity.v1 import capacity_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.capacity.rules.occupancy import Stay
from services.shared.names import last_part, parent
from services.shared.wire import date_message, day, time


def waiting_list_entry(request: placements.PlacementRequest, filed: date) -> pb.WaitingListEntry:
    """The entry of an open request, with the day it was filed; of one that left the list who left, when and why."""
    entry = pb.WaitingListEntry(
        name=f"waitingListEntries/{last_part(request.name)}",
        request=request.name,
        authority=request.authority,
        etag=request.etag,
    )
    if request.state == placements.REQUEST_STATE_OPEN:
        _describe(entry, request)
        if not request.HasField("waiting_since_date"):
            entry.waiting_since_date.CopyFrom(date_message(filed))
    else:
        entry.exit.CopyFrom(_exit(entry.name, request, filed))
    return entry


def _exit(name: str, request: placements.PlacementRequest, filed: date) -> pb.WaitingListExit:
    placed = request.state == placements.REQUEST_STATE_PLACED
    since = day(request.waiting_since_date) if request.HasField("waiting_since_date") else filed
    left = pb.WaitingListExit(
        name=name,
        authority=request.authority,
        request=request.name,
        child=request.child.reference,
        reason=pb.EXIT_REASON_PLACED if placed else pb.EXIT_REASON_WITHDRAWN,
        words=request.withdrawal_reason,
        waiting_since_date=date_message(since),
    )
    if request.HasField("close_time"):
        left.leave_time.CopyFrom(request.close_time)
        left.days_waited = max(0, (time(request.close_time).date() - since).days)
    return left


def waiting_list_offers(offer: placements.Offer) -> Iterator[pb.WaitingListOffer]:
    """The offer as the entry of each request that it is for has it."""
    for request in (offer.request, *offer.sibling_requests):
        kept = pb.WaitingListOffer(
            name=f"waitingListEntries/{last_part(request)}/{offer.name}",
            etag=offer.etag,
            authority=offer.authority,
            offer=offer.name,
            home=offer.home,
            state=offer.state,
            create_time=offer.create_time,
            answer_by_time=offer.answer_by_time,
            answer_reason=offer.answer_reason,
        )
        if offer.HasField("answer_time"):
            kept.answer_time.CopyFrom(offer.answer_time)
        yield kept


def asked_now(offers: Iterable[pb.WaitingListOffer]) -> set[tuple[str, str]]:
    """Entries with the homes that are asked for them now, or that have said yes."""
    is_open = (placements.OFFER_STATE_ASKED, placements.OFFER_STATE_ACCEPTED)
    return {(parent(offer.name), offer.home) for offer in offers if offer.state in is_open}


def copied_placement(placement: placements.Placement) -> placements.Placement:
    """What is copied of a placement: which child lives where, and until when."""
    return placements.Placement(
        name=placement.name,
        etag=placement.etag,
        authority=placement.authority,
        child=placement.child,
        home=placement.home,
        start_date=placement.start_date,
        end_date=placement.end_date if placement.HasField("end_date") else None,
        planned_end_date=placement.planned_end_date if placement.HasField("planned_end_date") else None,
        solo_placement=placement.solo_placement,
        group=placement.group,
    )


def copied_offer(offer: placements.Offer) -> placements.Offer:
    """What is copied of an offer: how many places it holds where, and for no matter whom."""
    return placements.Offer(
        name=offer.name,
        etag=offer.etag,
        authority=offer.authority,
        home=offer.home,
        held_place_count=offer.held_place_count,
    )


def stay(placement: placements.Placement) -> Stay:
    """The facts of a placement."""
    return Stay(
        placement=placement.name,
        authority=placement.authority,
        child=placement.child,
        home=placement.home,
        starts=day(placement.start_date),
        ends=day(placement.end_date) if placement.HasField("end_date") else None,
        planned_end=day(placement.planned_end_date) if placement.HasField("planned_end_date") else None,
        solo=placement.solo_placement,
        group=placement.group,
    )


def _describe(entry: pb.WaitingListEntry, request: placements.PlacementRequest) -> None:
    entry.child = request.child.reference
    entry.birth_date.CopyFrom(request.child.birth_date)
    entry.town = request.child.town
    entry.need_step = request.need_step.step
    entry.parent_with_child = request.kind == placements.REQUEST_KIND_PARENT_WITH_CHILD
    entry.step_down = request.kind == placements.REQUEST_KIND_STEP_DOWN
    entry.need_level = request.needs.level
    entry.needed_competences.extend(request.needs.needed_competences)
    entry.gender = request.child.gender
    entry.languages.extend(request.child.languages)
    entry.interim_solution = _interim_solution(request)
    entry.interim_unsafe = request.current_home.unsafe
    entry.in_danger = request.HasField("danger")
    entry.sibling_count = sum(bond.rule != placements.SIBLING_RULE_APART for bond in request.siblings)
    entry.place_by_date.CopyFrom(request.place_by_date)
    if request.HasField("waiting_since_date"):
        entry.waiting_since_date.CopyFrom(request.waiting_since_date)


def _interim_solution(request: placements.PlacementRequest) -> pb.InterimSolution.ValueType:
    """The kind of place where the child lives, never which one."""
    if not request.HasField("current_home"):
        return pb.INTERIM_SOLUTION_UNSPECIFIED
    home = request.current_home.home
    if not home:
        return pb.INTERIM_SOLUTION_OWN_HOME
    return pb.INTERIM_SOLUTION_FOSTER_FAMILY if home.startswith("families/") else pb.INTERIM_SOLUTION_INSTITUTION
