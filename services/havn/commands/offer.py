"""havn offer."""

import uuid
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.placements.v1.placements_pb2 import OfferPlaceRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.names import home_name, request_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.offers import asked as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="requests/r-001 or r-001.")]
Home = Annotated[str, typer.Argument(metavar="HOME", help="families/f-001, f-001, institutions/i/units/u or i/u.")]
Siblings = Annotated[
    list[str] | None, typer.Option("--sibling", metavar="REQUEST", help="A sibling's request that goes along; repeat.")
]


@app.command()
def offer(
    request: Request,
    home: Home,
    reason: Annotated[str, typer.Option(help="Why this home; the home does not see it.")],
    sibling: Siblings = None,
    suggestions: Annotated[str, typer.Option(help="The suggestions that it was chosen from.")] = "",
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Asks a home whether it takes a child. Its places are held until it answers, or its time is out."""
    asked = OfferPlaceRequest(
        request=request_name(request),
        sibling_requests=[request_name(each) for each in sibling or ()],
        home=home_name(home),
        reason=reason,
        suggestions=suggestions,
        request_id=str(uuid.uuid4()),
    )
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = connection.placements.OfferPlace(asked)
    show(document(answer), view(answer, lang), json)
