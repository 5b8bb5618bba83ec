"""Rows that must be unique, and rows that name other rows of the folder."""

from collections.abc import Iterator, Mapping

from services.havn.importing.problems import Problem, words
from services.havn.importing.values import Values

HOMES = (("requests.csv", "current_home"), ("placements.csv", "home"))
"""Columns that name homes. A home of another authority may be in Havn, or come later: it is no problem, but a note."""


def duplicates(rows: tuple[Values, ...]) -> Iterator[Problem]:
    """Rows of one file that carry a key which an earlier row has."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        if None in row.identity:
            continue
        # As text: a day is a message, of which no dictionary is made.
        number = first.setdefault(tuple(map(str, row.identity)), row.number)
        if number != row.number:
            twice = words(f"samme nøgle som i række {number}", f"the same key as in row {number}")
            yield Problem(row.place, row.number, row.sheet.identity[-1].name, twice)


def members_of_nobody(rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    """Rows of households whose family is not among the folder's."""
    families = {_name(row) for row in rows.get("families.csv", ())}
    for row in rows.get("household.csv", ()):
        family = row.by_column.get("family")
        if family and families and family not in families:
            yield Problem(row.place, row.number, "family", words("findes ikke i families", "is not in families"))


def unknown_homes(rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    """Homes that rows name and the folder does not hold, where it holds others of their kind."""
    names = {file: {_name(row) for row in found} for file, found in rows.items() if found}
    for file, column in HOMES:
        for row in rows.get(file, ()):
            named = row.by_column.get(column)
            if named and (target := _file_of(str(named))) in names and named not in names[target]:
                there = target.removesuffix(".csv")
                yield Problem(row.place, row.number, column, words(f"findes ikke i {there}", f"is not in {there}"))


def families_without_household(rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    """Families of whose household nobody is named."""
    with_members = {row.by_column.get("family") for row in rows.get("household.csv", ())}
    for row in rows.get("families.csv", ()):
        if _name(row) not in with_members:
            nobody = words("familien har ingen række i household.csv", "the family has no row in household.csv")
            yield Problem(row.place, row.number, "key", nobody)


def _name(row: Values) -> str:
    key = row.by_column.get("key")
    match row.sheet.file:
        case "families.csv":
            return f"families/{key}"
        case "units.csv":
            return f"{row.by_column.get('institution')}/units/{key}"
    return ""


def _file_of(name: str) -> str:
    return "families.csv" if name.startswith("families/") else "units.csv"
