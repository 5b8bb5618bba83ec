"""havn demo."""

from datetime import date
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json, day, folder_name
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.demo.generator import make_demo
from services.havn.views.words import Verbatim

app = typer.Typer(add_completion=False)

SEED = 1
# Its people have a past, and its approvals a future.
FIRST_YEAR, LAST_YEAR = 1950, 2200

Folder = Annotated[
    Path, typer.Argument(parser=folder_name, metavar="FOLDER", help="Where to write it: a folder that is new or empty.")
]


@app.command()
def demo(
    folder: Folder,
    seed: Annotated[int, typer.Option(help="Another seed makes another demo.")] = SEED,
    for_day: Annotated[
        date | None,
        typer.Option("--today", help="The day it is made for; today if not given.", parser=day, metavar="DATE"),
    ] = None,
    json: Json = False,
) -> None:
    """Writes made-up municipalities as CSV files, ready for: havn import."""
    if folder.is_file():
        raise FileUnusable(f"{folder}: is a file; name a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise FileUnusable(f"{folder}: holds files already, and nothing is overwritten; name a new folder.")
    made_for = for_day or today(settings())
    if not FIRST_YEAR <= made_for.year <= LAST_YEAR:
        raise typer.BadParameter(f"the demo can be made for the years {FIRST_YEAR} to {LAST_YEAR}")
    make_demo(folder, seed, made_for)
    files = sorted(path.name for path in folder.iterdir())
    told = [
        f"The demo for {made_for} is in {folder}: {', '.join(files)}. Take it in with:",
        Verbatim(f"  havn import {quote(str(folder))}"),
    ]
    show({"folder": str(folder), "files": files, "seed": seed, "today": made_for.isoformat()}, told, json)
