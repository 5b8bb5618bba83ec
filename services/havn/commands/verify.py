"""havn verify."""

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from services.havn.commands.backups import KEY_VARIABLE, usable
from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import Json, Language, folder_name
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.backups import manifest_document, problem_documents, verified
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    path: Annotated[
        Path, typer.Argument(parser=folder_name, metavar="FILE|FOLDER", help="A backup, or a data folder.")
    ],
    key: Annotated[Path | None, typer.Option("--key", envvar=KEY_VARIABLE, help="The key of a backup.")] = None,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Whether a backup, or a data folder that may be in use, is well; ends with 0 only then."""
    from services.havn.backup import making, sealed

    with usable():
        if path.is_dir():
            manifest, problems = None, making.verify_folder(path)
        elif key is None:
            raise FileUnusable(f"{path}: a backup is read with its key; name it by --key.")
        else:
            manifest, problems = making.verify_backup(path, sealed.read_key(key), _room())
    told = {"path": str(path), "problems": problem_documents(problems)} | manifest_document(manifest)
    show(told, verified(path, manifest, problems, lang), json)
    if problems:
        raise typer.Exit(1)


def _room() -> Path:
    """Where a backup is laid out to be looked at: with the other records, or where there are none, on their way."""
    data = settings().data
    return data / "verify.part" if data.exists() else Path(gettempdir()) / f"havn-verify-{os.getuid()}"
