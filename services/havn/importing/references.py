"""Rows that must be unique, and rows that name other rows of the folder."""

from collections.abc import Iterator, Mapping

from services.havn.importing.problems import Problem, words
from services.havn.importing.values import Values

# Checked only where the file of the named rows holds any; otherwise they are taken to be in Havn already.
REFERENCES = (
    ("household.csv", "family"),
    ("units.csv", "institution"),
    ("vacancies.csv", "unit"),
    ("requests.csv", "current_home"),
    ("placements.csv", "home"),
)


def duplicates(rows: tuple[Values, ...]) -> Iterator[Problem]:
    """Rows of one file that carry a key which an earlier row has."""
    first: dict[tuple[object, ...], int] = {}
    for row in rows:
        if None in row.identity:
            continue
        number = first.setdefault(row.identity, row.number)
        if number != row.number:
            twice = words(f"samme nøgle som i række {number}", f"the same key as in row {number}")
            yield Problem(row.place, row.number, row.sheet.identity[-1].name, twice)


def unknown_references(rows: Mapping[str, tuple[Values, ...]]) -> Iterator[Problem]:
    """References to rows that the folder should have; `rows` are those of the files that could be read."""
    names = {file: {_name(row) for row in found} for file, found in rows.items() if found}
    for file, column in REFERENCES:
        for row in rows.get(file, ()):
            named = row.by_column.get(column)
            if named and (target := _file_of(str(named))) in names and named not in names[target]:
                unknown = words(f"findes ikke i {target}", f"is not in {target}")
                yield Problem(row.place, row.number, column, unknown)


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
        case "institutions.csv":
            return f"institutions/{key}"
        case "units.csv":
            return f"{row.by_column.get('institution')}/units/{key}"
    return ""


def _file_of(name: str) -> str:
    if name.startswith("families/"):
        return "families.csv"
    return "units.csv" if "/units/" in name else "institutions.csv"
