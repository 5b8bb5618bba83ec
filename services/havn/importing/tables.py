"""From the bytes of a file to its cells."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from unicodedata import normalize

from havn.terms.v1 import terms_pb2
from services.havn.importing.columns import Needed, Sheet
from services.havn.importing.problems import Problem, words

DELIMITERS = (";", ",")
NOT_UTF_8 = words(
    "filen er ikke en CSV-fil i UTF-8: vælg i Excel Gem som, CSV UTF-8",
    "the file is no CSV file in UTF-8: in Excel choose Save as, CSV UTF-8",
)
NOT_CSV = words(
    f"et anførselstegn står forkert eller er ikke lukket, eller en celle har over {csv.field_size_limit()} tegn",
    f"a quotation mark is misplaced or not closed, or a cell has more than {csv.field_size_limit()} characters",
)


@dataclass(frozen=True)
class Line:
    """A row that holds something: its number in the spreadsheet, and its filled cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file as it stands."""

    sheet: Sheet
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    header: tuple[str, ...] = ()
    # False when it could not be taken apart: then nothing is known of its rows.
    readable: bool = True


def table(sheet: Sheet, content: bytes) -> Table:
    """Takes a file apart; a file or header that can't be read leaves no lines."""
    try:
        told = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _unreadable(sheet, 0, NOT_UTF_8)
    records, whole = _records(told)
    if not whole:
        return _unreadable(sheet, len(records) + 1, NOT_CSV)
    header = [name.strip().lower() for name in records[0]] if records else []
    if problems := tuple(_header_problems(sheet, header)):
        return Table(sheet, (), problems, readable=False)
    lines = [Line(number, _cells(header, record)) for number, record in enumerate(records[1:], start=2)]
    too_long = (_too_long(sheet, number) for number, record in enumerate(records[1:], 2) if any(record[len(header) :]))
    return Table(sheet, tuple(line for line in lines if line.cells), tuple(too_long), tuple(header))


def letter(index: int) -> str:
    """A column as a spreadsheet names it, from 0: "A", "B", "AA"."""
    high, low = divmod(index, 26)
    return (letter(high - 1) if high else "") + chr(ord("A") + low)


def _records(content: str) -> tuple[list[list[str]], bool]:
    """The file's records, and whether these are all: none is taken from where it is no CSV file any more."""
    first = content.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    records = []
    try:
        for record in csv.reader(StringIO(content, newline=""), delimiter=delimiter, strict=True):
            records.append(record)
    except csv.Error:
        return records, False
    return records, True


def _cells(header: list[str], record: list[str]) -> dict[str, str]:
    # Services take composed Unicode alone; some programs write å as a and a ring.
    filled = ((name, normalize("NFC", cell.strip())) for name, cell in zip(header, record, strict=False))
    return {name: cell for name, cell in filled if cell}


def _unreadable(sheet: Sheet, row: int, why: terms_pb2.Words) -> Table:
    return Table(sheet, (), (Problem(sheet.file, row, "", why),), readable=False)


def _header_problems(sheet: Sheet, header: list[str]) -> Iterator[Problem]:
    known = {column.name: column for column in sheet.columns}
    if not known.keys() & set(header):
        yield Problem(sheet.file, 1, "", _no_header(known))
        return
    # An unknown name may be a row of data in a file without header: it is never repeated.
    for index, name in enumerate(header):
        if name and name not in known:
            yield Problem(sheet.file, 1, letter(index), _unknown_column(known, header))
    for name, count in Counter(header).items():
        if name in known and count > 1:
            yield Problem(sheet.file, 1, name, words("kolonnen står der flere gange", "the column stands there twice"))
    for name, column in known.items():
        if column.needed is Needed.ALWAYS and name not in header:
            yield Problem(sheet.file, 1, name, words("kolonnen mangler", "the column is missing"))


def _no_header(known: Iterable[str]) -> terms_pb2.Words:
    names = ", ".join(known)
    return words(
        f"rækken er ingen overskrift: den skal nævne kolonner af {names}",
        f"the row is no header: it must name columns of {names}",
    )


def _unknown_column(known: Iterable[str], header: list[str]) -> terms_pb2.Words:
    names = ", ".join(name for name in known if name not in header)
    return words(f"ukendt kolonne; filen kan også have: {names}", f"unknown column; the file may also have: {names}")


def _too_long(sheet: Sheet, number: int) -> Problem:
    more = words("rækken har flere celler end overskriften", "the row has more cells than the header")
    return Problem(sheet.file, number, "", more)
