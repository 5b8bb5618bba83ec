"""havn report-vacancy."""

import uuid
from datetime import date
from typing import Annotated

import typer

from havn.capacity.v1.capacity_pb2 import ReportVacancyRequest, Vacancy
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.names import unit_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.importing.cells import WHOLE_MAX
from services.havn.views.phrases import Lang
from services.havn.views.vacancies import reported as view
from services.shared.wire import date_message

app = typer.Typer(add_completion=False)

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="institutions/i/units/u or i/u.")]
Free = Annotated[int, typer.Option(min=0, max=WHOLE_MAX, help="Places that are free.")]


@app.command()
def report_vacancy(
    unit: Unit,
    free: Free,
    from_day: Annotated[
        date | None, typer.Option("--from", help="From this day; today if not given.", parser=day, metavar="DATE")
    ] = None,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Says how many places of a unit are free, and from when."""
    vacancy = Vacancy(free_place_count=free, from_date=date_message(from_day or today(settings())))
    request = ReportVacancyRequest(parent=unit_name(unit), vacancy=vacancy, request_id=str(uuid.uuid4()))
    with asking(as_user) as connection:
        answer = connection.capacity.ReportVacancy(request)
    show(document(answer), view(answer, lang), json)
