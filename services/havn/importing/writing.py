"""Writes files as the reader takes them, so that a spreadsheet opens them rightly and only their owner reads them."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from services.havn.importing.columns import Sheet
from services.shared.cells import protected

OWNER_ONLY = 0o600


class Format(StrEnum):
    """How tables are written."""

    CSV = "csv"
    XLSX = "xlsx"


def write(folder: Path, sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> None:
    """Writes a sheet's file anew: all its columns, and one row for each mapping from column to text."""
    write_table(folder / sheet.file, [column.name for column in sheet.columns], rows)


def write_table(path: Path, header: list[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Writes a CSV file anew, with its cells protected from being run."""
    with private(path) as file:
        # ";" is the separator of Danish Excel.
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows([protected(row.get(name, "")) for name in header] for row in rows)


@contextmanager
def private(path: Path) -> Iterator[TextIO]:
    """A file that only its owner reads, written anew; the byte order mark makes Excel read UTF-8."""
    with open(_anew(path), "w", encoding="utf-8-sig", newline="") as file:
        yield file


def private_bytes(path: Path, content: bytes) -> None:
    """Writes a file anew that only its owner reads."""
    with open(_anew(path), "wb") as file:
        file.write(content)


def _anew(path: Path) -> int:
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
