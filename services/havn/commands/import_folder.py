"""havn import."""

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from services.havn.commands.asking import asking
from services.havn.commands.options import As, Json, Language, User, folder_name
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.importing.problems import Problems
from services.havn.importing.reading import read
from services.havn.importing.sending import Clients, send
from services.havn.views.imported import problems, taken
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Folder = Annotated[
    Path,
    typer.Argument(parser=folder_name, metavar="FOLDER", help="A folder of CSV files, as havn template writes them."),
]


@app.command("import")
def import_folder(
    folder: Folder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and write nothing.")] = False,
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes families, institutions and requests from files: all of them, or none and a list of what to mend."""
    rows = read(folder)
    if isinstance(rows, Problems):
        _refused(rows, lang, json)
    with asking(as_user) as connection:
        sent = send(rows, clients(connection), validate_only=dry_run)
    if isinstance(sent, Problems):
        _refused(sent, lang, json)
    found = {
        "created_count": sent.created_count,
        "updated_count": sent.updated_count,
        "unchanged_count": sent.unchanged_count,
        "rows": rows.counts,
        "dry_run": dry_run,
    }
    show(found | {"problems": []}, taken(rows, dry_run, lang), json)


def clients(connection: Connection) -> Clients:
    """The services that take rows."""
    return Clients(connection.families, connection.capacity, connection.placements)


def _refused(found: Problems, lang: Lang, as_json: bool) -> NoReturn:
    show({"created_count": 0, "problems": _documents(found)}, problems(found, lang), as_json)
    raise typer.Exit(1)


def _documents(found: Problems) -> list[dict[str, Any]]:
    return [
        {
            "file": each.file,
            "row": each.row,
            "column": each.column,
            "words": {"da": each.words.da, "en": each.words.en},
        }
        for each in found.found
    ]
