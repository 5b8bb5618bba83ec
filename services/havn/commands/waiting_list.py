"""havn waiting-list."""

from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest
from havn.capacity.v1.waiting_pb2 import ListWaitingListExitsRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.phrases import Lang
from services.havn.views.waiting_list import exits
from services.havn.views.waiting_list import waiting_list as view

app = typer.Typer(add_completion=False)


Search = Annotated[
    str, typer.Option(metavar="TEXT", help="Only where the request's or child's reference, or the town, holds this.")
]


@app.command()
def waiting_list(
    town: Annotated[str, typer.Option(help="Only children at home in this town.")] = "",
    step: Annotated[
        list[int] | None, typer.Option(min=0, max=8, help="Only this step sought; may be given again.")
    ] = None,
    in_danger: Annotated[bool, typer.Option("--in-danger", help="Only children in danger.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their place-by date.")] = False,
    siblings: Annotated[bool, typer.Option("--siblings", help="Only those who wait with siblings.")] = False,
    search: Search = "",
    left: Annotated[bool, typer.Option("--left", help="Those who left it instead, and why.")] = False,
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Who waits, in order, with the reason for each position; all, or those that are all that is asked for."""
    if left:
        tell_exits(as_user, lang, json=json)
        return
    request = ListWaitingListRequest(
        town=town, need_steps=step, in_danger=in_danger, overdue=overdue, with_siblings=siblings, query=search
    )
    whole = not request.ByteSize()
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.capacity.ListWaitingList, request)
    show(document(answer), view(answer, lang, whole), json)


def tell_exits(as_user: User, lang: Lang, *, json: bool) -> None:
    """Who left the list and why, the latest first."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.waiting.ListWaitingListExits, ListWaitingListExitsRequest())
    show(document(answer), exits(answer, lang), json)
