"""havn waiting-times."""

from typing import Annotated

import typer

from havn.capacity.v1.waiting_pb2 import GetWaitingTimesRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.phrases import Lang
from services.havn.views.waiting_times import waiting_times as view

app = typer.Typer(add_completion=False)

ForOthers = Annotated[
    bool, typer.Option("--for-others", help="As it may leave the authority: small groups are not told.")
]


@app.command()
def waiting_times(
    for_others: ForOthers = False, as_user: As = User.LEADER, lang: Language = Lang.EN, json: Json = False
) -> None:
    """How long those on the waiting list have waited: all, and by town, language, gender and siblings."""
    with asking(as_user) as connection:
        answer = connection.waiting.GetWaitingTimes(GetWaitingTimesRequest(for_others=for_others))
    show(document(answer), view(answer, lang), json)
