"""havn restore."""

from pathlib import Path
from typing import Annotated

import typer

from services.havn.commands.backups import BackupFile, KeyFile, usable
from services.havn.commands.options import Json, Language, folder_name
from services.havn.commands.output import show
from services.havn.views.backups import manifest_document, restored
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: BackupFile,
    to: Annotated[
        Path, typer.Option("--to", parser=folder_name, metavar="FOLDER", help="A new data folder, or an empty one.")
    ],
    key: KeyFile,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Makes a data folder from a backup: whole, or not at all."""
    from services.havn.backup import making, sealed

    with usable():
        manifest = making.restore(file, sealed.read_key(key), to)
    show({"folder": str(to)} | manifest_document(manifest), restored(to, manifest, lang), json)
