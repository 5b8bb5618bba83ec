"""From the records of a file or sheet to its cells by column."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from havn.terms.v1 import terms_pb2
from services.havn.importing.columns import Column, Sheet
from services.havn.importing.escaping import unprotected
from services.havn.importing.problems import Place, Problem, words
from services.shared.names import looks_like_cpr

CPR_DIGITS = 10
MAY_BE_CPR = words(
    "et tal, der kan være et CPR-nummer: skriv aldrig et; skal det være en anden tekst, så formatér kolonnen som tekst",
    "a number that may be a CPR number: never write one; if it is other text, format the column as text",
)
TOO_LONG = words("rækken har flere celler end overskriften", "the row has more cells than the header")


@dataclass(frozen=True)
class Line:
    """A row that holds something: its number in the spreadsheet, and its filled cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of one registry as they stand."""

    sheet: Sheet
    place: Place
    header: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    # False when it could not be taken apart: then nothing is known of its rows.
    readable: bool = True


def table(sheet: Sheet, place: Place, records: Sequence[Sequence[object]]) -> Table:
    """Takes records apart; a header that can't be read leaves no lines."""
    header = [str(name).strip().lower() for name in records[0]] if records else []
    while header and not header[-1]:
        header.pop()
    if problems := tuple(_header_problems(sheet, place, header)):
        return unreadable(sheet, place, problems)
    columns = {column.name: column for column in sheet.columns}
    found = [_line(place, number, header, record, columns) for number, record in enumerate(records[1:], start=2)]
    lines = tuple(line for line, _ in found if line.cells)
    return Table(sheet, place, tuple(header), lines, tuple(problem for _, found in found for problem in found))


def unreadable(sheet: Sheet, place: Place, problems: Iterable[Problem]) -> Table:
    """A table of which nothing is known but what is wrong with it."""
    return Table(sheet, place, problems=tuple(problems), readable=False)


def letter(index: int) -> str:
    """A column as a spreadsheet names it, from 0: "A", "B", "AA"."""
    high, low = divmod(index, 26)
    return (letter(high - 1) if high else "") + chr(ord("A") + low)


def _line(
    place: Place, number: int, header: Sequence[str], record: Sequence[object], columns: dict[str, Column]
) -> tuple[Line, list[Problem]]:
    cells: dict[str, str] = {}
    problems: list[Problem] = []
    for name, raw in zip(header, record, strict=False):
        if raw == "":
            continue
        cell = _text(raw)
        if cell and name:
            cells[name] = cell
            if not isinstance(raw, str) and _may_be_cpr(columns[name], cell):
                problems.append(Problem(place, number, name, MAY_BE_CPR))
    if len(record) > len(header) and any(cell != "" for cell in record[len(header) :]):
        problems.append(Problem(place, number, "", TOO_LONG))
    return Line(number, cells), problems


def _text(raw: object) -> str:
    """A cell as text: also what a workbook holds as a number, of which no digit is lost and none is added."""
    if isinstance(raw, str):
        if "\r" in raw:
            raw = raw.replace("\r\n", "\n").replace("\r", "\n")
        # Composed, as services keep text: macOS writes letters with their accents apart.
        return unprotected(raw if raw.isascii() else unicodedata.normalize("NFC", raw))
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return str(raw)


def _may_be_cpr(column: Column, cell: str) -> bool:
    """Whether a number in a column of text may be one: a spreadsheet takes the first 0 of a number away."""
    whole = CPR_DIGITS - 1 <= len(cell) <= CPR_DIGITS
    return not column.cell.numeric and whole and looks_like_cpr(cell.zfill(CPR_DIGITS))


def _header_problems(sheet: Sheet, place: Place, header: list[str]) -> Iterator[Problem]:
    known = {column.name: column for column in sheet.columns}
    if not known.keys() & set(header):
        yield Problem(place, 1, "", _no_header(known))
        return
    # An unknown name may be a row of data in a file without header: it is never repeated.
    for index, name in enumerate(header):
        if name and name not in known:
            yield Problem(place, 1, letter(index), _unknown_column(known, header))
    for name, count in Counter(header).items():
        if name in known and count > 1:
            yield Problem(place, 1, name, words("kolonnen står der flere gange", "the column stands there twice"))
    for column in sheet.identity:
        if column.name not in header:
            yield Problem(place, 1, column.name, words("kolonnen mangler", "the column is missing"))


def _no_header(known: Iterable[str]) -> terms_pb2.Words:
    names = ", ".join(known)
    return words(
        f"rækken er ingen overskrift: den skal nævne kolonner af {names}",
        f"the row is no header: it must name columns of {names}",
    )


def _unknown_column(known: Iterable[str], header: list[str]) -> terms_pb2.Words:
    names = ", ".join(name for name in known if name not in header)
    return words(f"ukendt kolonne; filen kan også have: {names}", f"unknown column; the file may also have: {names}")
