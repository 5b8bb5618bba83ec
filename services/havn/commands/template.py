"""havn template."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json, folder_name
from services.havn.commands.output import show
from services.havn.importing.templates import write_templates
from services.havn.importing.writing import Format
from services.havn.views.words import Verbatim

app = typer.Typer(add_completion=False)


@app.command()
def template(
    folder: Annotated[
        Path, typer.Argument(parser=folder_name, metavar="FOLDER", help="Where to write them; made if need be.")
    ],
    form: Annotated[Format, typer.Option("--format", help="CSV files, or one workbook.")] = Format.CSV,
    json: Json = False,
) -> None:
    """Writes empty files for an import, and a help file that explains every column."""
    if folder.is_file():
        raise FileUnusable(f"{folder}: is a file; name a folder.")
    try:
        write_templates(folder, form)
    except FileExistsError as error:
        raise FileUnusable(f"{folder}: holds files already, and nothing is overwritten; name a new folder.") from error
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    told = [
        f"{', '.join(files)} are in {folder}. HELP.txt explains every column; fill the files that you need. Then:",
        Verbatim(f"  havn import {quote(str(folder))} --dry-run"),
    ]
    show({"folder": str(folder), "files": files}, told, json)
