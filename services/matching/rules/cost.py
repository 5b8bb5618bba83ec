"""Public cost of a place a day: the home's rate, travel for contact, interpreter. It comes after suitability."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import Child, Contact
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.units import Unit, places_used

DAYS_A_MONTH = 365 / 12


@dataclass(frozen=True, slots=True)
class Cost:
    """Øre a day for all children together; None is unknown, and never counted as nothing without saying so."""

    rate: int | None
    contact_travel: int | None
    interpreter: int

    @property
    def complete(self) -> bool:
        """Whether every part is known."""
        return self.rate is not None and self.contact_travel is not None

    @property
    def known(self) -> int:
        """The sum of what is known."""
        return (self.rate or 0) + (self.contact_travel or 0) + self.interpreter


def cost(unit: Unit, home: Home, world: World) -> Cost:
    """The cost a day: the rate for each place used, and for each child its contact and interpreter."""
    return Cost(
        rate=rate(unit, home, world),
        contact_travel=_sum(contact_travel(child, home, world) for child in unit.children),
        interpreter=sum(interpreter(child, home, world) for child in unit.children),
    )


def rate(unit: Unit, home: Home, world: World) -> int | None:
    """What the home is paid for the places that the unit takes; None where a rate is unknown.

    Where a child's age, or how many live there, makes a difference (K17), each child has its own: siblings are counted
    after those who stay, the eldest first. Places kept empty beside a child cost as the dearest does.
    """
    if home.daily_rate is None or not home.child_rates:
        return None if home.daily_rate is None else home.daily_rate * places_used(unit, home)
    others = sum(resident.reference not in unit.references for resident in world.staying_in(home))
    eldest_first = sorted(unit.children, key=lambda child: (child.birth_date, child.request))
    own = _sum(child_rate(home, child.age(world.day), others + 1 + place) for place, child in enumerate(eldest_first))
    return None if own is None else own + home.daily_rate * (places_used(unit, home) - len(unit.children))


def child_rate(home: Home, years: int, number: int) -> int | None:
    """What a child of this age costs as which one of the home's children; None where that is not known."""
    return next((rate.ore for rate in home.child_rates if rate.covers(years, number)), None)


def contact_travel(child: Child, home: Home, world: World) -> int | None:
    """Return tickets of one traveller for the visits that the plan foresees; None where the fare is unknown."""
    if child.contact is None or not child.contact.visits_per_month:
        return 0
    fare = visit_fare(child.contact, home, world)
    return None if fare is None else round(fare * child.contact.visits_per_month / DAYS_A_MONTH)


def visit_fare(contact: Contact, home: Home, world: World) -> int | None:
    """Return tickets of one traveller for one visit; None where the fare is unknown."""
    one_way = world.travel.trip(home.town, contact.town).cost
    return None if one_way is None else 2 * one_way


def interpreter(child: Child, home: Home, world: World) -> int:
    """An interpreter, where child and home share no language in which both hold a conversation."""
    good = terms.LANGUAGE_LEVEL_GOOD
    if any(min(level, home.languages.get(tongue, 0)) >= good for tongue, level in child.languages.items()):
        return 0
    costs = world.policy.costs
    return round(costs.interpreter_hours_per_day * costs.interpreter_per_hour)


def _sum(parts: Iterable[int | None]) -> int | None:
    known = tuple(parts)
    return None if None in known else sum(part for part in known if part is not None)
