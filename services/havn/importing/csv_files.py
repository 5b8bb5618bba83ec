"""From the bytes of a CSV file to its records, as the spreadsheets of a Danish or Greenlandic office save it."""

import codecs
import csv
import re
from collections.abc import Iterator
from io import StringIO

from services.havn.importing.problems import words

DELIMITERS = (";", ",", "\t")
LONGEST_CELL = 600_000
"""Characters: more than the largest record can need, which is 256 kB as it is sent."""

NOT_TEXT = words(
    "filen er ikke en CSV-fil i UTF-8: vælg i Excel Gem som, CSV UTF-8",
    "the file is no CSV file in UTF-8: in Excel choose Save as, CSV UTF-8",
)
NOT_CSV = words(
    f"et anførselstegn står forkert eller er ikke lukket, eller en celle har over {LONGEST_CELL} tegn",
    f"a quotation mark is misplaced or not closed, or a cell has more than {LONGEST_CELL} characters",
)

# What Danish Excel calls CSV without more words. A file of another old encoding would hold other signs than these.
_WINDOWS_1252 = re.compile("[\t\n\r -~À-ÖØ-öø-þ€‚„…‘’“”•–—§°´·«»½ ]*")  # noqa: RUF001  # the signs themselves


class NotText(Exception):
    """The bytes are not text in a known encoding."""


class NotCsv(Exception):
    """The text is no CSV file from some record on; `record` counts those before it."""

    def __init__(self, record: int) -> None:
        super().__init__()
        self.record = record


def records(content: bytes) -> list[list[str]]:
    """All records of a file. Raises NotText and NotCsv."""
    text = decoded(content)
    csv.field_size_limit(LONGEST_CELL)
    found: list[list[str]] = []
    try:
        found.extend(_read(text))
    except csv.Error:
        raise NotCsv(len(found)) from None
    return found


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with a mark, or Windows-1252 as far as it is safe to tell. Raises NotText."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = _windows_1252(content)
    if "\x00" in text:
        raise NotText
    return text


def _windows_1252(content: bytes) -> str:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise NotText from None
    if not _WINDOWS_1252.fullmatch(text):
        raise NotText
    return text


def _read(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
