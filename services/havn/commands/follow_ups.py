"""havn follow-ups."""

from typing import Annotated

import typer

from havn.families.v1.families_pb2 import ListFollowUpsRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import family_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.follow_ups import follow_ups as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.")]


@app.command()
def follow_ups(family: Family, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """KRITH follow-ups of a family, latest visit first."""
    name = family_name(family)
    with asking(as_user) as connection:
        answer = all_pages(connection.families.ListFollowUps, ListFollowUpsRequest(parent=name))
    show(document(answer), view(name, answer, lang), json)
