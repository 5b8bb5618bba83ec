"""The order of the waiting list (W1), and what is asked for of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import takewhile

from havn.capacity.v1 import capacity_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules.units import LOWEST_UNIT_STEP
from services.shared.names import last_part
from services.shared.reference import GREENLAND, jurisdiction
from services.shared.wire import age, day

_OVERDUE = (
    (90, pb.POSITION_REASON_OVERDUE_OVER_90_DAYS),
    (30, pb.POSITION_REASON_OVERDUE_31_TO_90_DAYS),
    (0, pb.POSITION_REASON_OVERDUE_UP_TO_30_DAYS),
)

_WORDS = {
    pb.POSITION_REASON_IN_DANGER: terms.Words(
        da="I fare: skal have et sikkert sted i nat", en="In danger: needs a safe place tonight"
    ),
    pb.POSITION_REASON_OVERDUE_OVER_90_DAYS: terms.Words(
        da="Mere end 90 dage over fristen", en="More than 90 days past the place-by date"
    ),
    pb.POSITION_REASON_OVERDUE_31_TO_90_DAYS: terms.Words(
        da="31–90 dage over fristen", en="31–90 days past the place-by date"
    ),
    pb.POSITION_REASON_OVERDUE_UP_TO_30_DAYS: terms.Words(
        da="1–30 dage over fristen", en="1–30 days past the place-by date"
    ),
    pb.POSITION_REASON_PLACE_BY_DATE: terms.Words(da="Efter frist", en="By place-by date"),
}


def ordered(entries: Iterable[pb.WaitingListEntry], today: date) -> list[pb.WaitingListEntry]:
    """The waiting list of a day: each entry with its position, the reason for it, and what the day decides (W1).

    In danger first, then the longest overdue class, then the earliest place-by date, then the longest wait.
    """
    described = [_described(entry, today) for entry in entries]
    described.sort(
        key=lambda entry: (entry.reason, day(entry.place_by_date), day(entry.waiting_since_date), entry.name)
    )
    for position, entry in enumerate(described, start=1):
        entry.position = position
    return described


def asked_for(
    entries: Sequence[pb.WaitingListEntry], asked: pb.ListWaitingListRequest
) -> Sequence[pb.WaitingListEntry]:
    """The entries of a list in its order (W1) that are all that was asked for."""
    if asked.in_danger or asked.overdue:
        entries = urgent(entries)
    for condition in _conditions(asked):
        entries = [entry for entry in entries if condition(entry)]
    return entries


def urgent(entries: Iterable[pb.WaitingListEntry]) -> Sequence[pb.WaitingListEntry]:
    """The entries of a list in its order (W1) that are in danger or overdue: few, and the many behind need no look."""
    return list(takewhile(lambda entry: entry.reason != pb.POSITION_REASON_PLACE_BY_DATE, entries))


def counts(entries: Sequence[pb.WaitingListEntry]) -> pb.CapacityOverview:
    """How many are on a list in its order (W1), and how many of them can't wait."""
    cannot_wait = urgent(entries)
    return pb.CapacityOverview(
        waiting_count=len(entries),
        in_danger_count=sum(entry.in_danger for entry in cannot_wait),
        overdue_count=sum(entry.days_overdue > 0 for entry in cannot_wait),
    )


def _conditions(asked: pb.ListWaitingListRequest) -> Iterator[Callable[[pb.WaitingListEntry], bool]]:
    if asked.in_danger:
        yield lambda entry: entry.in_danger
    if asked.overdue:
        yield lambda entry: entry.days_overdue > 0
    if asked.with_siblings:
        yield lambda entry: entry.sibling_count > 0
    if steps := frozenset(asked.need_steps):
        yield lambda entry: entry.need_step in steps
    if asked.town:
        yield lambda entry: entry.town == asked.town
    if text := asked.query.strip().casefold():
        yield lambda entry: _holds(entry, text)


def seeks_institution(entry: pb.WaitingListEntry) -> bool:
    """Whether a place in an institution is sought: by its step, in danger, or for a parent with child (W4)."""
    return entry.need_step >= LOWEST_UNIT_STEP or entry.in_danger or entry.parent_with_child


def _holds(entry: pb.WaitingListEntry, text: str) -> bool:
    return any(text in last_part(told).casefold() for told in (entry.request, entry.child, entry.town))


def _described(kept: pb.WaitingListEntry, today: date) -> pb.WaitingListEntry:
    entry = pb.WaitingListEntry()
    entry.CopyFrom(kept)
    entry.age = age(day(kept.birth_date), today)
    entry.ClearField("birth_date")
    entry.days_waited = max(0, (today - day(kept.waiting_since_date)).days)
    entry.days_overdue = max(0, (today - day(kept.place_by_date)).days)
    entry.central_list_eligible = jurisdiction(entry.authority) == GREENLAND and seeks_institution(entry)
    entry.reason = _reason(entry)
    entry.reason_words.CopyFrom(_WORDS[entry.reason])
    return entry


def _reason(entry: pb.WaitingListEntry) -> pb.PositionReason.ValueType:
    if entry.in_danger:
        return pb.POSITION_REASON_IN_DANGER
    overdue = (reason for limit, reason in _OVERDUE if entry.days_overdue > limit)
    return next(overdue, pb.POSITION_REASON_PLACE_BY_DATE)
