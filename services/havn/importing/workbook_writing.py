"""Writes workbooks as the reader takes them: every cell is text, so that no spreadsheet rounds, trims or runs it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from services.havn.importing.writing import private_bytes
from services.shared.cells import protected

LONGEST_CELL = 32_767
WIDTH = 18
# The same rows give the same file.
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class CellTooLong(Exception):
    """A text is longer than a cell of a workbook may be."""


@dataclass(frozen=True)
class SheetOut:
    """A sheet to write: its columns, and one row for each mapping from column to text."""

    name: str
    header: Sequence[str]
    rows: Iterable[Mapping[str, str]] = ()


def write_workbook(path: Path, sheets: Iterable[SheetOut]) -> None:
    """Writes a workbook anew, which only its owner reads. Raises CellTooLong."""
    content = BytesIO()
    # In memory: the library's temporary files would lie where others may look.
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.set_properties({"created": MADE})
    text, heading = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True, "num_format": "@"})
    for sheet in sheets:
        page = workbook.add_worksheet(sheet.name)
        page.set_column(0, len(sheet.header) - 1, WIDTH, text)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, sheet.header, heading)
        for number, row in enumerate(sheet.rows, start=1):
            for column, name in enumerate(sheet.header):
                if cell := protected(row.get(name, "")):
                    _require_short(cell)
                    page.write_string(number, column, cell, text)
    workbook.close()
    private_bytes(path, content.getvalue())


def _require_short(cell: str) -> None:
    # Excel counts UTF-16 units.
    if len(cell.encode("utf-16-le")) // 2 > LONGEST_CELL:
        raise CellTooLong
