"""The waiting list."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1.capacity_pb2 import ListWaitingListResponse, WaitingListEntry
from havn.placements.v1 import placements_pb2 as placements
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, said, short, table


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
