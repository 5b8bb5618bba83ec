"""havn template."""

from pathlib import Path
from typing import Annotated

import typer

from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json
from services.havn.commands.output import show
from services.havn.importing.templates import write_templates

app = typer.Typer()


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made if need be.")], json: Json = False
) -> None:
    """Writes empty CSV files for an import, and a help file that explains every column."""
    try:
        write_templates(folder)
    except FileExistsError as error:
        raise FileUnusable(f"{folder}: holds files already, and nothing is overwritten; name a new folder.") from error
    files = sorted(path.name for path in folder.iterdir())
    told = [f"{', '.join(files)} are in {folder}. Fill them, then: havn import {folder} --dry-run"]
    show({"folder": str(folder), "files": files}, told, json)
