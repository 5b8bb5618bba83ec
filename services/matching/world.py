"""What matching knows at one moment, as the facts that its rules read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from threading import Lock
from typing import TypeVar

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col, func, select

from services.matching import data, wire
from services.matching.rules.children import Child
from services.matching.rules.facts import World
from services.matching.rules.homes import Hold, Home, Resident
from services.matching.store import (
    FAMILIES,
    HOLDS,
    IS_OPEN,
    IS_PLACED,
    OFFERS,
    PLACEMENTS,
    REQUESTS,
    UNITS,
    VACANCIES,
    RequestRow,
)
from services.shared import turns
from services.shared.clock import Clock
from services.shared.records import View
from services.shared.statements import Statement
from services.shared.tables import InboxEvent

H = TypeVar("H", Hold, Resident)

RUNS_CONSUMER = "matching-runs-v1"
"""Marks finished runs in the inbox; they change nothing that is known of children and homes."""


_APPLIED = Statement(select(func.count()).select_from(InboxEvent).where(col(InboxEvent.consumer) != bindparam("runs")))


def revision(view: View) -> int:
    """Grows with every event that was applied: the same revision is the same world."""
    [(applied,)] = _APPLIED.rows(view.connection, {"runs": RUNS_CONSUMER})
    return int(applied)


class Children:
    """Children as their requests tell. Each version of a request is read once: of thousands few change at a time."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, tuple[int, Child]]] = {}
        self._one_at_a_time = Lock()

    def waiting(self, view: View, authority: str) -> tuple[Child, ...]:
        """Those who wait in an authority, by request."""
        return self._told(view, authority, IS_OPEN, col(RequestRow.authority) == authority)

    def placed(self, view: View) -> tuple[Child, ...]:
        """Those who have their place, in any authority, by request."""
        return self._told(view, "", IS_PLACED)

    def _told(self, view: View, group: str, *where: ColumnElement[bool]) -> tuple[Child, ...]:
        with self._one_at_a_time:
            before, now = self._known.get(group, {}), view.versions(REQUESTS, *where)
            # While copies are made anew all of them are of version 0.
            new = [name for name, version in now.items() if not version or before.get(name, (0,))[0] != version]
            read = {request.name: wire.child(request) for request in view.among(REQUESTS, "name", new)}
            told = {name: (version, read[name] if name in read else before[name][1]) for name, version in now.items()}
            self._known[group] = told
        return tuple(child for _, child in told.values())


@turns.short()
def load(view: View, authority: str, clock: Clock, children: Children) -> World:
    """One authority's children, all homes, who lives in them and which places are held.

    The view must be a service's: it sees everything.
    """
    today = clock.today()
    return World(
        day=today,
        authority=authority,
        children=children.waiting(view, authority),
        # Of all authorities: a child's protection goes on where it is placed, whoever asks for the bed beside it.
        placed=children.placed(view),
        homes=tuple(_homes(view, today)),
        residents=_by_home(wire.resident(placement) for placement in view.all(PLACEMENTS)),
        holds=_by_home(wire.hold(offer, clock) for offer in view.all(OFFERS, HOLDS)),
        travel=data.known_travel(),
        policy=data.default_policy(),
    )


def _homes(view: View, today: date) -> Iterable[Home]:
    vacancies = {vacancy.name: vacancy for vacancy in view.all(VACANCIES)}
    yield from (wire.family_home(family, today) for family in view.all(FAMILIES))
    yield from (wire.unit_home(unit, vacancies.get(f"{unit.name}/vacancy"), today) for unit in view.all(UNITS))


def _by_home(facts: Iterable[H]) -> dict[str, tuple[H, ...]]:
    by_home: defaultdict[str, list[H]] = defaultdict(list)
    for fact in facts:
        by_home[fact.home].append(fact)
    return {home: tuple(of_home) for home, of_home in by_home.items()}
