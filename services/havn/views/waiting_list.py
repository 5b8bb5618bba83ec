"""The waiting list."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1.capacity_pb2 import ListWaitingListResponse, WaitingListEntry
from services.havn.views.words import Lang, count, day, said, short, table


def waiting_list(answer: ListWaitingListResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who waits, in order."""
    if not answer.entries:
        yield "Nobody waits."
        return
    yield f"{count(len(answer.entries), 'child waits', 'children wait')}, in this order:"
    yield ""
    rows = table("#", "Request", "#Age", "Town", "#Step", "#Days", "Place by", "Why here", gap=1)
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
        f"{said(entry.reason_words, lang)}{_company(entry)}",
    )


def _company(entry: WaitingListEntry) -> str:
    siblings = f"; {count(entry.sibling_count, 'sibling')}" if entry.sibling_count else ""
    return f"{siblings}{'; parent with child' if entry.parent_with_child else ''}"
