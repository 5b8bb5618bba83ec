"""KRITH follow-ups: words only, as they were written."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding

from havn.families.v1.families_pb2 import FollowUp, FollowUpPart, ListFollowUpsResponse
from havn.terms.v1.terms_pb2 import Words
from services.havn.views.words import Lang, count, day, indented, moment, points, said, table, title

PARTS = {
    "competences": Words(da="Kompetencer", en="Competences"),
    "resources": Words(da="Ressourcer og relationer", en="Resources and relations"),
    "involvement": Words(da="Inddragelse", en="Involvement"),
    "trust": Words(da="Tillid, trivsel, tilknytning og tryghed", en="Trust, wellbeing, attachment"),
    "everyday_life": Words(da="Hverdagsliv", en="Everyday life"),
}
"""The five parts by field."""


def follow_ups(family: str, answer: ListFollowUpsResponse, lang: Lang) -> Iterator[RenderableType]:
    """A family's follow-ups, latest visit first."""
    yield f"{count(len(answer.follow_ups), 'follow-up')} of {family}."
    for each in answer.follow_ups:
        yield ""
        yield from follow_up(each, lang)


def follow_up(found: FollowUp, lang: Lang) -> Iterator[RenderableType]:
    """One follow-up: the five parts, what was agreed, when the next visit is."""
    yield title(f"KRITH follow-up of {found.name.split('/followUps')[0]}, visited {day(found.visit_date)}")
    yield f"Logged by {found.consultant} on {moment(found.create_time)}: {found.name}"
    if found.children:
        yield f"About {', '.join(found.children)}."
    yield Padding(_parts(found, lang), (1, 0, 1, 0))
    if found.actions:
        yield "Agreed:"
        yield indented(points(f"{each.what} ({each.owner}, by {day(each.due_date)})" for each in found.actions), 1)
    yield "The consultant is concerned." if found.concern else "The consultant has no concern."
    yield f"Next visit: {day(found.next_visit_date)}."


def _parts(found: FollowUp, lang: Lang) -> RenderableType:
    rows = table("Part", "What was seen and talked about")
    for field, words in PARTS.items():
        rows.add_row(said(words, lang), _told(getattr(found, field)))
    return rows


def _told(part: FollowUpPart) -> str:
    return f"{part.note}\nThe child: “{part.child_words}”" if part.child_words else part.note
