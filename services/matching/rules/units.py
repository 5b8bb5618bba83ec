"""Units: who is placed as a whole. A child, or siblings (R10); in a family department, with a parent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, combinations

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import Child, Seeks, SiblingRule
from services.matching.rules.facts import World
from services.matching.rules.homes import Home, HomeType

# 63 unions of six; a wished set of more parts is offered whole, in pairs and in parts (own default).
MOST_PARTS = 6

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Unit:
    """Children that are placed as a whole, with what that asks of a home.

    `overdue`, in days past the place-by date, is by child, in their order. `in_danger` and `late` hold where every part
    has a child in danger, or overdue: a wish to live together makes nobody's need another's.
    `tonight_only`: split from a set that must stay together, over emergency places, to be reunited.
    """

    name: str
    children: tuple[Child, ...]
    members: tuple[str, ...]
    references: frozenset[str]
    overdue: tuple[int, ...]
    in_danger: bool
    late: bool
    solo: bool
    start: date
    needed_by: date
    need_level: int
    severe_count: int
    needed_competences: frozenset[int]
    accessibility: frozenset[int]
    need_step: int
    ceiling: int
    tonight_only: bool = False


def unit_of(*parts: Collection[Child], world: World, tonight_only: bool = False) -> Unit:
    """The unit of these children, in the order of their requests; parts are sets that a wish joins."""
    ordered = tuple(sorted(chain.from_iterable(parts), key=lambda child: child.request))
    day = world.day
    return Unit(
        name="+".join(child.request for child in ordered),
        children=ordered,
        members=tuple(child.request for child in ordered),
        references=frozenset(child.reference for child in ordered),
        overdue=tuple(max(0, (day - child.place_by_date).days) for child in ordered),
        in_danger=all(any(child.in_danger for child in part) for part in parts),
        late=all(any(child.place_by_date < day for child in part) for part in parts),
        solo=any(child.solo for child in ordered),
        start=max(day, *(child.from_date for child in ordered)),
        needed_by=min(needed_by(child, world) for child in ordered),
        need_level=max(child.need_level for child in ordered),
        severe_count=sum(child.need_level == terms.NEED_LEVEL_SEVERE for child in ordered),
        needed_competences=frozenset().union(*(child.needed_competences for child in ordered)),
        accessibility=frozenset().union(*(child.accessibility for child in ordered)),
        need_step=max(child.need_step for child in ordered),
        ceiling=min(ceiling(child, world) for child in ordered),
        tonight_only=tonight_only,
    )


def ceiling(child: Child, world: World) -> int:
    """The highest step where a place may be sought today. Source: docs/rules.md R14."""
    raised = child.ceiling.step if child.ceiling and child.ceiling.until >= world.day else child.need_step
    in_danger = world.policy.danger_ceiling if child.in_danger else child.need_step
    return max(child.need_step, raised, in_danger)


def needed_by(child: Child, world: World) -> date:
    """The last day on which a place may come free. Where that has come already, a place is awaited for a while (R1)."""
    wanted = max(child.from_date, child.place_by_date)
    return wanted if wanted > world.day else world.day + timedelta(days=world.policy.overdue_wait_days)


def places_used(unit: Unit, home: Home) -> int:
    """Places that the unit takes: all for a solo placement (R8), one for a family in a family department."""
    if unit.solo:
        return home.place_count
    return 1 if home.type is HomeType.FAMILY_DEPARTMENT else len(unit.children)


def bonds(children: Collection[Child]) -> Mapping[Pair, SiblingRule]:
    """How each pair of siblings among the children is to live; where two requests differ, the stricter holds (R10)."""
    known = {child.reference for child in children}
    told: dict[Pair, set[SiblingRule]] = {}
    for child in children:
        for sibling, rule in child.siblings.items():
            if sibling in known and sibling != child.reference:
                told.setdefault(frozenset((child.reference, sibling)), set()).add(rule)
    return {pair: next(rule for rule in STRICTEST_FIRST if rule in rules) for pair, rules in told.items()}


STRICTEST_FIRST = (SiblingRule.APART, SiblingRule.TOGETHER, SiblingRule.TOGETHER_IF_POSSIBLE)


def planned_children(world: World) -> tuple[Child, ...]:
    """Children of the plan, by request; those who wait to step down come in a later pass, after a review."""
    return tuple(sorted(world.waiting.values(), key=lambda child: child.request))


def planned_units(world: World) -> tuple[Unit, ...]:
    """All units of the plan: sets that must stay together, unions that wish to, and splits for tonight."""
    children = planned_children(world)
    rules = bonds(children)
    sets = _joined([(child,) for child in children], rules, SiblingRule.TOGETHER)
    wholes = [unit_of(part, world=world) for part in sets]
    unions = [unit_of(*parts, world=world) for parts in _unions(sets, rules)]
    splits = [
        unit_of((c,), world=world, tonight_only=True) for part in sets if len(part) > 1 for c in part if c.in_danger
    ]
    return tuple(sorted((*wholes, *unions, *splits), key=lambda unit: unit.name))


def unit_for(child: Child, world: World) -> Unit:
    """The child, with the waiting siblings that it must stay with."""
    return units_for([child], world)[child.request]


def units_for(asked: Iterable[Child], world: World) -> Mapping[str, Unit]:
    """By request: each child, with the waiting siblings that it must stay with."""
    requests = {child.request for child in asked}
    units: dict[str, Unit] = {}
    for stepping_down in (False, True):
        same_pass = [c for c in world.children if (c.seeks is Seeks.STEP_DOWN) == stepping_down]
        for part in _joined([(c,) for c in same_pass], bonds(same_pass), SiblingRule.TOGETHER):
            if wanted := requests & {child.request for child in part}:
                units |= dict.fromkeys(wanted, unit_of(part, world=world))
    return units


def split_for_tonight(unit: Unit, child: Child, world: World) -> Unit | None:
    """A child in danger by itself, over emergency places, where its unit is a set that must stay together."""
    if len(unit.children) == 1 or not child.in_danger:
        return None
    return unit_of((child,), world=world, tonight_only=True)


def wished_bonds(unit: Unit, world: World) -> frozenset[tuple[str, str]]:
    """Bonds that are to be kept if possible: a child of the unit, and a sibling outside it that waits or is placed."""
    wished = SiblingRule.TOGETHER_IF_POSSIBLE
    waiting = [pair for pair, rule in bonds(planned_children(world)).items() if rule is wished]
    placed = [
        frozenset((child.reference, sibling))
        for child in unit.children
        for sibling, rule in child.siblings.items()
        if rule is wished and sibling in world.home_of
    ]
    return frozenset(
        (own, other)
        for pair in (*waiting, *placed)
        for own in pair & unit.references
        for other in pair - unit.references
    )


def wished_siblings(unit: Unit, world: World) -> tuple[Child, ...]:
    """Waiting children that somebody in the unit is to live with if possible, by request."""
    wished = {sibling for _, sibling in wished_bonds(unit, world)}
    return tuple(child for child in planned_children(world) if child.reference in wished)


def kept_bonds(unit: Unit, home: Home, world: World) -> int:
    """Wished sibling bonds that the unit keeps in the home: within itself, and to siblings that live there.

    In a place for tonight those that must be kept count too, for there the set could be split.
    """
    wished = SiblingRule.TOGETHER_IF_POSSIBLE
    inside = bonds(unit.children).values() if len(unit.children) > 1 else ()
    kept = sum(rule is wished or home.emergency for rule in inside)
    placed = sum(
        rule is wished and world.home_of.get(sibling) == home.name
        for child in unit.children
        for sibling, rule in child.siblings.items()
    )
    return kept + placed


def _joined(
    parts: list[tuple[Child, ...]], rules: Mapping[Pair, SiblingRule], by: SiblingRule
) -> list[tuple[Child, ...]]:
    """The parts, with those joined that a bond of the kind joins."""
    part_of = {child.reference: part for part in parts for child in part}
    for pair in sorted(tuple(sorted(pair)) for pair, rule in rules.items() if rule is by):
        one, other = part_of[pair[0]], part_of[pair[1]]
        if one is not other:
            part_of |= dict.fromkeys([child.reference for child in one + other], one + other)
    return list({id(part): part for part in part_of.values()}.values())


def _unions(
    sets: list[tuple[Child, ...]], rules: Mapping[Pair, SiblingRule]
) -> Iterator[tuple[tuple[Child, ...], ...]]:
    """Unions of two or more sets that wished bonds join."""
    set_of = {child.reference: part for part in sets for child in part}
    for cluster in _joined(sets, rules, SiblingRule.TOGETHER_IF_POSSIBLE):
        parts = list({id(set_of[c.reference]): set_of[c.reference] for c in cluster}.values())
        sizes = range(2, len(parts) + 1) if len(parts) <= MOST_PARTS else (2, len(parts))
        for chosen in (chosen for size in sizes for chosen in combinations(parts, size)):
            if len(_joined(list(chosen), _among(chosen, rules), SiblingRule.TOGETHER_IF_POSSIBLE)) == 1:
                yield chosen


def _among(parts: Iterable[tuple[Child, ...]], rules: Mapping[Pair, SiblingRule]) -> Mapping[Pair, SiblingRule]:
    references = {child.reference for part in parts for child in part}
    return {pair: rule for pair, rule in rules.items() if pair <= references}
