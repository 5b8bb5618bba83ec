"""Which registry stands in which file or sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.havn.importing import csv_files, workbooks
from services.havn.importing.columns import Sheet
from services.havn.importing.problems import Place, Problem, words
from services.havn.importing.sheets import SHEETS
from services.havn.importing.tables import Table, letter, table, unreadable

MOST_BYTES = 256 * 2**20
WORKBOOK = ".xlsx"
OTHER_SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
MOST_FAULTS = 100
"""Of one sheet that are told one by one."""

BY_NAME = {sheet.name: sheet for sheet in SHEETS}
NAMES = ", ".join(BY_NAME)

OTHER_FORMAT = words(
    "filen er ikke en CSV-fil eller Excel-projektmappe (*.xlsx): gem den som en af dem",
    "the file is no CSV file and no Excel workbook (*.xlsx): save it as one of them",
)
TOO_LARGE = words(
    f"filen er større end {MOST_BYTES // 2**20} MB: del den",
    f"the file is larger than {MOST_BYTES // 2**20} MB: split it",
)
HIDDEN = words("arket er skjult: vis det, eller slet det", "the sheet is hidden: show it, or delete it")
MERGED = words("cellen er flettet med andre: ophæv fletningen", "the cell is merged with others: unmerge it")
FAULTY = words(
    "cellen har en fejl eller en formel, der ikke er beregnet: skriv værdien i stedet",
    "the cell has an error, or a formula that was not computed: write the value instead",
)


@dataclass(frozen=True)
class Sources:
    """The tables of a folder or file, and what is wrong with whatever else is there."""

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...]


def sources(path: Path) -> Sources:
    """Every registry that a folder or a single file holds. Raises OSError where one can't be opened."""
    files = [file for file in sorted(path.iterdir()) if _is_meant(file)] if path.is_dir() else [path]
    tables: list[Table] = []
    problems: list[Problem] = []
    for file in files:
        for found in _of_file(file):
            if isinstance(found, Table):
                problems += _again(found, tables)
                tables.append(found)
            else:
                problems.append(found)
    if not tables and not problems:
        none = words(f"der er ingen af registrene {NAMES}", f"there is none of the registries {NAMES}")
        problems.append(Problem(Place(""), 0, "", none))
    return Sources(tuple(tables), tuple(problems))


def source(path: Path, registry: Sheet) -> Sources:
    """The one registry that a file holds, whatever its name. Raises OSError where it can't be opened."""
    found = list(_of_file(path, registry))
    tables = tuple(each for each in found if isinstance(each, Table))
    return Sources(tables, tuple(each for each in found if not isinstance(each, Table)))


def _is_meant(path: Path) -> bool:
    """Whether a path is a table of the user's; macOS and office programs leave others beside it."""
    suffixes = (".csv", WORKBOOK, *OTHER_SPREADSHEETS)
    return path.suffix.lower() in suffixes and not path.name.startswith((".", "~"))


def _again(found: Table, earlier: list[Table]) -> Iterator[Problem]:
    for other in earlier:
        if other.sheet is found.sheet:
            there = words(
                f"{found.sheet.name} står også i {other.place}", f"{found.sheet.name} is in {other.place} too"
            )
            yield Problem(found.place, 0, "", there)


def _of_file(path: Path, registry: Sheet | None = None) -> Iterator[Table | Problem]:
    known, place, size = registry or BY_NAME.get(path.stem), Place(path.name), path.stat().st_size
    if path.suffix.lower() not in (".csv", WORKBOOK):
        yield Problem(place, 0, "", OTHER_FORMAT)
    elif size > MOST_BYTES:
        yield Problem(place, 0, "", TOO_LARGE)
    elif path.suffix.lower() == WORKBOOK:
        yield from _of_workbook(path, place, registry)
    elif known:
        yield _of_csv(known, path, place)
    else:
        files = ", ".join(sheet.file for sheet in SHEETS)
        yield Problem(place, 0, "", words(f"ukendt fil; kendte er {files}", f"unknown file; known are {files}"))


def _of_csv(sheet: Sheet, path: Path, place: Place) -> Table:
    try:
        return table(sheet, place, csv_files.records(path.read_bytes()))
    except csv_files.NotText:
        return unreadable(sheet, place, [Problem(place, 0, "", csv_files.NOT_TEXT)])
    except csv_files.NotCsv as fault:
        return unreadable(sheet, place, [Problem(place, fault.record + 1, "", csv_files.NOT_CSV)])


def _of_workbook(path: Path, place: Place, known: Sheet | None) -> Iterator[Table | Problem]:
    try:
        found = workbooks.sheets(path)
    except workbooks.NotReadable as fault:
        yield Problem(place, 0, "", fault.words)
        return
    visible = [sheet for sheet in found if sheet.visible]
    # Of the one registry that is asked for, the sheet of its name: an export has it among others.
    named = [sheet for sheet in visible if known and _name(sheet) == known.name]
    for sheet in named or found:
        # A workbook of one sheet may have any name on it: Excel's own is another in each language.
        is_alone = sheet.visible and len(named or visible) == 1
        alone = (known or BY_NAME.get(path.stem)) if is_alone else None
        registry = alone if known else BY_NAME.get(_name(sheet)) or alone
        yield from _of_sheet(registry, sheet, Place(path.name, sheet.name))


def _name(sheet: workbooks.SheetFound) -> str:
    return sheet.name.strip().lower()


def _of_sheet(registry: Sheet | None, sheet: workbooks.SheetFound, place: Place) -> Iterator[Table | Problem]:
    if not sheet.visible:
        if registry:
            yield Problem(place, 0, "", HIDDEN)
    elif registry is None:
        yield Problem(place, 0, "", words(f"ukendt ark; kendte er {NAMES}", f"unknown sheet; known are {NAMES}"))
    else:
        yield from _faults(sheet, place)
        yield table(registry, place, sheet.rows)


def _faults(sheet: workbooks.SheetFound, place: Place) -> Iterator[Problem]:
    for row, column in sheet.merged[:MOST_FAULTS]:
        yield Problem(place, row, letter(column), MERGED)
    for cell in sheet.faults[:MOST_FAULTS]:
        digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        yield Problem(place, int(digits or 0), cell.removesuffix(digits), FAULTY)
