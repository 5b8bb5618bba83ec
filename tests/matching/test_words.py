"""Sentences and what they are made of."""

from datetime import date

import pytest

from services.matching.rules import refusals_r1_r7, refusals_r8_r15, words
from services.matching.rules.refusal import Breach
from services.matching.rules.words import Phrase

BREACHES = [b for module in (refusals_r1_r7, refusals_r8_r15) for b in vars(module).values() if isinstance(b, Breach)]


def test_facts_go_in_by_language() -> None:
    said = Phrase("Fra {day}: {what}", "From {day}: {what}").fill(
        (("day", date(2025, 3, 3)), ("what", Phrase("en plads", "a place")))
    )
    assert said == ("Fra 3. marts 2025: en plads", "From 3 March 2025: a place")


@pytest.mark.parametrize(
    ("ore", "da", "en"),
    [(17_352, "174 kr.", "174 kr."), (0, "0 kr.", "0 kr."), (123_456_700, "1.234.567 kr.", "1,234,567 kr.")],
)
def test_money_is_said_in_whole_kroner(ore: int, da: str, en: str) -> None:
    assert words.kroner(ore) == (da, en)


@pytest.mark.parametrize(
    ("value", "da", "en"), [(1.1, "1 time", "1 hour"), (3.66, "3,5 timer", "3.5 hours"), (8.0, "8 timer", "8 hours")]
)
def test_hours_are_said_to_the_half(value: float, da: str, en: str) -> None:
    assert words.hours(value) == (da, en)


def test_lists_and_choices() -> None:
    parts = [words.same(letter) for letter in "abc"]
    assert words.listed(parts) == ("a, b og c", "a, b and c")
    assert words.either(parts[:2]) == ("a eller b", "a or b")
    assert words.listed(parts[:1]) == ("a", "a")


def test_no_code_stands_for_two_rules() -> None:
    assert len({(breach.rule, breach.code) for breach in BREACHES}) == len({breach.code for breach in BREACHES})


def test_every_refusal_speaks_both_languages_and_says_what_would_change_it() -> None:
    for breach in BREACHES:
        assert all((*breach.words, *breach.change)), breach
        assert breach.code == breach.code.upper()


def test_nobody_waives_certificates_protection_or_an_unapproved_place() -> None:
    waivable = {breach.code for breach in BREACHES if breach.waivable_by}
    assert not waivable & {"CERTIFICATE_MISSING", "UNAPPROVED"}
    assert not any(code.startswith("PROTECTED") for code in waivable)
