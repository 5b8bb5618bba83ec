"""havn vacancies."""

import typer

from havn.capacity.v1.capacity_pb2 import ListVacanciesRequest
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.phrases import Lang
from services.havn.views.vacancies import vacancies as view

app = typer.Typer(add_completion=False)


@app.command()
def vacancies(as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """Free places of institutions' units, as last reported, and how far to trust them."""
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListVacancies, ListVacanciesRequest())
    show(document(answer), view(answer, lang), json)
