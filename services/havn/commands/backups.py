"""What the commands around backups share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from services.havn.commands.failures import Failed, FileUnusable
from services.havn.commands.options import folder_name
from services.havn.commands.surroundings import settings

KEY_VARIABLE = "HAVN_BACKUP_KEY"

BackupFile = Annotated[Path, typer.Argument(parser=folder_name, metavar="FILE", help="The file of the backup.")]
KeyFile = Annotated[
    Path,
    typer.Option("--key", envvar=KEY_VARIABLE, help="The file of the key; keep it apart from the backups."),
]


@contextmanager
def usable() -> Iterator[None]:
    """Raises FileUnusable for a key, file or folder that is not what it must be, Failed for a database that fails."""
    from pysqlite3.dbapi2 import Error
    from sqlalchemy.exc import DatabaseError

    from services.havn.backup.unusable import Unusable

    try:
        yield
    except Unusable as error:
        raise FileUnusable(f"{error}.") from error
    except (Error, DatabaseError) as error:
        # PostgreSQL's further lines may quote a row.
        told = str(error.orig if isinstance(error, DatabaseError) else error).partition("\n")[0]
        raise Failed(f"A database can't be read or written: {told}.", "UNAVAILABLE") from error


def room() -> Path:
    """Where a backup is laid out to be looked at: with the other records, or where there are none, on their way."""
    data = settings().data
    return data / "verify.part" if data.exists() else Path(gettempdir()) / f"havn-verify-{os.getuid()}"
