"""havn backup."""

from typing import Annotated

import typer

from services.havn.commands.backups import BackupFile, KeyFile, usable
from services.havn.commands.options import Json, Language
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.backups import made, manifest_document
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    file: BackupFile,
    key: KeyFile,
    new_key: Annotated[bool, typer.Option("--new-key", help="Make the key first; keep it apart from backups.")] = False,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Copies all databases as they are now, while Havn runs, into one encrypted file."""
    from services.havn.backup import making, sealed

    found = settings()
    with usable():
        manifest = making.back_up(found, file, sealed.new_key(key) if new_key else sealed.read_key(key))
    size = file.stat().st_size
    told = {"file": str(file), "bytes": size} | manifest_document(manifest)
    show(told, made(file, size, manifest, key if new_key else None, lang), json)
