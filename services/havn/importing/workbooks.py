"""From a workbook to the records of its sheets. It is read by a process with limits: see workbook_reader."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from havn.terms.v1 import terms_pb2
from services.havn.importing.problems import words

READER = "services.havn.importing.workbook_reader"
MOST_SECONDS = 120

SAVE_AS = ("gem den i Excel som Excel-projektmappe (*.xlsx)", "in Excel, save it as Excel Workbook (*.xlsx)")

WHY = {
    "OLD_OR_ENCRYPTED": words(
        f"filen er beskyttet med adgangskode eller af et ældre format: fjern koden, og {SAVE_AS[0]}",
        f"the file has a password or is of an older format: take the password away, and {SAVE_AS[1]}",
    ),
    "ENCRYPTED": words("filen er beskyttet med adgangskode: fjern den", "the file has a password: take it away"),
    "NO_WORKBOOK": words(f"filen er ikke en Excel-projektmappe: {SAVE_AS[0]}", f"no Excel workbook: {SAVE_AS[1]}"),
    "MACROS": words(f"filen har makroer: {SAVE_AS[0]}, uden makroer", f"the file has macros: {SAVE_AS[1]}, without"),
    "UNREADABLE": words(f"filen kan ikke læses: {SAVE_AS[0]}", f"the file can't be read: {SAVE_AS[1]}"),
    "TOO_LARGE": words(
        "filen fylder for meget, når den pakkes ud: slet tomme rækker og kolonner ved siden af og under rækkerne, "
        "eller del filen",
        "the file is too large when it is unpacked: delete empty rows and columns beside and below the rows, or split "
        "the file",
    ),
}

Cell = str | int | float | bool


class NotReadable(Exception):
    """The file is no workbook that can be taken."""

    def __init__(self, words: terms_pb2.Words) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True)
class SheetFound:
    """A sheet as it stands; a hidden one without its rows."""

    name: str
    visible: bool
    rows: tuple[list[Cell], ...] = ()
    # Row and column of the first cell of each merged area, the row counted from 1, the column from 0.
    merged: tuple[tuple[int, int], ...] = ()
    # Cells with an error or without a computed value, such as "C4".
    faults: tuple[str, ...] = ()


def sheets(path: Path) -> list[SheetFound]:
    """The sheets of a workbook. Raises NotReadable."""
    try:
        read = subprocess.run(
            [sys.executable, "-m", READER, str(path)],
            # A fault is told in our words: the reader's own account of it takes seconds.
            env=os.environ | {"RUST_BACKTRACE": "0"},
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotReadable(WHY["TOO_LARGE"]) from None
    if read.returncode:
        raise NotReadable(WHY["TOO_LARGE"])
    document = json.loads(read.stdout)
    if "error" in document:
        raise NotReadable(WHY[document["error"]])
    return [_sheet(found) for found in document["sheets"]]


def _sheet(found: dict[str, Any]) -> SheetFound:
    return SheetFound(
        found["name"],
        found["visible"],
        tuple(found.get("rows", ())),
        tuple((row, column) for row, column in found.get("merged", ())),
        tuple(found.get("faults", ())),
    )
