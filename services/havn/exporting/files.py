"""An export as files: a folder that is whole or not there, which only its owner reads."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from services.havn.exporting.registries import Table
from services.havn.importing.sheets import LISTS
from services.havn.importing.workbook_writing import SheetOut, write_workbook
from services.havn.importing.writing import Format, write


def write_export(folder: Path, registries: Iterable[Table], lists: Iterable[Table], form: Format) -> None:
    """Writes a folder anew. Raises FileExistsError for one that holds files, CellTooLong for what no workbook holds."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise FileExistsError(folder)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        _write(part, "havn", list(registries), form)
        _write(part / LISTS, LISTS, list(lists), form)
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(folder: Path, name: str, tables: list[Table], form: Format) -> None:
    if not tables:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    if form is Format.CSV:
        for sheet, rows in tables:
            write(folder, sheet, rows)
        return
    sheets = (SheetOut(sheet.name, [column.name for column in sheet.columns], rows) for sheet, rows in tables)
    write_workbook(folder / f"{name}.xlsx", sheets)
