"""Reads one workbook in a process of its own: `python -m services.havn.importing.workbook_reader FILE`.

The reader builds the rectangle from the first cell to the last in memory, and a small file can name a last cell a
million rows away, or unpack to any size. Here that ends this process at its limits and nothing else.

Prints a JSON document: sheets with their rows, or the name of what is wrong. Numbers and yes or no stay what they are;
days become text as ISO has them.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MOST_MEMORY = 2 * 2**30
MOST_SECONDS = 60
MOST_UNPACKED = 512 * 2**20
OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Refused(Exception):
    """The file is no workbook that is read; the argument says why, in a word."""


def document(path: Path) -> dict[str, Any]:
    """What the workbook holds, or why it is not read."""
    try:
        _require_workbook(path)
        workbook = CalamineWorkbook.from_path(path)
        faults = _cells_without_value(path)
        return {"sheets": [_sheet(workbook, found, faults) for found in workbook.sheets_metadata]}
    except Refused as refused:
        return {"error": str(refused)}
    except PasswordError:
        return {"error": "ENCRYPTED"}
    except (CalamineError, BadZipFile, ElementTree.ParseError, KeyError, OSError):
        return {"error": "UNREADABLE"}


def _require_workbook(path: Path) -> None:
    with path.open("rb") as file:
        # An encrypted workbook is in the container of the old format.
        if file.read(len(OLD_FORMAT)) == OLD_FORMAT:
            raise Refused("OLD_OR_ENCRYPTED")
    with ZipFile(path) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            raise Refused("NO_WORKBOOK")
        if any(name.endswith("vbaProject.bin") for name in names):
            raise Refused("MACROS")
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise Refused("TOO_LARGE")


def _sheet(workbook: CalamineWorkbook, found: Any, faults: dict[str, list[str]]) -> dict[str, Any]:  # noqa: ANN401
    if found.visible != SheetVisibleEnum.Visible:
        return {"name": found.name, "visible": False}
    sheet = workbook.get_sheet_by_name(found.name)
    rows = [[_told(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    merged = [[first[0] + 1, first[1]] for first, _ in sheet.merged_cell_ranges or []]
    return {
        "name": found.name,
        "visible": True,
        "rows": rows,
        "merged": merged,
        "faults": faults.get(found.name, []),
    }


def _told(cell: object) -> object:
    match cell:
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case time() | timedelta():
            return str(cell)
        case _:
            return cell


def _cells_without_value(path: Path) -> dict[str, list[str]]:
    """Cells by sheet that hold an error, or a formula that was never computed: the reader takes them for empty."""
    with ZipFile(path) as archive:
        return {name: list(_faults(archive.read(part))) for name, part in _parts(archive) if part in archive.namelist()}


def _parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # within the limits
    targets = {found.get("Id"): found.get("Target", "") for found in relations}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    for sheet in workbook.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        yield sheet.get("name", ""), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _faults(content: bytes) -> Iterator[str]:
    if b"<f" not in content and b't="e"' not in content:
        return
    for cell in ElementTree.fromstring(content).iter(f"{MAIN}c"):
        uncomputed = cell.find(f"{MAIN}f") is not None and cell.find(f"{MAIN}v") is None
        if cell.get("t") == "e" or uncomputed:
            yield cell.get("r", "")


def main() -> None:
    """Prints the workbook that is named on the command line."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        told = json.dumps(document(Path(sys.argv[1])), ensure_ascii=False, separators=(",", ":"))
    except MemoryError:
        told = json.dumps({"error": "TOO_LARGE"})
    sys.stdout.buffer.write(told.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
