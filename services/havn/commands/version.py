"""havn version."""

from importlib.metadata import version as installed

import typer

from services.havn.commands.options import Json
from services.havn.commands.output import show

app = typer.Typer(add_completion=False)


@app.command()
def version(json: Json = False) -> None:
    """The version of Havn."""
    found = installed("havn")
    show({"version": found}, [f"havn {found}"], json)
