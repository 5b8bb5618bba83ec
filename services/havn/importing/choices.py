"""Cells that hold words of the contracts' own lists, in lower case."""

from typing import Protocol, TypeVar

from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import Cell, NotAllowed, reference, text
from services.havn.importing.escaping import part, pieces, plain
from services.havn.importing.meanings import explained
from services.havn.importing.problems import words

Number = TypeVar("Number", bound=int)


class Enumeration(Protocol[Number]):
    """A protobuf enum, as Python sees it."""

    def items(self) -> list[tuple[str, Number]]:
        """Names and numbers, UNSPECIFIED first."""


def choices(enum: Enumeration[Number]) -> dict[str, Number]:
    """The words of an enum without its prefix, in lower case: {"girl": 1, "boy": 2}."""
    (unspecified, _), *rest = enum.items()
    prefix = unspecified.removesuffix("UNSPECIFIED")
    return {name.removeprefix(prefix).lower(): number for name, number in rest}


def choice(enum: Enumeration[Number]) -> Cell:
    """One word of an enum."""
    numbers = choices(enum)

    def parse(cell: str) -> Number:
        return _number(numbers, cell)

    return Cell(
        parse,
        words(f"et af: {', '.join(map(explained, numbers))}", f"one of: {', '.join(numbers)}"),
        {number: word for word, number in numbers.items()}.__getitem__,
    )


def spoken_language() -> Cell:
    """A language and how well it is spoken, such as "kalaallisut:fluent"."""
    languages, levels = choices(terms_pb2.Language), choices(terms_pb2.LanguageLevel)

    def parse(cell: str) -> terms_pb2.SpokenLanguage:
        language, _, level = cell.partition(":")
        return terms_pb2.SpokenLanguage(
            language=_number(languages, language),
            level=_number(levels, level),
        )

    return Cell(
        parse,
        words(
            f"sprog:niveau som danish:good; sprog: {', '.join(map(explained, languages))}; "
            f"niveau: {', '.join(map(explained, levels))}",
            f"language:level such as danish:good; languages: {', '.join(languages)}; levels: {', '.join(levels)}",
        ),
        lambda spoken: f"{_word(languages, spoken.language)}:{_word(levels, spoken.level)}",
    )


def sibling_bond() -> Cell:
    """A sibling and how they are to live: "k-12:together", or "k-12:apart:who decided:why"."""
    rules = choices(placements_pb2.SiblingRule)
    return Cell(
        _bond,
        words(
            f"barnets nøgle og en regel, som k-12:together; regel: {', '.join(map(explained, rules))}; er den ikke "
            "together, også hvem og hvorfor, som k-12:apart:Lederen:De skal have ro",
            f"the child's key and a rule, such as k-12:together; rules: {', '.join(rules)}; unless together also who "
            "and why, such as k-12:apart:The leader:They need calm",
        ),
        _told_bond,
    )


def _bond(cell: str) -> placements_pb2.SiblingBond:
    child, rule, author, reason = ([plain(piece) for piece in pieces(cell, 4)] + [""] * 3)[:4]
    number = _number(choices(placements_pb2.SiblingRule), rule)
    if number != placements_pb2.SIBLING_RULE_TOGETHER and not (author and reason):
        raise NotAllowed
    return placements_pb2.SiblingBond(
        child=str(reference("children", "k-12").parse(child)),
        rule=number,
        author=text(author),
        reason=text(reason),
    )


def _told_bond(bond: placements_pb2.SiblingBond) -> str:
    told = [bond.child.removeprefix("children/"), _word(choices(placements_pb2.SiblingRule), bond.rule)]
    if bond.author or bond.reason:
        told += [part(bond.author), part(bond.reason)]
    return ":".join(told)


def _word(numbers: dict[str, Number], number: int) -> str:
    return next(word for word, each in numbers.items() if each == number)


def _number(numbers: dict[str, Number], word: str) -> Number:
    try:
        return numbers[word.strip().lower().replace("-", "_").replace(" ", "_")]
    except KeyError:
        raise NotAllowed from None
