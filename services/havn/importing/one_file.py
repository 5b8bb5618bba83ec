"""Registries that stand in a file by themselves, outside the folder of the others."""

from collections.abc import Sequence
from pathlib import Path

from services.havn.importing.columns import Sheet
from services.havn.importing.problems import Problems
from services.havn.importing.references import duplicates
from services.havn.importing.rows import Part, Row
from services.havn.importing.sources import source
from services.havn.importing.values import Reader, Values, message
from services.havn.importing.workbook_writing import SheetOut, write_workbook
from services.havn.importing.writing import write_table


def read(path: Path, sheet: Sheet) -> Part | Problems:
    """All rows of a registry's file, or everything that is wrong with them. Raises OSError where it can't be opened."""
    found = source(path, sheet)
    problems, rows = list(found.problems), list[Values]()
    for table in found.tables:
        reader = Reader(table)
        values = tuple(reader.values(line) for line in table.lines)
        problems += [*table.problems, *(problem for row in values for problem in row.problems), *duplicates(values)]
        rows += values
    if problems:
        return Problems(tuple(sorted(problems, key=lambda problem: problem.row)))
    taken = tuple(Row(row.sheet, row.place, row.number, message(row)) for row in rows)
    # Those without a resource are told whole, and have no fields that a file may leave out.
    told = {table.sheet.row: tuple(sheet.told(table.header)) for table in found.tables if sheet.resource}
    return Part(taken, told, {table.sheet.name: table.header for table in found.tables})


def write_file(path: Path, sheet: Sheet, rows: Sequence[dict[str, str]]) -> None:
    """Writes a registry's file anew, by its suffix. Raises FileExistsError for one that is there."""
    if path.exists():
        raise FileExistsError(path)
    header = [column.name for column in sheet.columns]
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, [SheetOut(sheet.name, header, rows)])
    else:
        write_table(path, header, rows)
