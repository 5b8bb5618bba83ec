"""Events that could not be applied."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType

from havn.operations.v1.operations_pb2 import ParkedEvent
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import Verbatim, moment, short, table

Found = tuple[str, ParkedEvent]
"""A service and an event that it could not apply."""


def parked(found: Sequence[Found], lang: Lang) -> Iterator[RenderableType]:
    """All of them, the oldest of each service first."""
    if not found:
        yield phrase("No event is parked.", lang)
        return
    yield phrase("{events} could not be applied:", lang, events=count(len(found), "event", lang))
    yield ""
    rows = table("=Event", "=Announced", "Subject", "Consumer", "Error", lang=lang)
    for service, event in found:
        told = (moment(event.announce_time), event.subject, event.consumer, event.error)
        rows.add_row(_name(service, event), *told)
    yield rows
    yield ""
    yield phrase("After mending what the log tells of an event's id:", lang)
    yield Verbatim("  havn parked retry")
    yield Verbatim("  havn parked dismiss EVENT --reason …")


def retried(applied: Iterable[Found], left: Iterable[Found], lang: Lang) -> Iterator[RenderableType]:
    """What was applied after all, and what still can't be."""
    for service, event in applied:
        yield phrase("Applied: {event}", lang, event=_name(service, event))
    for service, event in left:
        yield phrase("Still parked: {event}", lang, event=_name(service, event))


def dismissed(service: str, event: ParkedEvent, lang: Lang) -> Iterator[RenderableType]:
    """What was given up."""
    yield phrase("Dismissed: {event}", lang, event=_name(service, event))


def _name(service: str, event: ParkedEvent) -> str:
    return f"{service}/{short(event.name)}"
