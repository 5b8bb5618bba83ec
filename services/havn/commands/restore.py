"""havn restore."""

from pathlib import Path
from typing import Annotated

import typer

from services.havn.commands.backups import BackupFile, KeyFile, room, usable
from services.havn.commands.failures import SettingInvalid
from services.havn.commands.options import Json, Language, folder_name
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.backups import manifest_document, restored
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: BackupFile,
    key: KeyFile,
    to: Annotated[
        Path | None,
        typer.Option("--to", parser=folder_name, metavar="FOLDER", help="A new data folder, or an empty one."),
    ] = None,
    to_databases: Annotated[
        bool, typer.Option("--to-databases", help="Or the empty ones that HAVN_DATABASE_OWNER_URL names.")
    ] = False,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Makes a data folder from a backup, or fills PostgreSQL databases: whole, or not at all."""
    from services.havn.backup import making, sealed

    found = settings()
    if (to is None) != to_databases:
        raise typer.BadParameter("name a folder by --to, or say --to-databases")
    if to_databases and not found.database_owner_url:
        raise SettingInvalid("HAVN_DATABASE_OWNER_URL: must be given.")
    with usable():
        if to is None:
            manifest = making.restore_databases(file, sealed.read_key(key), found, room())
        else:
            manifest = making.restore(file, sealed.read_key(key), to)
    told = {"folder": str(to) if to else None} | manifest_document(manifest)
    show(told, restored(to, manifest, lang), json)
