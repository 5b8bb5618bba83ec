"""Answers for people: a child's own list, and the plan for all, with why, why not, and what another choice costs.

Nothing said about one child tells what another one needs: others appear as counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from havn.matching.v1 import matching_pb2 as pb
from services.matching.rules.children import Child
from services.matching.rules.constraints_r8_r15 import protection_kept
from services.matching.rules.facts import World
from services.matching.rules.levels import main_levels
from services.matching.rules.messages import cost_message, date_message, refusal_message
from services.matching.rules.notes import notes, reunite_by
from services.matching.rules.options import Option
from services.matching.rules.plan import Plan, changes_for_others
from services.matching.rules.reasons import Siblings, reasons, summary
from services.matching.rules.units import (
    Unit,
    planned_children,
    split_for_tonight,
    unit_for,
    unit_of,
    wished_bonds,
    wished_siblings,
)
from services.matching.rules.unplaced import Refused, refused, unplaced
from services.matching.rules.ways import ways
from services.matching.rules.words import Phrase, opening

MOST_EFFECTS = 3
EFFECTS_SECONDS = 1.0


def suggest(world: World, plan: Plan, request: str, effects_for: int = MOST_EFFECTS) -> pb.Suggestions:
    """The list of one waiting child, and the siblings that it must stay with, without `name` and `create_time`.

    What choosing another place changes for others is computed for the first `effects_for` that are not the plan's.

    Raises:
        KeyError: no such request waits in this world.
        Unsound: an answer broke a rule of its problem.
    """
    child = {each.request: each for each in world.children}[request]
    unit = unit_for(child, world)
    siblings = siblings_by_home(unit, plan)
    options = ranking(unit, child, plan, siblings)
    suggestions = [_suggestion(child, option, siblings[option.home.name], plan) for option in options]
    _mark_plan(suggestions, plan.place_of.get(request))
    _tell_effects(suggestions, options, plan, effects_for)
    excluded = refused(unit, world, {option.home.name for option in options})
    return pb.Suggestions(
        request=request,
        requests=[request, *(member for member in unit.members if member != request)],
        suggestions=suggestions,
        excluded_homes=[_excluded_home(home_refused, plan) for home_refused in excluded],
        staying_put=staying_put(unit, world),
        unplaced=unplaced(unit, plan, excluded),
        levels=plan_levels(plan),
        policy_version=world.policy.version,
        wished_siblings=[sibling.request for sibling in wished_siblings(unit, world)],
    )


def ranking(unit: Unit, child: Child, plan: Plan, siblings: Mapping[str, Siblings]) -> tuple[Option, ...]:
    """The unit's options, best first by the child's own levels.

    In danger: a lasting place tonight, a place for tonight, a later place. Then fewest steps above the need, most
    wished siblings, best fit class and fit, least cost. Last, for a child of a set in danger, places for tonight
    that part it from its siblings.
    """
    options = plan.found.of(unit)

    def rank(option: Option) -> tuple[int, int, int, int, int, int, str]:
        kept, cost = siblings[option.home.name].kept, option.cost
        order = (max(option.steps_above), -kept, option.fit_class, -option.fit)
        return (_urgency(option), *order, cost.known if cost.complete else PRICELESS, option.home.name)

    fitting = {option.home.name for option in options}
    parting = [option for option in _parting(unit, child, plan) if option.home.name not in fitting]
    return (*sorted(options, key=rank), *parting)


# An unknown cost ranks behind every known one.
PRICELESS = 2**53


def _urgency(option: Option) -> int:
    if not option.unit.in_danger:
        return 0
    if option.home.emergency:
        return 1
    return 0 if option.tonight else 2


def _parting(unit: Unit, child: Child, plan: Plan) -> tuple[Option, ...]:
    split = split_for_tonight(unit, child, plan.world)
    return plan.found.of(split) if split else ()


def siblings_by_home(unit: Unit, plan: Plan) -> Mapping[str, Siblings]:
    """The wished bonds of the unit, and how many each usable home can keep, for the unit alone or in a larger one."""
    wished = wished_bonds(unit, plan.world)
    kept = Counter[str]()
    for larger in (unit, *(other for other in plan.units if unit.references < other.references)) if wished else ():
        for option in plan.found.of(larger):
            here = option.home.name
            bonds = sum(s in larger.references or plan.world.home_of.get(s) == here for _, s in wished)
            kept[here] = max(kept[here], bonds)
    return {home: Siblings(len(wished), kept[home]) for home in plan.world.home_by_name}


def staying_put(unit: Unit, world: World) -> pb.StayingPut:
    """Whether all children can stay where they are, with support, while they wait.

    It stands beside the list, not on it: it has no free place, no fit and no cost that could be ranked.
    """
    alone = len(unit.children) == 1
    if any(_unsafe_where_it_is(child, world) for child in unit.children):
        return pb.StayingPut(possible=False, words=(UNSAFE if alone else UNSAFE_FOR_ALL).message())
    if any(child.current_home is None for child in unit.children):
        return pb.StayingPut(possible=False, words=(HOME_UNKNOWN if alone else HOMES_UNKNOWN).message())
    return pb.StayingPut(possible=True, words=(MAY_STAY if alone else ALL_MAY_STAY).message())


def _unsafe_where_it_is(child: Child, world: World) -> bool:
    """In danger, marked unsafe, or where a protection forbids it to live (R8)."""
    where = child.current_home
    if child.in_danger or (where and where.unsafe):
        return True
    alone = unit_of((child,), world=world)
    return any(protection_kept(alone, home, world) for home in world.homes if where and home.name == where.home)


def plan_message(world: World, plan: Plan) -> pb.MatchRun:
    """The plan's part of a run: places, who goes without and why, levels with certificates, counts."""
    return pb.MatchRun(
        authority=world.authority,
        plan_date=date_message(world.day),
        policy_version=world.policy.version,
        places=[_planned_place(option, plan) for option in plan.chosen],
        unplaced=list(_all_unplaced(plan)),
        levels=plan_levels(plan),
        request_count=len(planned_children(world)),
        home_count=len(world.usable_homes),
        option_count=len(plan.candidates),
        seconds=plan.solution.seconds,
    )


def plan_levels(plan: Plan) -> list[pb.PlanLevel]:
    """What each level of the plan reached, in words."""
    words = {level.name: level.words.counts for level in plan.levels}
    levels = zip(plan.problem.levels, plan.solution.levels, strict=True)
    return [
        pb.PlanLevel(words=words[level.name].message(), result=result, sense=level.sense) for level, result in levels
    ]


def _suggestion(child: Child, option: Option, siblings: Siblings, plan: Plan) -> pb.Suggestion:
    return pb.Suggestion(
        home=plan.home_messages[option.home.name],
        summary=summary(option, siblings, plan.world).message(),
        reasons=reasons(option, siblings, plan.world),
        fit=option.fit,
        fit_class=option.fit_class,
        steps_above_need=max(option.steps_above),
        places=option.places,
        emergency=option.home.emergency,
        notes=[note.message() for note in notes(option, plan.world)],
        cost=cost_message(option.cost),
        travel=ways(child, option.home, plan.world),
    )


def _mark_plan(suggestions: Iterable[pb.Suggestion], planned: Option | None) -> None:
    for rank, suggestion in enumerate(suggestions, start=1):
        suggestion.rank = rank
        suggestion.in_plan = planned is not None and planned.home.name == suggestion.home.name


def _tell_effects(
    suggestions: Sequence[pb.Suggestion], options: Sequence[Option], plan: Plan, effects_for: int
) -> None:
    """What the planned place (nothing) and each of the first few others would change for the other children."""
    other = [pair for pair in zip(suggestions, options, strict=True) if not pair[0].in_plan][:effects_for]
    for suggestion in suggestions:
        suggestion.effects_known = suggestion.in_plan
    for suggestion, option in other:
        changes = changes_for_others(plan, option, EFFECTS_SECONDS / len(other))
        suggestion.effects_known = changes is not None
        suggestion.effects.extend(_effects(changes or {}, plan.world))


def _effects(changes: Mapping[str, int], world: World) -> Iterator[pb.Effect]:
    words = {level.name: level.words for level in main_levels(world)}
    for name, change in changes.items():
        yield pb.Effect(level=name, change=change, words=opening(words[name].effect(change)).message())


def _excluded_home(excluded: Refused, plan: Plan) -> pb.ExcludedHome:
    home, found = excluded
    return pb.ExcludedHome(
        home=plan.home_messages[home.name],
        refusals=[refusal_message(refusal, alone=len(found) == 1) for refusal in found],
    )


def _planned_place(option: Option, plan: Plan) -> pb.PlannedPlace:
    return pb.PlannedPlace(
        requests=option.unit.members,
        home=plan.home_messages[option.home.name],
        fit=option.fit,
        fit_class=option.fit_class,
        steps_above_need=max(option.steps_above),
        emergency=option.home.emergency,
        cost=cost_message(option.cost),
        reunite_by_date=date_message(reunite_by(plan.world)) if option.unit.tonight_only else None,
    )


def _all_unplaced(plan: Plan) -> Iterator[pb.Unplaced]:
    missing = [child for child in planned_children(plan.world) if child.request not in plan.place_of]
    units = {unit.name: unit for unit in (unit_for(child, plan.world) for child in missing)}
    for unit in units.values():
        fitting = {option.home.name for option in plan.found.of(unit)}
        found = unplaced(unit, plan, refused(unit, plan.world, fitting))
        if found:
            yield found


UNSAFE = Phrase(
    "Barnet kan ikke blive, hvor det er: det er ikke trygt", "The child cannot stay where it is: it is not safe"
)
UNSAFE_FOR_ALL = Phrase(
    "De søskende, der skal bo sammen, kan ikke alle blive, hvor de er: det er ikke trygt",
    "The siblings who must stay together cannot all stay where they are: it is not safe",
)
HOME_UNKNOWN = Phrase("Det er ikke oplyst, hvor barnet bor nu", "Where the child lives now is not stated")
HOMES_UNKNOWN = Phrase(
    "Det er ikke oplyst, hvor alle søskende bor nu", "Where all of the siblings live now is not stated"
)
ALL_MAY_STAY = Phrase(
    "Alle søskende kan blive, hvor de er, med støtte, mens de venter",
    "All of the siblings can stay where they are, with support, while they wait",
)
MAY_STAY = Phrase(
    "Barnet kan blive, hvor det er, med støtte, mens det venter",
    "The child can stay where it is, with support, while it waits",
)
