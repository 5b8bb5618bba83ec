"""From the cells of a row to values, and from values to a message."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from google.protobuf.message import Message

from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import NotAllowed
from services.havn.importing.columns import Column, Needed, Sheet, made
from services.havn.importing.problems import Place, Problem, words
from services.havn.importing.tables import Line, Table

REMEMBERED = 5_000
"""Cells of a column whose values are kept: days, towns and choices come thousands of times."""

Parse = Callable[[str], object]


@dataclass(frozen=True)
class Values:
    """What the cells of a row mean, by column; cells that mean nothing are left out and stand in the problems."""

    sheet: Sheet
    place: Place
    number: int
    by_column: dict[str, object]
    problems: tuple[Problem, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What must be unique in the file; None where a cell is missing."""
        return tuple(self.by_column.get(column.name) for column in self.sheet.identity)


class Reader:
    """Reads the rows of one table."""

    def __init__(self, of: Table) -> None:
        self._sheet, self._place = of.sheet, of.place
        present = [column for column in of.sheet.columns if column.name in of.header]
        self._parses = {column.name: _remembering(column.cell.parse) for column in present}
        self._columns = {column.name: column for column in present}
        self._required = [column for column in present if column.needed is Needed.ALWAYS]
        self._with_group = [column for column in present if column.needed is Needed.WITH_GROUP]
        self._groups = {column.name: column.group for column in present if column.group}
        # Most rows of a file fill the same columns.
        self._lacking = lru_cache(REMEMBERED)(self._columns_lacking)

    def values(self, line: Line) -> Values:
        """What a row means."""
        found: dict[str, object] = {}
        problems = [self._missing(line, column) for column in self._lacking(tuple(line.cells))]
        for name, cell in line.cells.items():
            try:
                found[name] = self._parses[name](cell)
            except NotAllowed:
                problems.append(self._not_allowed(line, self._columns[name]))
        return Values(self._sheet, self._place, line.number, found, tuple(problems))

    def _columns_lacking(self, filled: tuple[str, ...]) -> list[Column]:
        """Columns that may not be empty in a row that fills these."""
        groups = {self._groups[name] for name in filled if name in self._groups}
        needed = self._required + [column for column in self._with_group if column.group in groups]
        return [column for column in needed if column.name not in filled]

    def _missing(self, line: Line, column: Column) -> Problem:
        if column.needed is Needed.WITH_GROUP:
            return Problem(self._place, line.number, column.name, self._whole_group(column))
        allowed = column.cell.allowed
        return self._problem(line, column, f"skal udfyldes: {allowed.da}", f"must be filled: {allowed.en}")

    def _whole_group(self, column: Column) -> terms_pb2.Words:
        group = [name for name, group in self._groups.items() if group == column.group]
        others = ", ".join(name for name in group if name != column.name)
        allowed = column.cell.allowed
        return words(
            f"skal udfyldes, når en af disse er det: {others}; {allowed.da}",
            f"must be filled when one of these is: {others}; {allowed.en}",
        )

    def _not_allowed(self, line: Line, column: Column) -> Problem:
        allowed = column.cell.allowed
        return self._problem(
            line, column, f"kan ikke læses; tilladt er {allowed.da}", f"can't be read; allowed is {allowed.en}"
        )

    def _problem(self, line: Line, column: Column, da: str, en: str) -> Problem:
        return Problem(self._place, line.number, column.name, words(da, en))


def message(row: Values) -> Message:
    """The message of a row without problems."""
    paths = row.sheet.paths
    return made(row.sheet.message, ((paths[name], value) for name, value in row.by_column.items() if name in paths))


def _remembering(parse: Parse) -> Parse:
    known: dict[str, Any] = {}

    def remembered(cell: str) -> object:
        try:
            return known[cell]
        except KeyError:
            value = parse(cell)
        if len(known) < REMEMBERED:
            known[cell] = value
        return value

    return remembered
