"""What a cell may hold, and what it becomes in a message."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from havn.terms.v1 import terms_pb2
from services.havn.importing.problems import words
from services.shared.reference import towns

KEY = r"[a-z0-9-]{1,40}"
LIST_SEPARATOR = "|"
WHOLE_MAX = 999_999
WORD_MAX = 2_000
DAY_FORMS = (("%Y-%m-%d", r"\d{4}-\d{2}-\d{2}"), ("%d-%m-%Y", r"\d{1,2}-\d{1,2}-\d{4}"))
ANSWERS = {"yes": True, "ja": True, "no": False, "nej": False}


class NotAllowed(Exception):
    """The cell holds something else than its column allows."""


@dataclass(frozen=True)
class Cell:
    """A kind of cell: how to read it, and what it allows in words."""

    parse: Callable[[str], object]
    allowed: terms_pb2.Words


def text(cell: str) -> str:
    """Words, as they stand."""
    if len(cell) > WORD_MAX:
        raise NotAllowed
    return cell


def town(cell: str) -> str:
    """A town or settlement that Havn knows."""
    if cell not in towns():
        raise NotAllowed
    return cell


def key(cell: str) -> str:
    """The last part of a resource's name."""
    if not re.fullmatch(KEY, cell):
        raise NotAllowed
    return cell


def whole(cell: str) -> int:
    """A whole number from 0."""
    if not re.fullmatch(r"\d{1,6}", cell, re.ASCII):
        raise NotAllowed
    return int(cell)


def decimal(cell: str) -> float:
    """A number from 0, with a comma or a point."""
    return float(_decimal(cell))


def money(cell: str) -> Money:
    """An amount in Danish kroner."""
    amount = _decimal(cell)
    return Money(currency_code="DKK", units=int(amount), nanos=int(amount % 1 * 1_000_000_000))


def day(cell: str) -> Date:
    """A day, ISO or Danish."""
    found = day_in(cell)
    return Date(year=found.year, month=found.month, day=found.day)


def moment(cell: str) -> Timestamp:
    """The start of a day in UTC, so that today is never in the future."""
    found = day_in(cell)
    stamp = Timestamp()
    stamp.FromDatetime(datetime(found.year, found.month, found.day, tzinfo=UTC))
    return stamp


def yes_or_no(cell: str) -> bool:
    """Yes or no, in English or Danish."""
    try:
        return ANSWERS[cell.lower()]
    except KeyError:
        raise NotAllowed from None


def home(cell: str) -> str:
    """Name of a family or of a unit, from its keys or in full."""
    if match := re.fullmatch(rf"(?:families/)?({KEY})", cell):
        return f"families/{match[1]}"
    return unit(cell)


def unit(cell: str) -> str:
    """Name of a unit, from its keys or in full."""
    match = re.fullmatch(rf"({KEY})/({KEY})", cell) or re.fullmatch(rf"institutions/({KEY})/units/({KEY})", cell)
    if not match:
        raise NotAllowed
    return f"institutions/{match[1]}/units/{match[2]}"


def listed(kind: Cell) -> Cell:
    """Several of a kind in one cell."""

    def parse(cell: str) -> list[object]:
        return [kind.parse(part.strip()) for part in cell.split(LIST_SEPARATOR) if part.strip()]

    return Cell(
        parse,
        words(
            f"{kind.allowed.da}; flere adskilt af {LIST_SEPARATOR}",
            f"{kind.allowed.en}; several separated by {LIST_SEPARATOR}",
        ),
    )


def reference(collection: str, example: str) -> Cell:
    """A key that names something in a collection, such as "k-12" for "children/k-12"."""

    def parse(cell: str) -> str:
        return f"{collection}/{key(cell.removeprefix(f'{collection}/'))}"

    return Cell(
        parse,
        words(
            f"nøgle som {example}: 1 til 40 tegn af a-z, 0-9 og bindestreg",
            f"a key such as {example}: 1 to 40 of a-z, 0-9 and hyphen",
        ),
    )


def _decimal(cell: str) -> Decimal:
    if not re.fullmatch(r"\d{1,9}([.,]\d{1,2})?", cell, re.ASCII):
        raise NotAllowed
    try:
        return Decimal(cell.replace(",", "."))
    except InvalidOperation:
        raise NotAllowed from None


def day_in(cell: str) -> date:
    """The day that a text names, ISO or Danish. Raises NotAllowed."""
    for form, shape in DAY_FORMS:
        if re.fullmatch(shape, cell, re.ASCII):
            return _existing_day(cell, form)
    raise NotAllowed


def _existing_day(cell: str, form: str) -> date:
    try:
        return datetime.strptime(cell, form).replace(tzinfo=UTC).date()
    except ValueError:
        raise NotAllowed from None


TEXT = Cell(text, words(f"tekst på højst {WORD_MAX} tegn", f"text of at most {WORD_MAX} characters"))
TOWN = Cell(
    town,
    words("en by eller bygd, stavet som øverst i HELP.txt", "a town or settlement, spelt as at the top of HELP.txt"),
)
KEY_CELL = Cell(key, words("1 til 40 tegn af a-z, 0-9 og bindestreg", "1 to 40 of a-z, 0-9 and hyphen"))
WHOLE = Cell(whole, words("helt tal, 0 eller mere", "a whole number, 0 or more"))
DECIMAL = Cell(decimal, words("tal med højst to decimaler", "a number with at most two decimals"))
MONEY = Cell(money, words("kroner, uden tusindtalsskilletegn", "kroner, without thousands separators"))
DAY = Cell(day, words("dato som 2026-03-31 eller 31-03-2026", "a date such as 2026-03-31 or 31-03-2026"))
MOMENT = Cell(moment, DAY.allowed)
YES_OR_NO = Cell(yes_or_no, words("ja eller nej", "yes or no"))
HOME = Cell(
    home,
    words(
        "plejefamiliens nøgle, eller institutionens og afdelingens nøgler som i-1/a",
        "a family's key, or an institution's and a unit's keys such as i-1/a",
    ),
)
UNIT = Cell(
    unit,
    words("institutionens og afdelingens nøgler som i-1/a", "an institution's and a unit's keys such as i-1/a"),
)
