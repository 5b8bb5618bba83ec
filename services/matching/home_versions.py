"""Versions of the homes that an authority may search: another one whenever matching knows something else of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from threading import Lock
from typing import Any

from sqlmodel import col, select

from services.matching import wire
from services.matching.rules.homes import Home, may_use
from services.matching.store import FAMILIES, OFFERS, PLACEMENTS, UNITS, VACANCIES
from services.shared.access import Caller
from services.shared.records import Kind, View

FETCHED_TOGETHER = 500

NO_DAY = date.min
"""The day of a home whose rate nobody looks at: a new day alone makes no new version."""

Row = tuple[str, int]
"""The name of a copy and its version."""


@dataclass(frozen=True)
class Fact:
    """What one copy tells of a home: which one, in how many bits, and of the home's own record the home."""

    home: str
    mark: int
    itself: Home | None = None


@dataclass(frozen=True)
class Homes:
    """All homes at one moment: each with a mark of all that is known of it."""

    marks: Mapping[str, tuple[Home, int]]
    _versions: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict, compare=False)

    def version_for(self, caller: Caller) -> str:
        """The version of those that the caller may search."""
        scope = (caller.authority, caller.narrowed())
        if scope not in self._versions:
            seen = (mark for home, mark in self.marks.values() if _may_search(caller, home))
            self._versions[scope] = f"{sum(seen) % 2**64:016x}"
        return self._versions[scope]


class HomeVersions:
    """Reads what changed since the last time, and keeps of each copy what it tells."""

    def __init__(self) -> None:
        self._facts: dict[Row, Fact] = {}
        self._one_at_a_time = Lock()

    def read(self, view: View) -> Homes:
        """All homes now."""
        with self._one_at_a_time:
            found = dict(each for kind, told in _TOLD for each in self._known(view, kind, told))
            self._facts = found
        homes = {fact.home: fact.itself for fact in found.values() if fact.itself}
        marks = dict.fromkeys(homes, 0)
        for fact in found.values():
            if fact.home in marks:
                marks[fact.home] += fact.mark
        return Homes({name: (home, marks[name]) for name, home in homes.items()})

    def _known(self, view: View, kind: Kind[Any], told: Told) -> Iterator[tuple[Row, Fact]]:
        rows = [(name, version) for name, version in view.session.exec(select(kind.table.name, kind.table.version))]
        yield from ((row, self._facts[row]) for row in rows if row in self._facts)
        new = {name: version for name, version in rows if (name, version) not in self._facts}
        names = list(new)
        for begin in range(0, len(names), FETCHED_TOGETHER):
            for message in view.all(kind, col(kind.table.name).in_(names[begin : begin + FETCHED_TOGETHER])):
                row = (message.name, new[message.name])
                yield row, told(message, _mark(row))


Told = Callable[[Any, int], Fact]
"""What a copy tells, with its mark."""


def _mark(row: Row) -> int:
    return int.from_bytes(blake2b(f"{row[0]} {row[1]}".encode(), digest_size=8).digest(), "big")


def _family(family: Any, mark: int) -> Fact:  # noqa: ANN401  # a message of another service
    return Fact(family.name, mark, wire.family_home(family, NO_DAY))


def _unit(unit: Any, mark: int) -> Fact:  # noqa: ANN401
    return Fact(unit.name, mark, wire.unit_home(unit, None, NO_DAY))


def _vacancy(vacancy: Any, mark: int) -> Fact:  # noqa: ANN401
    return Fact(vacancy.name.removesuffix("/vacancy"), mark)


def _placement(placement: Any, mark: int) -> Fact:  # noqa: ANN401
    return Fact(placement.home, mark)


def _offer(offer: Any, mark: int) -> Fact:  # noqa: ANN401
    return Fact(offer.home, mark)


_TOLD: tuple[tuple[Kind[Any], Told], ...] = (
    (FAMILIES, _family),
    (UNITS, _unit),
    (VACANCIES, _vacancy),
    (PLACEMENTS, _placement),
    (OFFERS, _offer),
)


def _may_search(caller: Caller, home: Home) -> bool:
    return may_use(home, caller.authority) and caller.sees(caller.authority, home.name)
