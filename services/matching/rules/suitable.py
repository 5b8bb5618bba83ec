"""How many homes fit those who wait: the options of their suggestions, counted and not ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matching.rules.children import Child
from services.matching.rules.facts import World
from services.matching.rules.options import fitting, free_today
from services.matching.rules.units import Unit, split_for_tonight, units_for


@dataclass(frozen=True, slots=True)
class Suitable:
    """Homes that break no hard rule for one who waits, and the places that are free in them today."""

    homes: int
    free_places: int


def suitable(asked: Iterable[Child], world: World) -> Mapping[str, Suitable]:
    """By request, how many homes SuggestMatches would suggest. Siblings who must stay together are one unit."""
    asked = tuple(asked)
    units = units_for(asked, world)
    return {child.request: _counted(child, units[child.request], world) for child in asked}


def _counted(child: Child, unit: Unit, world: World) -> Suitable:
    homes = {home.name: home for home in fitting(unit, world)}
    if split := split_for_tonight(unit, child, world):
        homes |= {home.name: home for home in fitting(split, world)}
    free = (world.places_for(unit.members, home) for home in homes.values() if free_today(home, world))
    return Suitable(len(homes), sum(free))
