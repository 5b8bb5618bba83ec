"""havn offers."""

from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.placements.v1.placements_pb2 import ListOffersRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import home_name, request_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.offers import offers as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)


@app.command()
def offers(
    request: Annotated[str, typer.Option(metavar="REQUEST", help="Only those for this request.")] = "",
    home: Annotated[str, typer.Option(metavar="HOME", help="Only those of this home.")] = "",
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Homes that were asked for places, the newest question first, and what came of it."""
    asked = ListOffersRequest(request=request_name(request) if request else "", home=home_name(home) if home else "")
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.placements.ListOffers, asked)
    show(document(answer), view(answer, lang), json)
