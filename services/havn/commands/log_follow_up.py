"""havn log-follow-up."""

import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FOLLOW_UP
from havn.families.v1.families_pb2 import FollowUp, FollowUpAction, FollowUpPart, LogFollowUpRequest
from havn.families.v1.support_pb2 import GetNextVisitRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.follow_up_content import ACTION_FORM, action, content_key
from services.havn.commands.follow_ups import Family
from services.havn.commands.json_files import message_in
from services.havn.commands.names import child_name, family_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.connection import Connection
from services.havn.views.follow_ups import follow_up as view
from services.havn.views.phrases import Lang
from services.shared.wire import date_message
from services.shared.wire import day as day_of

app = typer.Typer(add_completion=False)

NEXT_VISIT_AFTER = timedelta(weeks=4)

Note = Annotated[str, typer.Option(metavar="TEXT", help="What was seen and talked about.")]
ChildWords = Annotated[str, typer.Option(metavar="TEXT", help="The child's own words about it.")]
Actions = Annotated[list[FollowUpAction], typer.Option(parser=action, metavar=f"'{ACTION_FORM}'", help="Repeatable.")]
Children = Annotated[list[str], typer.Option("--child", metavar="CHILD", help="Whom it is about. Repeatable.")]
File = Annotated[Path | None, typer.Option(metavar="JSON", help="The follow-up; options go before what it holds.")]
Key = Annotated[str, typer.Option(help="Saved once by it. By default made from the content.")]


@app.command()
def log_follow_up(
    family: Family,
    competences: Note = "",
    competences_child: ChildWords = "",
    resources: Note = "",
    resources_child: ChildWords = "",
    involvement: Note = "",
    involvement_child: ChildWords = "",
    trust: Note = "",
    trust_child: ChildWords = "",
    everyday_life: Note = "",
    everyday_life_child: ChildWords = "",
    action: Actions = [],  # noqa: B006  # typer copies it
    children: Children = [],  # noqa: B006
    concern: Annotated[bool, typer.Option("--concern", help="The consultant is concerned.")] = False,
    concern_words: Annotated[str, typer.Option(help="What the concern is about.")] = "",
    visit_date: Annotated[
        date | None, typer.Option(help="Day of the visit; today if not given.", parser=day, metavar="DATE")
    ] = None,
    next_visit: Annotated[
        date | None,
        typer.Option(
            help="Of the next visit; four weeks on, or as the cadence proposes where that is earlier.",
            parser=day,
            metavar="DATE",
        ),
    ] = None,
    later_reason: Annotated[str, typer.Option(help="Why the next visit is later than the cadence proposes.")] = "",
    file: File = None,
    key: Key = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Logs a KRITH follow-up of a foster family, once."""
    logged = message_in(file, FollowUp(), "follow-up") if file else FollowUp()
    given = FollowUp(
        competences=_part(competences, competences_child),
        resources=_part(resources, resources_child),
        involvement=_part(involvement, involvement_child),
        trust=_part(trust, trust_child),
        everyday_life=_part(everyday_life, everyday_life_child),
        actions=action,
        children=[child_name(child) for child in children],
        concern=concern,
        concern_words=concern_words,
        later_reason=later_reason,
        visit_date=date_message(visit_date) if visit_date else None,
        next_visit_date=date_message(next_visit) if next_visit else None,
    )
    logged.MergeFrom(given)
    request = LogFollowUpRequest(parent=family_name(family), follow_up=logged)
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        _set_days(request, connection)
        request.request_id = key or content_key(request)
        answer = connection.families.LogFollowUp(request)
    show(document(answer), view(answer, lang), json)


def _set_days(request: LogFollowUpRequest, connection: Connection) -> None:
    """Gives the days that nobody gave."""
    logged = request.follow_up
    if not logged.HasField("visit_date"):
        logged.visit_date.CopyFrom(date_message(today(settings())))
    if not logged.HasField("next_visit_date"):
        visited = logged.visit_date
        with suppress(ValueError, OverflowError):  # a day that is none is refused by the service, in words
            next_visit = date(visited.year, visited.month, visited.day) + NEXT_VISIT_AFTER
            asked = GetNextVisitRequest(name=request.parent, visit_date=visited)
            proposed = connection.support.GetNextVisit(asked)
            earlier = day_of(proposed.proposed_date) if proposed.HasField("proposed_date") else next_visit
            logged.next_visit_date.CopyFrom(date_message(min(next_visit, earlier)))


def _part(note: str, child_words: str) -> FollowUpPart | None:
    # Services take composed Unicode alone; some systems type å as a and a ring.
    told = [unicodedata.normalize("NFC", text) for text in (note, child_words)]
    return FollowUpPart(note=told[0], child_words=told[1]) if any(told) else None
