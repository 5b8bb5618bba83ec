"""havn follow-ups."""

from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FOLLOW_UP
from havn.families.v1.families_pb2 import ListFollowUpsDueRequest, ListFollowUpsRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import family_name, user_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.follow_ups import follow_ups as view
from services.havn.views.follow_ups import follow_ups_due as due_view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.", show_default=False)]
Consultant = Annotated[
    str, typer.Option(metavar="USER", help="With --due: only families that users/consultant, or consultant, follows.")
]


@app.command()
def follow_ups(
    family: Family = "",
    due: Annotated[bool, typer.Option("--due", help="Instead: when each family is to be followed up.")] = False,
    consultant: Consultant = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """KRITH follow-ups of a family, latest visit first; or with --due all families, the longest overdue first."""
    if bool(family) == due:
        raise typer.BadParameter("name a family, or ask for all with --due")
    if consultant and not due:
        raise typer.BadParameter("--consultant goes with --due")
    if due:
        _due(user_name(consultant) if consultant else "", as_user, lang, json)
        return
    name = family_name(family)
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = all_pages(connection.families.ListFollowUps, ListFollowUpsRequest(parent=name))
    show(document(answer), view(name, answer, lang), json)


def _due(consultant: str, as_user: User, lang: Lang, json: bool) -> None:
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        asked = ListFollowUpsDueRequest(consultant=consultant)
        answer = all_pages(connection.families.ListFollowUpsDue, asked)
    show(document(answer), due_view(answer, lang), json)
