"""havn demo."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.demo.generator import make_demo

app = typer.Typer()

SEED = 1

Folder = Annotated[Path, typer.Argument(help="Where to write it: a folder that is new or empty.")]


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
    if folder.is_dir() and any(folder.iterdir()):
        raise FileUnusable(f"{folder}: holds files already, and nothing is overwritten; name a new folder.")
    made_for = for_day or today(settings())
    make_demo(folder, seed, made_for)
    files = sorted(path.name for path in folder.iterdir())
    told = [f"The demo for {made_for} is in {folder}: {', '.join(files)}. Take it in with: havn import {folder}"]
    show({"folder": str(folder), "files": files, "seed": seed, "today": made_for.isoformat()}, told, json)
