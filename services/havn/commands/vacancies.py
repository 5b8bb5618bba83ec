"""havn vacancies."""

import uuid
from typing import Annotated

import typer

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.block_places import block_places
from services.havn.commands.documents import document
from services.havn.commands.names import unit_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.commands.report_vacancy import report_vacancy
from services.havn.views.phrases import Lang
from services.havn.views.vacancies import differences as view_differences
from services.havn.views.vacancies import history as view_history
from services.havn.views.vacancies import reported as view_reported
from services.havn.views.vacancies import vacancies as view

app = typer.Typer(add_completion=False)

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="institutions/i/units/u or i/u.")]
Stale = Annotated[bool, typer.Option("--stale", help="Only those that are to be confirmed again.")]


@app.callback(invoke_without_command=True)
def vacancies(
    context: typer.Context,
    stale: Stale = False,
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Free places of institutions' units, as last reported, and how far to trust them."""
    if context.invoked_subcommand:
        return
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListVacancies, pb.ListVacanciesRequest(stale=stale))
    show(document(answer), view(answer, lang), json)


app.command(name="report")(report_vacancy)


@app.command()
def confirm(unit: Unit, as_user: As = User.INSTITUTION, lang: Language = Lang.EN, json: Json = False) -> None:
    """Says that a unit's free places are as last reported."""
    request = pb.ConfirmVacancyRequest(parent=unit_name(unit), request_id=str(uuid.uuid4()))
    with asking(as_user) as connection:
        answer = connection.capacity.ConfirmVacancy(request)
    show(document(answer), view_reported(answer, lang), json)


app.command(name="block")(block_places)


@app.command()
def history(unit: Unit, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """What happened to a unit's free places, and who did it, the newest first."""
    request = pb.ListVacancyChangesRequest(parent=unit_name(unit))
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListVacancyChanges, request)
    show(document(answer), view_history(request.parent, answer, lang), json)


@app.command()
def differences(as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """Units that report more or fewer free places than placements leave."""
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListVacancies, pb.ListVacanciesRequest(differing=True))
    show(document(answer), view_differences(answer, lang), json)
