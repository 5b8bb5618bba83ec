"""The waiting list."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1.capacity_pb2 import ListWaitingListResponse, WaitingListEntry
from havn.capacity.v1.waiting_pb2 import ListWaitingListExitsResponse
from havn.placements.v1 import placements_pb2 as placements
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, moment, said, short, table

EXITS = {
    capacity.EXIT_REASON_UNSPECIFIED: "unknown",
    capacity.EXIT_REASON_PLACED: "has a place",
    capacity.EXIT_REASON_WITHDRAWN: "withdrawn",
}


def waiting_list(answer: ListWaitingListResponse, lang: Lang, whole: bool) -> Iterator[RenderableType]:
    """Who waits, in order: all, or those asked for."""
    if not answer.entries:
        yield phrase("Nobody waits." if whole else "Nobody waits who is what was asked for.", lang)
        return
    yield phrase("{children}, in this order:", lang, children=count(len(answer.entries), "child waits", lang))
    yield ""
    rows = table("#", "=Request", "#Age", "=Town", "#Step", "#Days", "=Place by", "Why here", lang=lang, gap=1)
    for entry in answer.entries:
        rows.add_row(*_cells(entry, lang))
    yield rows


def exits(answer: ListWaitingListExitsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who left, the latest first."""
    if not answer.exits:
        yield phrase("Nobody left the list.", lang)
        return
    rows = table("=Request", "=Child", "=Left", "#Days", "Reason", lang=lang)
    for each in answer.exits:
        left = moment(each.leave_time) if each.HasField("leave_time") else ""
        why = each.words or phrase(EXITS[each.reason], lang)
        rows.add_row(short(each.request), short(each.child), left, str(each.days_waited), why)
    yield rows


def _cells(entry: WaitingListEntry, lang: Lang) -> tuple[str, ...]:
    return (
        str(entry.position),
        short(entry.request),
        str(entry.age),
        entry.town,
        str(entry.need_step),
        str(entry.days_waited),
        day(entry.place_by_date),
        "; ".join([said(entry.reason_words, lang), *_company(entry, lang), *_homes(entry, lang)]),
    )


def _company(entry: WaitingListEntry, lang: Lang) -> Iterator[str]:
    if entry.sibling_count:
        yield count(entry.sibling_count, "sibling", lang)
    if entry.parent_with_child:
        yield phrase("parent with child", lang)


def _homes(entry: WaitingListEntry, lang: Lang) -> Iterator[str]:
    """What came of asking homes."""
    states = [offer.state for offer in entry.offers]
    if declined := states.count(placements.OFFER_STATE_DECLINED):
        yield count(declined, "home said no", lang)
    if placements.OFFER_STATE_ACCEPTED in states:
        yield phrase("a home said yes", lang)
    elif placements.OFFER_STATE_ASKED in states:
        yield phrase("a home is asked", lang)
