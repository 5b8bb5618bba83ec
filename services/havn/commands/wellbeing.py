"""havn wellbeing: how children are who live in institutions."""

import uuid
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from havn.capacity.v1 import wellbeing_pb2 as pb
from services.havn.commands import one_file
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.import_folder import Errors
from services.havn.commands.names import child_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.progress import bar
from services.havn.commands.surroundings import settings, today
from services.havn.exporting.registries import WELLBEING_OBSERVATIONS
from services.havn.importing.wellbeing_file import WELLBEING
from services.havn.views import wellbeing as view
from services.havn.views.phrases import Lang
from services.shared.wire import date_message

app = typer.Typer(add_completion=False, no_args_is_help=True, help="How children are who live in institutions.")

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file or a workbook, as havn wellbeing template writes.")
]
Child = Annotated[str, typer.Argument(metavar="CHILD", help="The child, such as k-2001.")]
On = Annotated[
    date | None, typer.Option("--on", help="The day that it is of; today if not given.", parser=day, metavar="DATE")
]


@app.command()
def scale(as_user: As = User.INSTITUTION, lang: Language = Lang.EN, json: Json = False) -> None:
    """The steps in words."""
    with asking(as_user) as connection:
        answer = connection.wellbeing.GetWellbeingScale(pb.GetWellbeingScaleRequest())
    show(document(answer), view.scale(answer, lang), json)


@app.command("list")
def list_observations(
    child: Annotated[str, typer.Argument(metavar="CHILD", help="This child alone, such as k-2001.")] = "",
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """What was observed, the latest first: of one child, or of all that the user may see."""
    request = pb.ListWellbeingRequest(child=child_name(child) if child else "")
    with asking(as_user) as connection:
        answer = all_pages(connection.wellbeing.ListWellbeing, request)
    show(document(answer), view.observations(answer, lang), json)


@app.command()
def record(
    child: Child,
    step: Annotated[int, typer.Option(min=1, help="A step of the scale: havn wellbeing scale tells them in words.")],
    note: Annotated[str, typer.Option(help="What was seen.")] = "",
    child_words: Annotated[str, typer.Option(help="What the child said of it.")] = "",
    on: On = None,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Keeps how a child is that lives in the institution."""
    observation = pb.WellbeingObservation(
        child=child_name(child),
        observed_date=date_message(on or today(settings())),
        value=step,
        note=note,
        child_words=child_words,
    )
    request = pb.RecordWellbeingRequest(observation=observation, request_id=str(uuid.uuid4()))
    with asking(as_user) as connection:
        answer = connection.wellbeing.RecordWellbeing(request)
    show(document(answer), view.recorded(answer, lang), json)


@app.command()
def correct(
    observation: Annotated[str, typer.Argument(metavar="OBSERVATION", help="As list --json names it.")],
    step: Annotated[int, typer.Option(min=1, help="A step of the scale: havn wellbeing scale tells them in words.")],
    reason: Annotated[str, typer.Option(help="Why it is corrected.")],
    note: Annotated[str | None, typer.Option(help="What was seen; as it stands if not given.")] = None,
    child_words: Annotated[str | None, typer.Option(help="What the child said; as it stands if not given.")] = None,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Corrects what was observed; what was told before stays beside it."""
    name = f"wellbeingObservations/{observation.removeprefix('wellbeingObservations/')}"
    with asking(as_user) as connection:
        before = connection.wellbeing.GetWellbeingObservation(pb.GetWellbeingObservationRequest(name=name))
        corrected = pb.CorrectWellbeingRequest(
            name=name,
            etag=before.etag,
            value=step,
            note=before.note if note is None else note,
            child_words=before.child_words if child_words is None else child_words,
            reason=reason,
            request_id=str(uuid.uuid4()),
        )
        answer = connection.wellbeing.CorrectWellbeing(corrected)
    show(document(answer), view.recorded(answer, lang), json)


@app.command("import")
def import_series(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    errors: Errors = None,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes observations from a CSV file or a workbook: all rows, or none and a list of what to mend."""
    how = one_file.Import(as_user, dry_run, errors, lang, json)
    one_file.take(file, WELLBEING, pb.ImportWellbeingRequest, lambda called: called.wellbeing.ImportWellbeing, how)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new .csv or .xlsx file.")],
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Writes all observations that the user may see to a file, which an import takes again."""
    with bar(json, lang) as shown, asking(as_user) as connection:
        shown.begin_registry(WELLBEING_OBSERVATIONS.name)
        [(sheet, rows)] = WELLBEING_OBSERVATIONS.tables(connection, shown.advance)
    one_file.write(file, sheet, rows, lang, json)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new .csv or .xlsx file.")],
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Writes an empty file with the columns that an import reads."""
    one_file.write(file, WELLBEING, [], lang, json)
