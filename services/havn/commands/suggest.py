"""havn suggest."""

from collections.abc import Sequence
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.families.v1.families_pb2 import NoteProfileViewsRequest
from havn.matching.v1.matching_pb2 import HOME_KIND_FAMILY, Suggestion, Suggestions, SuggestMatchesRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.failures import Failed
from services.havn.commands.names import home_name, request_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.views.phrases import Lang
from services.havn.views.suggestions import Detail, one_home
from services.havn.views.suggestions import suggestions as view

app = typer.Typer(add_completion=False)

# A plan may have to be made first; a server answers within 30 seconds or not at all.
SUGGEST_SECONDS = 30.0

NAMES_AT_ONCE = 1_000

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="requests/r-001 or r-001.")]
WhyNot = Annotated[
    str, typer.Option(metavar="HOME", help="Only this home: every rule against it, and what would change it.")
]


@app.command()
def suggest(
    request: Request,
    top: Annotated[int, typer.Option(min=1, help="How many places to explain.")] = 3,
    why_not: WhyNot = "",
    all_homes: Annotated[bool, typer.Option("--all", help="Explain every home that does not fit.")] = False,
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Suggestions for one waiting child: each place with its reasons, every other home with its rule."""
    name, only = request_name(request), home_name(why_not) if why_not else ""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        found = suggested(connection, name)
        if only:
            _keep_only(found, only)
        _tell_families(connection, found.suggestions if json else found.suggestions[:top])
    told = one_home(found, lang) if only else view(found, lang, Detail(top, all_homes))
    show(document(found), told, json)


def suggested(connection: Connection, request: str) -> Suggestions:
    """Suggestions for the child of a request."""
    return connection.matching.SuggestMatches(SuggestMatchesRequest(request=request), timeout=SUGGEST_SECONDS)


def _tell_families(connection: Connection, places: Sequence[Suggestion]) -> None:
    """Has the families among places told that they are shown by name."""
    named = [place.home.name for place in places if place.home.kind == HOME_KIND_FAMILY]
    for begin in range(0, len(named), NAMES_AT_ONCE):
        connection.families.NoteProfileViews(NoteProfileViewsRequest(names=named[begin : begin + NAMES_AT_ONCE]))


def _keep_only(found: Suggestions, home: str) -> None:
    """Leaves nothing but what is said of one home. Raises Failed where nothing is."""
    suggestions = [each for each in found.suggestions if each.home.name == home]
    excluded = [each for each in found.excluded_homes if each.home.name == home]
    if not suggestions and not excluded:
        raise Failed(f"{home} is not among the homes that the authority may search.", "NOT_FOUND", "NOT_FOUND")
    del found.suggestions[:], found.excluded_homes[:]
    found.suggestions.extend(suggestions)
    found.excluded_homes.extend(excluded)
