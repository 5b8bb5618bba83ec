"""havn verify."""

from pathlib import Path
from typing import Annotated

import typer

from services.havn.commands.backups import KEY_VARIABLE, room, usable
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
        Path | None,
        typer.Argument(
            parser=folder_name, metavar="[FILE|FOLDER]", help="A backup or a data folder; else what the settings name."
        ),
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", envvar=KEY_VARIABLE, help="The key of a backup.")] = None,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Whether a backup, or databases that may be in use, are well; ends with 0 only then."""
    from services.havn.backup import copying, making, sealed

    found, manifest = settings(), None
    with usable():
        if path is None:
            problems = making.verify_databases(copying.of_settings(found))
        elif path.is_dir():
            problems = making.verify_databases(copying.of_folder(path))
        elif key is None:
            raise FileUnusable(f"{path}: a backup is read with its key; name it by --key.")
        else:
            manifest, problems = making.verify_backup(path, sealed.read_key(key), room())
    looked_at = path or ("PostgreSQL" if found.database_url else found.data)
    told = {"path": str(looked_at), "problems": problem_documents(problems)} | manifest_document(manifest)
    show(told, verified(looked_at, manifest, problems, lang), json)
    if problems:
        raise typer.Exit(1)
