"""Reads a folder of tables, or a workbook; nothing here touches the network."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from havn.families.v1 import families_pb2
from services.havn.importing.columns import Sheet
from services.havn.importing.problems import Problem, Problems, words
from services.havn.importing.references import duplicates, families_without_household, members_of_nobody, unknown_homes
from services.havn.importing.rows import Part, Row, Rows
from services.havn.importing.sheets import SHEETS
from services.havn.importing.sources import sources
from services.havn.importing.tables import Table
from services.havn.importing.values import Reader, Values, message

FAMILY_FILES = ("families.csv", "household.csv")
CAPACITY_FILES = ("institutions.csv", "units.csv", "vacancies.csv", "deliveries.csv")
PLACEMENT_FILES = ("requests.csv", "placements.csv")


def read(path: Path) -> Rows | Problems:
    """All rows of a folder's files or of one workbook, or everything that is wrong with them.

    Raises OSError where the folder or a file can't be opened.
    """
    found = sources(path)
    rows = {table.sheet.file: _values(table) for table in found.tables if table.readable}
    problems = [*found.problems, *_row_problems(found.tables, rows)]
    if problems:
        return Problems(tuple(sorted(problems, key=_order(found.tables))))
    headers = {table.sheet.name: table.header for table in found.tables}
    return Rows(
        families=Part(_families(rows), _told(found.tables, FAMILY_FILES), headers),
        capacity=Part(_rows(rows, CAPACITY_FILES), _told(found.tables, CAPACITY_FILES), headers),
        placements=Part(_rows(rows, PLACEMENT_FILES), _told(found.tables, PLACEMENT_FILES), headers),
        notes=tuple(unknown_homes(rows)),
    )


def _values(table: Table) -> tuple[Values, ...]:
    reader = Reader(table)
    return tuple(reader.values(line) for line in table.lines)


def _row_problems(tables: tuple[Table, ...], rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    for found in tables:
        yield from found.problems
    for of_file in rows.values():
        yield from (problem for row in of_file for problem in row.problems)
        yield from duplicates(of_file)
    yield from members_of_nobody(rows)
    yield from _apart(tables)
    if set(FAMILY_FILES) <= set(rows):
        yield from families_without_household(rows)


def _apart(tables: tuple[Table, ...]) -> Iterator[Problem]:
    places = {table.sheet.file: table.place for table in tables}
    if "household.csv" in places and "families.csv" not in places:
        alone = words("families mangler: household hører til den", "families is missing: household goes with it")
        yield Problem(places["household.csv"], 0, "", alone)


def _order(tables: tuple[Table, ...]) -> "Order":
    return Order({table.place: table.sheet for table in tables})


class Order:
    """The order in which problems are told: registries as in a folder, then rows, then columns."""

    def __init__(self, registries: Mapping[object, Sheet]) -> None:
        self._registries = registries

    def __call__(self, problem: Problem) -> tuple[int, str, int, int]:
        """What a problem is sorted by."""
        sheet = self._registries.get(problem.place)
        if sheet is None:
            return len(SHEETS), str(problem.place), problem.row, 0
        names = [column.name for column in sheet.columns]
        column = names.index(problem.column) if problem.column in names else -1
        return SHEETS.index(sheet), "", problem.row, column


def _rows(rows: Mapping[str, tuple[Values, ...]], files: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(_row(row) for file in files for row in rows.get(file, ()))


def _row(row: Values) -> Row:
    return Row(row.sheet, row.place, row.number, message(row))


def _families(rows: Mapping[str, tuple[Values, ...]]) -> tuple[Row, ...]:
    members: dict[object, list[Row]] = defaultdict(list)
    for row in rows.get("household.csv", ()):
        members[row.by_column["family"]].append(_row(row))
    return tuple(
        _family(row, tuple(members[f"families/{row.by_column['key']}"])) for row in rows.get("families.csv", ())
    )


def _family(row: Values, members: tuple[Row, ...]) -> Row:
    family = message(row)
    if isinstance(family, families_pb2.CreateFosterFamilyRequest):
        family.family.household.extend(
            member.message for member in members if isinstance(member.message, families_pb2.HouseholdMember)
        )
    return Row(row.sheet, row.place, row.number, family, members)


def _told(tables: tuple[Table, ...], files: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The fields that the files tell, by the kind of row."""
    told: dict[str, list[str]] = defaultdict(list)
    for found in tables:
        if found.sheet.file in files:
            told[found.sheet.row or "family"] += found.sheet.told(found.header)
    return {kind: tuple(paths) for kind, paths in told.items()}
