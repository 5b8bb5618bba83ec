"""What a cell may hold, what it becomes in a message, and how an export tells it again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from havn.terms.v1 import terms_pb2
from services.havn.importing.escaping import LIST_SEPARATOR, joined, part, parts, plain
from services.havn.importing.problems import words
from services.shared.checks import MAX_TEXT_LENGTH
from services.shared.reference import towns
from services.shared.wire import timestamp

KEY = r"[a-z0-9-]{1,40}"
# Names of records that other systems made may hold capital letters.
NAME = r"[A-Za-z0-9-]{1,40}"
WHOLE_MAX = 999_999
LARGEST = 2**63 - 1
ANSWERS = {"yes": True, "ja": True, "true": True, "sand": True, "no": False, "nej": False, "false": False}
ANSWERS["falsk"] = False

_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DANISH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z", re.ASCII)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,19}([.,]\d{1,400})?", re.ASCII)
_MONEY = re.compile(r"(\d{1,19})(?:[.,](\d{1,9}))?", re.ASCII)
_KEY = re.compile(KEY)
_NAME = re.compile(NAME)
_FAMILY = re.compile(rf"(?:families/)?({NAME})")
_UNIT = re.compile(rf"(?:institutions/({NAME})/units/({NAME})|({NAME})/({NAME}))")


class NotAllowed(Exception):
    """The cell holds something else than its column allows."""


@dataclass(frozen=True)
class Cell:
    """A kind of cell: how to read it, what it allows in words, and how to tell a value so that it is read the same."""

    parse: Callable[[str], object]
    allowed: terms_pb2.Words
    tell: Callable[[Any], str] = str
    # A number in it may be written as a spreadsheet likes; in any other a number is text, such as a key or a postcode.
    numeric: bool = False


def text(cell: str) -> str:
    """Words, as they stand."""
    if len(cell) > MAX_TEXT_LENGTH:
        raise NotAllowed
    return cell


def town(cell: str) -> str:
    """A town or settlement that Havn knows."""
    if cell not in towns():
        raise NotAllowed
    return cell


def key(cell: str) -> str:
    """The last part of a new resource's name."""
    return _matching(_KEY, cell)[0]


def whole(cell: str) -> int:
    """A whole number from 0."""
    return int(_matching(_WHOLE, cell)[0])


def decimal(cell: str) -> float:
    """A number from 0, with a comma or a point."""
    return float(_matching(_DECIMAL, cell)[0].replace(",", "."))


def told_decimal(value: float) -> str:
    """A number with all its decimals, and no exponent."""
    return format(Decimal(repr(value)).normalize(), "f")


def money(cell: str) -> Money:
    """An amount in Danish kroner."""
    match = _matching(_MONEY, cell)
    units = int(match[1])
    if units > LARGEST:
        raise NotAllowed
    return Money(currency_code="DKK", units=units, nanos=int((match[2] or "").ljust(9, "0")))


def told_money(amount: Money) -> str:
    """An amount with its decimals, if it has any."""
    decimals = f"{amount.nanos:09}".rstrip("0")
    return f"{amount.units}.{decimals}" if decimals else str(amount.units)


def day(cell: str) -> Date:
    """A day, ISO or Danish."""
    found = day_in(cell)
    return Date(year=found.year, month=found.month, day=found.day)


def told_day(found: Date) -> str:
    """A day as ISO has it."""
    return f"{found.year:04}-{found.month:02}-{found.day:02}"


def moment(cell: str) -> Timestamp:
    """A moment in UTC, or the start of a day in UTC, so that today is never in the future."""
    if _MOMENT.fullmatch(cell):
        return _moment(cell)
    found = day_in(cell)
    return timestamp(datetime(found.year, found.month, found.day, tzinfo=UTC))


def told_moment(found: Timestamp) -> str:
    """A moment; of the start of a day, the day."""
    told = found.ToJsonString()
    return told.removesuffix("T00:00:00Z")


def yes_or_no(cell: str) -> bool:
    """Yes or no, in English or Danish."""
    try:
        return ANSWERS[cell.lower()]
    except KeyError:
        raise NotAllowed from None


def told_yes_or_no(value: bool) -> str:
    """Yes or no."""
    return "yes" if value else "no"


def home(cell: str) -> str:
    """Name of a family or of a unit, from its keys or in full."""
    if match := _FAMILY.fullmatch(cell):
        return f"families/{match[1]}"
    return unit(cell)


def unit(cell: str) -> str:
    """Name of a unit, from its keys or in full."""
    match = _matching(_UNIT, cell)
    return f"institutions/{match[1] or match[3]}/units/{match[2] or match[4]}"


def told_home(name: str) -> str:
    """The keys of a family or a unit."""
    return "/".join(name.split("/")[1::2])


def listed(kind: Cell) -> Cell:
    """Several of a kind in one cell."""

    def parse(cell: str) -> list[object]:
        return [kind.parse(each) for each in parts(cell)]

    def tell(values: Any) -> str:  # noqa: ANN401  # a repeated field's values
        return joined(kind.tell(value) for value in values)

    return Cell(
        parse,
        words(
            f"{kind.allowed.da}; flere adskilt af {LIST_SEPARATOR}",
            f"{kind.allowed.en}; several separated by {LIST_SEPARATOR}",
        ),
        tell,
    )


def reference(collection: str, example: str) -> Cell:
    """A key that names something in a collection, such as "k-12" for "children/k-12"."""

    def parse(cell: str) -> str:
        return f"{collection}/{_matching(_NAME, cell.removeprefix(f'{collection}/'))[0]}"

    return Cell(
        parse,
        words(
            f"nøgle som {example}: 1 til 40 tegn af a-z, 0-9 og bindestreg",
            f"a key such as {example}: 1 to 40 of a-z, 0-9 and hyphen",
        ),
        lambda name: str(name).removeprefix(f"{collection}/"),
    )


def day_in(cell: str) -> date:
    """The day that a text names, ISO or Danish. Raises NotAllowed."""
    try:
        if match := _ISO_DAY.fullmatch(cell):
            return date(int(match[1]), int(match[2]), int(match[3]))
        match = _matching(_DANISH_DAY, cell)
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        raise NotAllowed from None


def _moment(cell: str) -> Timestamp:
    stamp = Timestamp()
    try:
        stamp.FromJsonString(cell)
    except ValueError:
        raise NotAllowed from None
    return stamp


def _matching(pattern: re.Pattern[str], cell: str) -> re.Match[str]:
    match = pattern.fullmatch(cell)
    if match is None:
        raise NotAllowed
    return match


TEXT = Cell(text, words(f"tekst på højst {MAX_TEXT_LENGTH} tegn", f"text of at most {MAX_TEXT_LENGTH} characters"))
TEXT_IN_LIST = Cell(lambda cell: text(plain(cell)), TEXT.allowed, part)
TOWN = Cell(
    town,
    words("en by eller bygd, stavet som øverst i HELP.txt", "a town or settlement, spelt as at the top of HELP.txt"),
)
KEY_CELL = Cell(key, words("1 til 40 tegn af a-z, 0-9 og bindestreg", "1 to 40 of a-z, 0-9 and hyphen"))
WHOLE = Cell(whole, words("helt tal, 0 eller mere", "a whole number, 0 or more"), numeric=True)
DECIMAL = Cell(
    decimal,
    words("tal som 2 eller 2,5; 0 eller mere", "a number such as 2 or 2.5; 0 or more"),
    told_decimal,
    numeric=True,
)
MONEY = Cell(
    money, words("kroner, uden tusindtalsskilletegn", "kroner, without thousands separators"), told_money, numeric=True
)
DAY = Cell(day, words("dato som 2026-03-31 eller 31-03-2026", "a date such as 2026-03-31 or 31-03-2026"), told_day)
MOMENT = Cell(moment, DAY.allowed, told_moment)
YES_OR_NO = Cell(yes_or_no, words("ja eller nej", "yes or no"), told_yes_or_no)
HOME = Cell(
    home,
    words(
        "plejefamiliens nøgle, eller institutionens og afdelingens nøgler som i-1/a",
        "a family's key, or an institution's and a unit's keys such as i-1/a",
    ),
    told_home,
)
UNIT = Cell(
    unit,
    words("institutionens og afdelingens nøgler som i-1/a", "an institution's and a unit's keys such as i-1/a"),
    told_home,
)
