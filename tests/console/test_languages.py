"""Every text of the console is said in Danish; Kalaallisut says what has a source, and Danish the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import services.console
from services.console import languages
from services.console.languages import Language

CONSOLE = Path(services.console.__file__).parent
METHODS = [("assets/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "encoding": "utf-8"}}

FROM_SERVICES = {
    "must be given",
    "must be a day of the calendar, with year, month and day",
    "may hold at most 10000 characters",
    "may not hold control characters",
    "may not be after today: log a visit that took place",
    "must be after this visit",
    "may not be after 26 weeks from this visit",
    "must say why the next visit is later than the cadence proposes",
    "may be given with a concern only",
}
"""What services say of fields, and pages translate."""


def texts() -> Iterator[str]:
    for _file, _line, message, _comments, _context in extract_from_dir(CONSOLE, METHODS, OPTIONS):
        yield message if isinstance(message, str) else message[0]


def test_every_text_is_said_in_danish() -> None:
    danish = languages.catalog(Language.DA)
    found = set(texts())
    assert len(found) > 60
    assert [text for text in sorted(found) if text not in danish or not danish[text].string] == []


def test_the_danish_catalogue_says_nothing_that_no_page_says() -> None:
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in languages.catalog(Language.DA)}
    assert said - set(texts()) - FROM_SERVICES - {""} == set()


@pytest.mark.parametrize("language", [Language.DA, Language.KL])
def test_translations_keep_the_places_of_values(language: Language) -> None:
    for message in languages.catalog(language):
        if not message.pluralizable:
            assert sorted(placeholders(str(message.string))) == sorted(placeholders(str(message.id)))


def placeholders(text: str) -> list[str]:
    return [part.split(")")[0] for part in text.split("%(")[1:]]


def test_what_kalaallisut_lacks_is_said_in_danish() -> None:
    languages.speak(Language.KL)
    assert languages.gettext("Waiting list") == "Venteliste"
