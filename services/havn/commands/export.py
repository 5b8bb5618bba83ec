"""havn export."""

from pathlib import Path
from typing import Annotated, Any

import grpc
import typer

from havn.access.v1.access_pb2 import PURPOSE_OPERATION
from services.havn.commands.asking import asking
from services.havn.commands.failures import FileUnusable
from services.havn.commands.options import As, Json, Language, User, folder_name
from services.havn.commands.output import show
from services.havn.commands.progress import Bar, bar
from services.havn.connection import Connection
from services.havn.exporting.files import write_export
from services.havn.exporting.registries import REGISTRIES, Registry, Table
from services.havn.importing.workbook_writing import LONGEST_CELL, CellTooLong
from services.havn.importing.writing import Format
from services.havn.views.exported import exported
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

NAMES = ", ".join(registry.name for registry in REGISTRIES)

Folder = Annotated[
    Path, typer.Argument(parser=folder_name, metavar="FOLDER", help="Where to write it: a folder that is new or empty.")
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="REGISTRY", help=f"This one alone, of: {NAMES}.")]


@app.command()
def export(
    folder: Folder,
    form: Annotated[Format, typer.Option("--format", help="CSV files, or one workbook.")] = Format.CSV,
    only: Only = None,
    as_user: As = User.AUDITOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Writes registries to files, as far as the user may see them; havn import takes them again, with nothing lost."""
    wanted = _wanted(only)
    found: dict[str, list[Table]] = {}
    with bar(json, lang) as shown, asking(as_user, PURPOSE_OPERATION) as connection:
        for registry in wanted:
            shown.begin_registry(registry.name)
            tables = _tables(registry, connection, shown, must=bool(only))
            if tables is not None:
                found[registry.name] = tables
    _write(folder, found, form)
    withheld = [registry.name for registry in wanted if registry.name not in found]
    counts = {sheet.name: len(rows) for tables in found.values() for sheet, rows in tables}
    document: dict[str, Any] = {"folder": str(folder), "rows": counts, "withheld": withheld}
    show(document, exported(folder, counts, withheld, lang), json)


def _wanted(only: list[str] | None) -> list[Registry]:
    known = {registry.name: registry for registry in REGISTRIES}
    for name in only or ():
        if name not in known:
            raise typer.BadParameter(f"there is no registry {name!r}; there are {NAMES}")
    return [registry for registry in REGISTRIES if not only or registry.name in only]


def _tables(registry: Registry, connection: Connection, shown: Bar, must: bool) -> list[Table] | None:
    """The registry's rows; None where the user's roles may not see it and it was not asked for by name."""
    try:
        return registry.tables(connection, shown.advance)
    except grpc.RpcError as error:
        if must or not isinstance(error, grpc.Call) or error.code() is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return None


def _write(folder: Path, found: dict[str, list[Table]], form: Format) -> None:
    of = {
        importable: [
            table
            for registry in REGISTRIES
            if registry.importable is importable
            for table in found.get(registry.name, ())
        ]
        for importable in (True, False)
    }
    try:
        write_export(folder, of[True], of[False], form)
    except FileExistsError as error:
        raise FileUnusable(f"{folder}: holds files already, and nothing is overwritten; name a new folder.") from error
    except CellTooLong as error:
        raise FileUnusable(
            f"A text has more than the {LONGEST_CELL} characters of a workbook's cell: use --format csv."
        ) from error
