"""Writes files as the reader takes them, in a form that a spreadsheet opens rightly."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.havn.importing.columns import Sheet


def write(folder: Path, sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> None:
    """Writes a sheet's file anew: all its columns, and one row for each mapping from column to cell."""
    # The byte order mark makes Excel read UTF-8; ";" is the separator of Danish Excel.
    with (folder / sheet.file).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in sheet.columns], restval="", delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
