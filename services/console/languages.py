"""Words, dates, numbers and money in the language of whoever looks."""

from contextvars import ContextVar
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2, money_pb2
from starlette.requests import Request

from havn.terms.v1 import terms_pb2 as terms
from services.shared import wire

LOCALES = Path(__file__).parent / "locales"
COOKIE = "havn-language"

FORMATTED = 10_000
"""Days, moments, numbers and amounts of each kind that are kept as they are written: making one takes 20 to 50 µs."""


class Language(StrEnum):
    """A language that pages come in. Source texts are English; what Kalaallisut lacks is said in Danish."""

    DA = "da"
    EN = "en"
    KL = "kl"


NAMES = {Language.DA: "Dansk", Language.EN: "English", Language.KL: "Kalaallisut"}

FORMATS = {Language.DA: "da", Language.EN: "en_GB", Language.KL: "kl"}
"""By whose customs days, moments and numbers are written: British ones, with the day first and a clock of 24 hours."""

_language: ContextVar[Language] = ContextVar("language", default=Language.DA)


def speak(language: Language) -> None:
    """Says everything in that language from now on, in this request."""
    _language.set(language)


def spoken() -> Language:
    """The language of this request."""
    return _language.get()


def wanted(request: Request) -> Language:
    """What the person chose, else the first language of the browser that we speak, else Danish."""
    asked = [request.cookies.get(COOKIE, "")]
    asked += [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((Language(code) for code in asked if code in NAMES), Language.DA)


def catalog(language: Language) -> Catalog:
    """The translations that a person wrote for a language, of all its files, with the English texts as keys."""
    whole = Catalog(locale=language)
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


@cache
def translations(language: Language) -> NullTranslations:
    """What a language says for each English text; Kalaallisut says in Danish what it lacks."""
    if language is Language.EN:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    found = Translations(compiled)
    if language is Language.KL:
        found.add_fallback(translations(Language.DA))
    return found


def N_(text: str) -> str:
    """Marks a text of a table that is said later, in the language of whoever looks then."""
    return text


def gettext(text: str) -> str:
    """The text in the language of this request."""
    return translations(spoken()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text for so many."""
    return translations(spoken()).ngettext(one, many, number)


def said(words: terms.Words) -> str:
    """A service's sentence: in English, else in Danish."""
    return words.en if spoken() is Language.EN else words.da


def day(value: date_pb2.Date | date | None) -> str:
    """A day, such as "22. nov. 2026"; nothing for none."""
    found = wire.day(value) if isinstance(value, date_pb2.Date) else value
    return _day(found, spoken()) if found else ""


def moment(value: Timestamp | datetime, zone: str) -> str:
    """A moment on the clocks of a time zone, such as "22. nov. 2026 14.05"."""
    found = value.ToDatetime(ZoneInfo("UTC")) if isinstance(value, Timestamp) else value
    return _moment(found.replace(second=0, microsecond=0), zone, spoken())


def number(value: float) -> str:
    """A number, such as "1.234"."""
    return _number(value, spoken())


def kroner(value: money_pb2.Money) -> str:
    """An amount in whole kroner, such as "1.234 kr."."""
    amount = round(value.units + value.nanos / 1e9)
    return _kroner(amount, spoken())


@lru_cache(FORMATTED)
def _day(value: date, language: Language) -> str:
    return dates.format_date(value, locale=FORMATS[language])


@lru_cache(FORMATTED)
def _moment(value: datetime, zone: str, language: Language) -> str:
    there, locale = value.astimezone(ZoneInfo(zone)), FORMATS[language]
    return f"{dates.format_date(there, locale=locale)} {dates.format_time(there, 'short', locale=locale)}"


@lru_cache(FORMATTED)
def _number(value: float, language: Language) -> str:
    return numbers.format_decimal(value, locale=FORMATS[language])


@lru_cache(FORMATTED)
def _kroner(amount: int, language: Language) -> str:
    # As services say it in their sentences, in English too.
    return f"{numbers.format_decimal(amount, locale=FORMATS[language])}\N{NO-BREAK SPACE}kr."
