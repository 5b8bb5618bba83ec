"""KRITH follow-ups: words only, as they were written."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding

from havn.families.v1.families_pb2 import (
    FollowUp,
    FollowUpAction,
    FollowUpDue,
    FollowUpPart,
    ListFollowUpsDueResponse,
    ListFollowUpsResponse,
)
from havn.families.v1.support_pb2 import ListFollowUpVersionsResponse
from havn.terms.v1.terms_pb2 import Words
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, indented, moment, points, said, short, table, title

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
    if not answer.follow_ups:
        yield phrase("No follow-up of {family} yet.", lang, family=short(family))
        return
    number = count(len(answer.follow_ups), "follow-up", lang)
    yield phrase("{follow_ups} of {family}.", lang, follow_ups=number, family=short(family))
    for each in answer.follow_ups:
        yield ""
        yield from follow_up(each, lang)


def follow_ups_due(answer: ListFollowUpsDueResponse, lang: Lang) -> Iterator[RenderableType]:
    """When families are to be followed up: the longest overdue first."""
    families = count(answer.total_count, "family", lang)
    yield phrase("{families} to follow up; {number} overdue.", lang, families=families, number=answer.overdue_count)
    if not answer.follow_ups_due:
        return
    yield ""
    rows = table("=Family", "Town", "=Consultant", "=Last visit", "=Next visit", "#Days overdue", "About", lang=lang)
    for due in answer.follow_ups_due:
        days = str(due.days_overdue or "")
        visits = day(due.last_visit_date), day(due.next_visit_date)
        rows.add_row(short(due.family), due.town, short(due.consultant), *visits, days, _due_first(due))
    yield rows


def _due_first(due: FollowUpDue) -> str:
    """The children because of whom a family is due, where others who live there are due later only."""
    first = [short(each.child) for each in due.children if each.next_visit_date == due.next_visit_date]
    return ", ".join(first) if len(first) < len(due.children) else ""


def follow_up(found: FollowUp, lang: Lang) -> Iterator[RenderableType]:
    """One follow-up: the five parts, what was agreed, when the next visit is."""
    family = short(found.name.split("/followUps")[0])
    told = phrase("KRITH follow-up of {family}, visited {day}", lang, family=family, day=day(found.visit_date))
    yield title(told)
    logged = moment(found.create_time)
    yield phrase("Logged by {user} on {moment}: {name}", lang, user=found.consultant, moment=logged, name=found.name)
    if found.HasField("correction"):
        of = {"user": found.correction.author, "moment": moment(found.correction.time)}
        yield phrase("Corrected by {user} on {moment}: {reason}", lang, reason=found.correction.reason, **of)
    if found.children:
        yield phrase("About {children}.", lang, children=", ".join(map(short, found.children)))
    yield Padding(_parts(found, lang), (1, 0, 1, 0))
    if found.actions:
        yield phrase("Agreed:", lang)
        yield indented(points(_action(each, lang) for each in found.actions), 1)
    yield phrase("The consultant is concerned." if found.concern else "The consultant has no concern.", lang)
    if found.concern_words:
        yield indented(found.concern_words, 1)
    yield phrase("Next visit: {day}.", lang, day=day(found.next_visit_date))


def versions(answer: ListFollowUpVersionsResponse, lang: Lang) -> Iterator[RenderableType]:
    """What stood there before each correction."""
    yield f"{count(len(answer.versions), 'version', lang)}."
    for each in answer.versions:
        yield ""
        yield from follow_up(each, lang)


def _action(agreed: FollowUpAction, lang: Lang) -> str:
    due = day(agreed.due_date)
    return phrase("{what} ({owner}, by {day})", lang, what=agreed.what, owner=agreed.owner, day=due)


def _parts(found: FollowUp, lang: Lang) -> RenderableType:
    rows = table("Part", "What was seen and talked about", lang=lang)
    for field, words in PARTS.items():
        rows.add_row(said(words, lang), _told(getattr(found, field), lang))
    return rows


def _told(part: FollowUpPart, lang: Lang) -> str:
    if not part.child_words:
        return part.note
    return f"{part.note}\n{phrase('The child: “{words}”', lang, words=part.child_words)}"
