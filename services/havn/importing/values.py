"""From the cells of a row to values, and from values to a message."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.message import Message

from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import NotAllowed
from services.havn.importing.columns import Column, Needed, Sheet, put
from services.havn.importing.problems import Problem, words
from services.havn.importing.tables import Line


@dataclass(frozen=True)
class Values:
    """What the cells of a row mean, by column; cells that mean nothing are left out and stand in the problems."""

    sheet: Sheet
    number: int
    by_column: dict[str, object]
    problems: tuple[Problem, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What must be unique in the file; None where a cell is missing."""
        return tuple(self.by_column.get(column.name) for column in self.sheet.identity)


def values(sheet: Sheet, line: Line) -> Values:
    """Reads every cell of a row."""
    found: dict[str, object] = {}
    problems = list(_missing(sheet, line))
    for column in sheet.columns:
        if column.name in line.cells:
            try:
                found[column.name] = column.cell.parse(line.cells[column.name])
            except NotAllowed:
                problems.append(_not_allowed(sheet, line, column))
    return Values(sheet, line.number, found, tuple(problems))


def message(row: Values) -> Message:
    """The message of a row without problems."""
    built = row.sheet.message()
    for column in row.sheet.columns:
        if column.field and column.name in row.by_column:
            put(built, row.sheet.path(column), row.by_column[column.name])
    return built


def _missing(sheet: Sheet, line: Line) -> Iterator[Problem]:
    groups = {column.group for column in sheet.columns if column.name in line.cells}
    for column in sheet.columns:
        if column.name in line.cells:
            continue
        if column.needed is Needed.ALWAYS:
            allowed = column.cell.allowed
            yield Problem(
                sheet.file,
                line.number,
                column.name,
                words(f"skal udfyldes: {allowed.da}", f"must be filled: {allowed.en}"),
            )
        elif column.needed is Needed.WITH_GROUP and column.group in groups:
            yield Problem(sheet.file, line.number, column.name, _with_group(sheet, column))


def _with_group(sheet: Sheet, column: Column) -> terms_pb2.Words:
    others = ", ".join(other.name for other in sheet.columns if other.group == column.group and other != column)
    allowed = column.cell.allowed
    return words(
        f"skal udfyldes, når en af disse er det: {others}; {allowed.da}",
        f"must be filled when one of these is: {others}; {allowed.en}",
    )


def _not_allowed(sheet: Sheet, line: Line, column: Column) -> Problem:
    allowed = column.cell.allowed
    return Problem(
        sheet.file,
        line.number,
        column.name,
        words(f"kan ikke læses; tilladt er {allowed.da}", f"can't be read; allowed is {allowed.en}"),
    )
