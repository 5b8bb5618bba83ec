"""havn inquiries."""

from typing import Annotated

import typer

from havn.placements.v1.placements_pb2 import ListInquiriesRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import home_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.inquiries import inquiries as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Home = Annotated[str, typer.Argument(metavar="HOME", help="families/f-001, f-001, institutions/i/units/u or i/u.")]


@app.command()
def inquiries(home: Home = "", as_user: As = User.INSTITUTION, lang: Language = Lang.EN, json: Json = False) -> None:
    """What homes are asked, the newest question first: one home, or all that the user answers for."""
    parent = home_name(home) if home else "-"
    with asking(as_user) as connection:
        answer = all_pages(connection.placements.ListInquiries, ListInquiriesRequest(parent=parent))
    show(document(answer), view(answer, lang), json)
