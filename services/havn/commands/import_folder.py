"""havn import."""

import csv
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from havn.access.v1.access_pb2 import PURPOSE_OPERATION
from services.havn.commands.asking import asking
from services.havn.commands.options import As, Json, Language, User, folder_name
from services.havn.commands.output import show
from services.havn.commands.progress import Bar, bar
from services.havn.connection import Connection
from services.havn.importing.outcome import CREATED, UNCHANGED, UPDATED, Sent
from services.havn.importing.problems import Problem, Problems
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import Clients, parcels, send
from services.havn.importing.writing import private
from services.havn.views.imported import problems, taken
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Source = Annotated[
    Path,
    typer.Argument(
        parser=folder_name,
        metavar="FOLDER",
        help="A folder of CSV files or workbooks, as havn template writes them; or one workbook.",
    ),
]
Errors = Annotated[
    Path | None, typer.Option("--errors", metavar="FILE", help="Write what to mend to a CSV file, all of it.")
]


@app.command("import")
def import_folder(
    folder: Source,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    errors: Errors = None,
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes registries from files: rows that are new or changed, all of them or none and a list of what to mend."""
    with bar(json, lang) as shown:
        shown.begin("Reading")
        rows = read(folder)
        sent = Sent() if isinstance(rows, Problems) else _sent(rows, dry_run, as_user, shown)
    for found in (rows, sent):
        if isinstance(found, Problems):
            refused(found, errors, lang, json)
    if isinstance(rows, Rows) and isinstance(sent, Sent):
        show(_document(rows, sent, dry_run), taken(rows, sent, dry_run, lang), json)


def clients(connection: Connection) -> Clients:
    """The services that take rows."""
    return Clients(connection.families, connection.capacity, connection.placements)


def _sent(rows: Rows, dry_run: bool, as_user: str, shown: Bar) -> Sent | Problems:
    with asking(as_user, PURPOSE_OPERATION) as connection:
        services = clients(connection)
        sizes = [len(parcel.part.rows) for parcel in parcels(rows, services)]
        # All but the last are sent twice: to be checked, and to be written.
        shown.begin("Checking" if dry_run else "Checking and writing", sum(sizes if dry_run else [*sizes, *sizes[:-1]]))
        return send(rows, services, shown.advance, validate_only=dry_run)


def _document(rows: Rows, sent: Sent, dry_run: bool) -> dict[str, Any]:
    return {
        "created_count": sent.count(CREATED),
        "updated_count": sent.count(UPDATED),
        "unchanged_count": sent.count(UNCHANGED),
        "rows": rows.counts,
        "dry_run": dry_run,
        "updates": [
            {"file": each.place.file, "sheet": each.place.sheet, "row": each.row, "columns": list(each.columns)}
            for each in sent.outcomes
            if each.word == UPDATED
        ],
        "notes": [_problem(each) for each in rows.notes],
        "problems": [],
    }


def refused(found: Problems, errors: Path | None, lang: Lang, as_json: bool) -> NoReturn:
    """Tells what to mend, and ends the command."""
    listed = [_problem(each) for each in found.found]
    if errors:
        _write(errors, listed)
    document = {"created_count": 0, "problem_count": len(listed) + found.untold, "problems": listed}
    show(document, problems(found, lang), as_json)
    raise typer.Exit(1)


def _problem(each: Problem) -> dict[str, Any]:
    return {
        "file": each.place.file,
        "sheet": each.place.sheet,
        "row": each.row,
        "column": each.column,
        "words": {"da": each.words.da, "en": each.words.en},
    }


def _write(path: Path, listed: list[dict[str, Any]]) -> None:
    with private(path) as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["file", "sheet", "row", "column", "da", "en"])
        for each in listed:
            writer.writerow([each["file"], each["sheet"], each["row"] or "", each["column"], *each["words"].values()])
