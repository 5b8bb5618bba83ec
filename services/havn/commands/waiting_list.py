"""havn waiting-list."""

import typer

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.phrases import Lang
from services.havn.views.waiting_list import waiting_list as view

app = typer.Typer(add_completion=False)


@app.command()
def waiting_list(as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """Who waits, in order, with the reason for each position."""
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListWaitingList, ListWaitingListRequest())
    show(document(answer), view(answer, lang), json)
