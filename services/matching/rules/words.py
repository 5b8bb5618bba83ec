"""Sentences in Danish and English, and the names that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from havn.terms.v1 import terms_pb2 as terms


class Phrase(NamedTuple):
    """The same text in Danish and English; braces name the facts that `fill` puts in."""

    da: str
    en: str

    def fill(self, facts: Iterable[tuple[str, object]]) -> Phrase:
        """The text with its facts in place; a phrase, or a day, goes in by language."""
        told = {name: day(fact) if isinstance(fact, date) else fact for name, fact in facts}
        da = {name: fact.da if isinstance(fact, Phrase) else fact for name, fact in told.items()}
        en = {name: fact.en if isinstance(fact, Phrase) else fact for name, fact in told.items()}
        return Phrase(self.da.format_map(da), self.en.format_map(en))

    def message(self) -> terms.Words:
        """The text as a message."""
        return terms.Words(da=self.da, en=self.en)


def same(text: str) -> Phrase:
    """A text that both languages share, such as the name of a town."""
    return Phrase(text, text)


def counted(number: int, one: Phrase, many: Phrase) -> Phrase:
    """`one`, or `many` with {n} as the number."""
    return one if number == 1 else many.fill((("n", number),))


def listed(phrases: Iterable[Phrase]) -> Phrase:
    """Several phrases as one: "a, b and c"."""
    parts = tuple(phrases)
    return Phrase(_joined([p.da for p in parts], " og "), _joined([p.en for p in parts], " and "))


def either(phrases: Iterable[Phrase]) -> Phrase:
    """Several phrases as a choice: "a, b or c"."""
    parts = tuple(phrases)
    return Phrase(_joined([p.da for p in parts], " eller "), _joined([p.en for p in parts], " or "))


def names(values: Iterable[int], known: Mapping[int, Phrase]) -> Phrase:
    """The names of enum values, in the order of the enum."""
    return listed(known[value] for value in sorted(values))


def day(when: date) -> Phrase:
    """A day as people write it."""
    return Phrase(
        f"{when.day}. {MONTHS[when.month - 1].da} {when.year}", f"{when.day} {MONTHS[when.month - 1].en} {when.year}"
    )


def kroner(ore: int) -> Phrase:
    """An amount in whole kroner, from øre."""
    grouped = f"{(ore + 50) // 100:,}"
    return Phrase(f"{grouped.replace(',', '.')} kr.", f"{grouped} kr.")


def number(value: float) -> Phrase:
    """A number with as few decimals as it needs."""
    return Phrase(f"{value:g}".replace(".", ","), f"{value:g}")


def hours(value: float) -> Phrase:
    """Hours, to the half."""
    halves = round(value * 2) / 2
    return HOUR if halves == 1 else HOURS.fill((("n", number(halves)),))


def opening(phrase: Phrase) -> Phrase:
    """The phrase as the beginning of a sentence."""
    return Phrase(phrase.da[:1].upper() + phrase.da[1:], phrase.en[:1].upper() + phrase.en[1:])


def inner(phrase: Phrase) -> Phrase:
    """The phrase inside a sentence."""
    return Phrase(phrase.da[:1].lower() + phrase.da[1:], phrase.en[:1].lower() + phrase.en[1:])


def _joined(parts: list[str], last: str) -> str:
    return last.join(([", ".join(parts[:-1])] if len(parts) > 1 else []) + parts[-1:])


HOUR, HOURS = Phrase("1 time", "1 hour"), Phrase("{n} timer", "{n} hours")

MONTHS = (
    Phrase("januar", "January"),
    Phrase("februar", "February"),
    Phrase("marts", "March"),
    Phrase("april", "April"),
    Phrase("maj", "May"),
    Phrase("juni", "June"),
    Phrase("juli", "July"),
    Phrase("august", "August"),
    Phrase("september", "September"),
    Phrase("oktober", "October"),
    Phrase("november", "November"),
    Phrase("december", "December"),
)

NEEDS: Mapping[int, Phrase] = {
    terms.NEED_LEVEL_UNSPECIFIED: Phrase("uoplyste", "unstated"),
    terms.NEED_LEVEL_LIGHT: Phrase("lette", "light"),
    terms.NEED_LEVEL_MODERATE: Phrase("moderate", "moderate"),
    terms.NEED_LEVEL_SEVERE: Phrase("svære", "severe"),
}

COMPETENCES: Mapping[int, Phrase] = {
    terms.COMPETENCE_UNSPECIFIED: Phrase("uoplyst", "unstated"),
    terms.COMPETENCE_ATTACHMENT: Phrase("tidlig skade og tilknytning", "early harm and attachment"),
    terms.COMPETENCE_TRAUMA: Phrase("traumer", "trauma"),
    terms.COMPETENCE_ADHD: Phrase("ADHD", "ADHD"),
    terms.COMPETENCE_AUTISM: Phrase("autisme", "autism"),
    terms.COMPETENCE_FETAL_ALCOHOL: Phrase("føtale alkoholskader", "fetal alcohol harm"),
    terms.COMPETENCE_DEVELOPMENTAL_DISABILITY: Phrase("udviklingshæmning", "developmental disability"),
    terms.COMPETENCE_PHYSICAL_DISABILITY: Phrase("fysisk handicap", "physical disability"),
    terms.COMPETENCE_SUBSTANCE_USE: Phrase("misbrug", "substance use"),
    terms.COMPETENCE_MENTAL_ILLNESS: Phrase("psykisk sygdom", "mental illness"),
    terms.COMPETENCE_INFANT_CARE: Phrase("pasning af spædbørn", "infant care"),
}

ACCESS: Mapping[int, Phrase] = {
    terms.ACCESSIBILITY_UNSPECIFIED: Phrase("uoplyst", "unstated"),
    terms.ACCESSIBILITY_WHEELCHAIR: Phrase("kørestol", "a wheelchair"),
    terms.ACCESSIBILITY_SIGHT: Phrase("nedsat syn", "impaired sight"),
    terms.ACCESSIBILITY_HEARING: Phrase("nedsat hørelse", "impaired hearing"),
}
