"""Reads a folder of CSV files; nothing here touches the network."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from havn.families.v1 import families_pb2
from services.havn.importing.columns import Sheet
from services.havn.importing.problems import Problem, Problems, words
from services.havn.importing.references import duplicates, families_without_household, unknown_references
from services.havn.importing.rows import Part, Row, Rows
from services.havn.importing.sheets import SHEETS
from services.havn.importing.tables import Table, table
from services.havn.importing.values import Values, message, values

FAMILY_FILES = ("families.csv", "household.csv")
CAPACITY_FILES = ("institutions.csv", "units.csv", "vacancies.csv")
PLACEMENT_FILES = ("requests.csv", "placements.csv")


def read(folder: Path) -> Rows | Problems:
    """All rows of the folder's files, or everything that is wrong with them.

    Raises OSError where the folder or a file can't be opened.
    """
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if _is_meant(path)}
    tables = [table(sheet, contents[sheet.file]) for sheet in SHEETS if sheet.file in contents]
    rows = {found.sheet.file: _values(found) for found in tables if found.readable}
    problems = [*_folder_problems(contents), *_row_problems(tables, rows)]
    if problems:
        return Problems(tuple(sorted(problems, key=_order)))
    return Rows(
        families=Part(_families(rows), _told(tables, FAMILY_FILES)),
        capacity=Part(_rows(rows, CAPACITY_FILES), _told(tables, CAPACITY_FILES)),
        placements=Part(_rows(rows, PLACEMENT_FILES), _told(tables, PLACEMENT_FILES)),
    )


def _is_meant(path: Path) -> bool:
    """Whether a path is a CSV file of the user's; macOS and office programs leave others beside it."""
    return path.suffix.lower() == ".csv" and not path.name.startswith((".", "~"))


def _values(found: Table) -> tuple[Values, ...]:
    return tuple(values(found.sheet, line) for line in found.lines)


def _folder_problems(contents: Mapping[str, bytes]) -> Iterator[Problem]:
    known = [sheet.file for sheet in SHEETS]
    names = ", ".join(known)
    for file in contents:
        if file not in known:
            yield Problem(file, 0, "", words(f"ukendt fil; kendte er {names}", f"unknown file; known are {names}"))
    if not any(file in contents for file in known):
        yield Problem("", 0, "", words(f"mappen har ingen af filerne {names}", f"the folder has none of {names}"))
    for file, needed in (FAMILY_FILES, FAMILY_FILES[::-1]):
        if file in contents and needed not in contents:
            yield Problem(needed, 0, "", words(f"mangler: den hører til {file}", f"is missing: it goes with {file}"))


def _row_problems(tables: list[Table], rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    for found in tables:
        yield from found.problems
    for of_file in rows.values():
        yield from (problem for row in of_file for problem in row.problems)
        yield from duplicates(of_file)
    yield from unknown_references(rows)
    if set(FAMILY_FILES) <= set(rows):
        yield from families_without_household(rows)


def _order(problem: Problem) -> tuple[int, str, int, int]:
    for place, sheet in enumerate(SHEETS):
        if sheet.file == problem.file:
            return place, "", problem.row, _column_place(sheet, problem.column)
    return len(SHEETS), problem.file, problem.row, 0


def _column_place(sheet: Sheet, name: str) -> int:
    names = [column.name for column in sheet.columns]
    return names.index(name) if name in names else -1


def _rows(rows: Mapping[str, tuple[Values, ...]], files: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(Row(row.sheet, row.number, message(row)) for file in files for row in rows.get(file, ()))


def _families(rows: Mapping[str, tuple[Values, ...]]) -> tuple[Row, ...]:
    members: dict[object, list[Row]] = defaultdict(list)
    for row in rows.get("household.csv", ()):
        members[row.by_column["family"]].append(Row(row.sheet, row.number, message(row)))
    return tuple(
        _family(row, tuple(members[f"families/{row.by_column['key']}"])) for row in rows.get("families.csv", ())
    )


def _family(row: Values, members: tuple[Row, ...]) -> Row:
    family = message(row)
    if isinstance(family, families_pb2.CreateFosterFamilyRequest):
        family.family.household.extend(
            member.message for member in members if isinstance(member.message, families_pb2.HouseholdMember)
        )
    return Row(row.sheet, row.number, family, members)


def _told(tables: list[Table], files: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The fields that the files tell, by the kind of row."""
    told: dict[str, list[str]] = defaultdict(list)
    for found in tables:
        if found.sheet.file in files:
            told[found.sheet.row or "family"] += found.sheet.told(found.header)
    return {kind: tuple(paths) for kind, paths in told.items()}
