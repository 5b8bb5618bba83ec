"""What matching knows at one moment, as the facts that its rules read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from sqlmodel import col, func, select

from services.matching import data, wire
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
from services.shared.clock import Clock
from services.shared.records import View
from services.shared.tables import InboxEvent

H = TypeVar("H", Hold, Resident)

RUNS_CONSUMER = "matching-runs-v1"
"""Marks finished runs in the inbox; they change nothing that is known of children and homes."""


def revision(view: View) -> int:
    """Grows with every event that was applied: the same revision is the same world."""
    applied = select(func.count()).select_from(InboxEvent).where(col(InboxEvent.consumer) != RUNS_CONSUMER)
    return view.session.exec(applied).one()


def load(view: View, authority: str, clock: Clock) -> World:
    """One authority's children, all homes, who lives in them and which places are held.

    The view must be a service's: it sees everything.
    """
    waiting = view.all(REQUESTS, IS_OPEN, col(RequestRow.authority) == authority)
    # Of all authorities: a child's protection goes on where it is placed, whoever asks for the bed beside it.
    placed = view.all(REQUESTS, IS_PLACED)
    return World(
        day=clock.today(),
        authority=authority,
        children=tuple(wire.child(request) for request in waiting),
        placed=tuple(wire.child(request) for request in placed),
        homes=tuple(_homes(view, clock.today())),
        residents=_by_home(wire.resident(placement) for placement in view.all(PLACEMENTS)),
        holds=_by_home(wire.hold(offer, clock) for offer in view.all(OFFERS, HOLDS)),
        travel=data.known_travel(),
        policy=data.default_policy(),
    )


def _homes(view: View, today: date) -> Iterable[Home]:
    vacancies = {vacancy.name: vacancy for vacancy in view.all(VACANCIES)}
    yield from (wire.family_home(family) for family in view.all(FAMILIES))
    yield from (wire.unit_home(unit, vacancies.get(f"{unit.name}/vacancy"), today) for unit in view.all(UNITS))


def _by_home(facts: Iterable[H]) -> dict[str, tuple[H, ...]]:
    by_home: defaultdict[str, list[H]] = defaultdict(list)
    for fact in facts:
        by_home[fact.home].append(fact)
    return {home: tuple(of_home) for home, of_home in by_home.items()}
