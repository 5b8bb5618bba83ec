"""Small things in words: sentences in a language, days, amounts, names, tables."""

from collections.abc import Iterable
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from havn.matching.v1 import matching_pb2
from havn.terms.v1 import terms_pb2
from havn.terms.v1.terms_pb2 import Words
from services.havn.views.phrases import Lang, heading, phrase

DAY_NANOSECONDS = 86_400_000_000_000

FITS = {
    matching_pb2.FIT_CLASS_UNSPECIFIED: "unknown",
    matching_pb2.FIT_CLASS_GOOD: "good",
    matching_pb2.FIT_CLASS_FAIR: "fair",
    matching_pb2.FIT_CLASS_POOR: "poor",
}

DISPOSALS = {
    terms_pb2.DISPOSAL_UNSPECIFIED: "unknown",
    terms_pb2.DISPOSAL_OWN: "own",
    terms_pb2.DISPOSAL_BY_AGREEMENT: "by agreement",
    terms_pb2.DISPOSAL_CENTRAL_LIST: "the central list",
}
"""Who disposes of a unit's places."""


def said(words: Words, lang: Lang) -> str:
    """The sentence in the language; in the other one where it is missing."""
    da_first = (words.da, words.en)
    first, second = da_first if lang is Lang.DA else da_first[::-1]
    return first or second


def day(date: Date) -> str:
    """A day as 2026-03-02; nothing for one that is not given."""
    return f"{date.year:04}-{date.month:02}-{date.day:02}" if date.year else ""


def moment(time: Timestamp) -> str:
    """A moment as 2026-03-02 14:05, in UTC; of one that only its day is known of, as imports tell it, the day."""
    if time.ToNanoseconds() % DAY_NANOSECONDS == 0:
        return f"{time.ToDatetime(UTC):%Y-%m-%d}"
    return f"{time.ToDatetime(UTC):%Y-%m-%d %H:%M} UTC"


def kroner(money: Money, lang: Lang) -> str:
    """An amount in whole kroner."""
    grouped = f"{money.units + round(money.nanos / 1e9):,} kr."
    return grouped.replace(",", ".") if lang is Lang.DA else grouped


def short(name: str) -> str:
    """What stands behind the last slash of a name."""
    return name.rsplit("/", 1)[-1]


def unit(name: str) -> str:
    """A unit's name without its collections: "i-nuuk-01/a"."""
    return "/".join(name.split("/")[1::2])


def home(name: str) -> str:
    """A home's name without its collections."""
    return unit(name)


def place(of: matching_pb2.Home, lang: Lang) -> str:
    """A home as people know it: its name, its town and its step."""
    return phrase("{home}, {town}, step {step}", lang, home=of.display_name, town=of.town, step=of.step)


def listed(words: Iterable[str], lang: Lang) -> str:
    """Words with commas, and an "and" before the last."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {'og' if lang is Lang.DA else 'and'} {last}" if first else last


class Verbatim(str):
    """A line to copy, such as a command or a token: never broken, however long."""


def title(text: str) -> Text:
    """A heading."""
    return Text(text, style="bold")


def table(*columns: str, lang: Lang, gap: int = 2) -> Table:
    """A table with a rule below its headings and none between its rows.

    "#Name" is a column of numbers, "=Name" one of keys; neither is ever wrapped, and nothing is ever cut.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(
            heading(column.lstrip("#="), lang),
            justify="right" if column.startswith("#") else "left",
            no_wrap=column.startswith(("#", "=")),
            overflow="fold",
        )
    return made


def inner(sentence: str) -> str:
    """A sentence as it goes on inside another."""
    return sentence[:1].lower() + sentence[1:]


def points(lines: Iterable[str]) -> Table:
    """Sentences, each behind a dash, its further lines below its first."""
    made = Table.grid(padding=(0, 1))
    for line in lines:
        made.add_row("-", line)
    return made


def indented(renderable: RenderableType, by: int = 3) -> Padding:
    """The same, further right."""
    return Padding(renderable, (0, 0, 0, by), expand=False)
