"""Every text of the console is said in Danish; Kalaallisut says what has a source, and Danish the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from deploy import untranslated
from services.console import languages
from services.console.languages import Language

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
    "must be one that the family's type covers (F4)",
    "may not have passed",
    "must be 1 to 26",
    "must be 0 to 52",
    "must be 0 to 50",
    "must be weeks from 1 to 26, in rising order",
    "must be two steps or more, from 1, one more each; or none at all",
    "may have at most 10 steps",
    "may not be after today: log one that took place",
    "must say why somebody of the home was present",
    "must say why there was no talk",
    "may be given for intensive support only",
    "must be given for intensive support",
    "must have a step at least: intensive support is a dated plan",
    "must be within a year of the first day",
    "may be given for relief only",
    "must be 1 to 31",
    'must be a name like "families/{family}"',
    "may not be before its first day",
    "may not be after its last day",
    "must have both waived_until_date and waived_by, or neither",
    "may be given once all six goals are reached",
    "must be the child that the family was assessed for (F4)",
    "must be 1 to 12",
    "must be 1 to 30",
    "must be 1 to 216",
    "must be given for the model of levels, and for no other",
    "must be given with levels",
    "may not be after its end",
    "may not be after today",
    "must be ages from 0 to 23, the youngest first",
    "may be given for a network family, or one that parents arranged, only",
    "may not be switched off: the law asks for a talk with each child at a supervision visit here (K13)",
    "must hold a foster parent",
    "may not name the same twice",
    "must be 0 to 12",
    "may not be after its renewal",
    'must be a name like "persons/{person}"',
    'must be a name like "users/{user}"',
    "may not look like a CPR number: make a reference that tells nothing",
    "must be a day on which the child lived in your institution (B2)",
    "must lie in the time for which the service was promised",
}
"""What services say of fields, and pages translate."""


GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
SOURCED = {
    "anbringelse": "inissiineq",
    "anbragte børn": "meeqqat inissitat",
    "handleplaner": "iliuusissatut pilersaarusiat",
    "inddragelse": "ilanngutititsineq",
    "tryghed": "toqqissisimaneq",
    "familie": "ilaqutariit",
}
"""Words of Kalaallisut with a public source, by the Danish."""


def texts() -> Iterator[str]:
    for _file, text in untranslated.texts():
        yield text if isinstance(text, str) else text[0]


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


def test_kalaallisut_says_each_word_that_has_a_source_where_it_is_the_whole_text_and_no_other() -> None:
    told = {str(each.id): str(each.string).lower() for each in languages.catalog(Language.KL) if each.id}
    danish = {str(each.id): str(each.string).lower() for each in languages.catalog(Language.DA) if each.id}
    assert told == {text: SOURCED[said] for text, said in danish.items() if said in SOURCED}
    assert "Involvement" in told


@pytest.mark.parametrize("word", SOURCED.values())
def test_the_glossary_holds_the_words_that_have_a_source(word: str) -> None:
    assert word in GLOSSARY.read_text("utf-8")


def test_a_translator_gets_every_text_that_kalaallisut_lacks_with_its_danish(tmp_path: Path) -> None:
    untranslated.main(tmp_path / "dist" / "kl.po")
    with (tmp_path / "dist" / "kl.po").open("rb") as file:
        asked = read_po(file, locale="kl")
    known = languages.catalog(Language.KL)
    assert {key(each.id) for each in asked if each.id} == {text for text in texts() if text not in known}
    waiting = asked["Waiting list"]
    assert waiting is not None
    assert waiting.auto_comments == ["Danish: Venteliste"]
    assert "navigation.py" in {file for file, _line in waiting.locations}


def key(text: object) -> str:
    return text[0] if isinstance(text, tuple | list) else str(text)


def test_what_kalaallisut_lacks_is_said_in_danish() -> None:
    languages.speak(Language.KL)
    assert languages.gettext("Waiting list") == "Venteliste"
