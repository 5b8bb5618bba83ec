"""What matching knows at one moment, as the facts that its rules read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlmodel import col, func, select

from services.matching import data, wire
from services.matching.rules.facts import World
from services.matching.rules.homes import Home, Resident
from services.matching.store import FAMILIES, IS_OPEN, IS_PLACED, PLACEMENTS, REQUESTS, UNITS, VACANCIES, RequestRow
from services.shared.records import View
from services.shared.tables import InboxEvent

RUNS_CONSUMER = "matching-runs-v1"
"""Marks finished runs in the inbox; they change nothing that is known of children and homes."""


def revision(view: View) -> int:
    """Grows with every event that was applied: the same revision is the same world."""
    applied = select(func.count()).select_from(InboxEvent).where(col(InboxEvent.consumer) != RUNS_CONSUMER)
    return view.session.exec(applied).one()


def load(view: View, authority: str, day: date) -> World:
    """One authority's children, all homes, and who lives in them. The view must be a service's: it sees everything."""
    waiting = view.all(REQUESTS, IS_OPEN, col(RequestRow.authority) == authority)
    # Of all authorities: a child's protection goes on where it is placed, whoever asks for the bed beside it.
    placed = view.all(REQUESTS, IS_PLACED)
    return World(
        day=day,
        authority=authority,
        children=tuple(wire.child(request) for request in waiting),
        placed=tuple(wire.child(request) for request in placed),
        homes=tuple(_homes(view)),
        residents=_by_home(wire.resident(placement) for placement in view.all(PLACEMENTS)),
        travel=data.known_travel(),
        policy=data.default_policy(),
    )


def _homes(view: View) -> Iterable[Home]:
    vacancies = {vacancy.name: vacancy for vacancy in view.all(VACANCIES)}
    yield from (wire.family_home(family) for family in view.all(FAMILIES))
    yield from (wire.unit_home(unit, vacancies.get(f"{unit.name}/vacancy")) for unit in view.all(UNITS))


def _by_home(residents: Iterable[Resident]) -> dict[str, tuple[Resident, ...]]:
    by_home: defaultdict[str, list[Resident]] = defaultdict(list)
    for resident in residents:
        by_home[resident.home].append(resident)
    return {home: tuple(staying) for home, staying in by_home.items()}
