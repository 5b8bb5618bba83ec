"""The problem that the solver gets: units, options, levels, and what couples them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import comb

from havn.matching.v1 import problem_pb2 as pb
from services.matching.rules.children import Child, SiblingRule
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.levels import Level
from services.matching.rules.options import Option
from services.matching.rules.units import Unit, bonds


def planned(options: Iterable[Option]) -> tuple[Option, ...]:
    """Options of the plan.

    Children that are neither in danger tonight nor overdue count at their need step only (L5); what lies above it
    stands on their own list, not in the plan.
    """
    return tuple(option for option in options if not any(option.steps_above) or _urgent(option))


def _urgent(option: Option) -> bool:
    return option.unit.late or (option.unit.in_danger and option.tonight)


def problem(world: World, options: Sequence[Option], levels: Sequence[Level], held: Option | None = None) -> pb.Problem:
    """The problem of these options, with the levels that any of them scores on.

    `held` is an option that is settled beforehand: its places are gone. No option may be of the same children.
    """
    scores = {level.name: [level.score(option) for option in options] for level in levels}
    told = [level for level in levels if any(scores[level.name])]
    homes = {option.home.name: option.home for option in options}
    units = {option.unit.name: option.unit for option in options}
    return pb.Problem(
        levels=[pb.Level(name=level.name, sense=level.sense, tolerance=level.tolerance) for level in told],
        homes=[
            pb.ProblemHome(name=name, places=world.unheld_places(home) - _places_gone(home, held, world))
            for name, home in homes.items()
        ],
        units=[pb.Unit(name=name, members=unit.members) for name, unit in units.items()],
        options=[
            pb.Option(unit=option.unit.name, home=option.home.name, places=_unheld(option, world), scores=row)
            for option, row in zip(options, zip(*(scores[level.name] for level in told), strict=True), strict=True)
        ],
        exclusions=exclusions(units.values()),
        load_limits=[limit for home in homes.values() for limit in load_limits(home, options, world, held)],
    )


def beside(options: Iterable[Option], held: Option) -> tuple[Option, ...]:
    """The options of other children that can stand beside one that is settled beforehand."""
    others = [option for option in options if not option.unit.references & held.unit.references]
    units = {option.unit.name: option.unit for option in others if option.home.name == held.home.name}
    pairs = exclusions((held.unit, *units.values()))
    apart = {
        name
        for pair in pairs
        for name in (pair.unit, pair.other_unit)
        if held.unit.name in (pair.unit, pair.other_unit)
    }
    return tuple(o for o in others if o.home.name != held.home.name or o.unit.name not in apart)


def _unheld(option: Option, world: World) -> int:
    """Places that the option uses beside those that offers hold for its own children: these are nobody else's."""
    return max(0, option.places - world.held_for(option.unit.members, option.home))


def _places_gone(home: Home, held: Option | None, world: World) -> int:
    return _unheld(held, world) if held and held.home.name == home.name else 0


def _severe_held(home: Home, held: Option | None) -> int:
    return held.unit.severe_count if held and held.home.name == home.name else 0


def exclusions(units: Iterable[Unit]) -> list[pb.Exclusion]:
    """Units that never share a home: siblings to live apart (R10), and whom a protection names (R8)."""
    units = tuple(units)
    children = {child.reference: child for unit in units for child in unit.children}
    units_with: dict[str, list[Unit]] = {}
    for unit in units:
        for reference in unit.references:
            units_with.setdefault(reference, []).append(unit)
    pairs = {
        tuple(sorted((one.name, other.name)))
        for a, b in _apart(children)
        for one in units_with[a]
        for other in units_with[b]
        if not one.references & other.references
    }
    return [pb.Exclusion(unit=one, other_unit=other) for one, other in sorted(pairs)]


def _apart(children: Mapping[str, Child]) -> Iterator[tuple[str, str]]:
    for pair, rule in bonds(children.values()).items():
        if rule is SiblingRule.APART:
            one, other = sorted(pair)
            yield one, other
    for child in children.values():
        yield from ((child.reference, other) for other in child.protection.children if other in children)


def load_limits(home: Home, options: Iterable[Option], world: World, held: Option | None = None) -> list[pb.LoadLimit]:
    """At most so many children with severe needs in the home (R4).

    A limit counts units. Where a set has several such children, a limit is added for every smallest group of units
    that would be too many together; where there are too many groups to list, every unit counts as the largest does.
    """
    if not home.severe_need_limit:
        return []
    severe = {o.unit.name: o.unit for o in options if o.home.name == home.name and o.unit.severe_count}
    places = world.severe_places(home) - _severe_held(home, held)
    largest = max((unit.severe_count for unit in severe.values()), default=1)
    listed = largest == 1 or sum(comb(len(severe), size) for size in range(1, places + 1)) <= MOST_GROUPS
    most = places if listed else places // largest
    limits = [pb.LoadLimit(home=home.name, units=sorted(severe), max=most)] if severe else []
    if listed and largest > 1:
        groups = _smallest_too_many(tuple(severe.values()), places)
        limits += [pb.LoadLimit(home=home.name, units=group, max=len(group) - 1) for group in groups]
    return limits


# Groups to look at for one home: some 10 ms. 40 units and a limit of 8 would be a hundred million (own default).
MOST_GROUPS = 10_000


def _smallest_too_many(units: tuple[Unit, ...], places: int) -> Iterator[list[str]]:
    """Groups with more severe needs than places, of at most as many units as places, none of which can be left out."""
    for size in range(1, places + 1):
        for group in combinations(units, size):
            over = sum(unit.severe_count for unit in group) - places
            if 0 < over <= min(unit.severe_count for unit in group) and _disjoint(group):
                yield [unit.name for unit in group]


def _disjoint(group: tuple[Unit, ...]) -> bool:
    return sum(len(unit.references) for unit in group) == len(frozenset().union(*(unit.references for unit in group)))
