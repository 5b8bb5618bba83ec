"""The plan for all who wait in one authority: which place for which child, proven level by level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from havn.matching.v1 import matching_pb2 as pb
from havn.matching.v1.problem_pb2 import LevelResult, Problem, Solution
from services.matching.rules import problem
from services.matching.rules.check import check
from services.matching.rules.facts import World
from services.matching.rules.levels import MISFIT, Level, levels, main_levels
from services.matching.rules.messages import home_message
from services.matching.rules.options import Option, Options
from services.matching.rules.solve import solve
from services.matching.rules.units import Unit, planned_units

NO_CLASS = pb.FIT_CLASS_POOR + 1


@dataclass(frozen=True)
class Plan:
    """An answer that was checked: the problem as solved, its solution, and what both mean.

    `found` keeps every option of the world; `candidates` are the plan's, before cost counted.
    """

    world: World
    units: tuple[Unit, ...]
    found: Options
    candidates: tuple[Option, ...]
    levels: tuple[Level, ...]
    problem: Problem
    solution: Solution

    @cached_property
    def chosen(self) -> tuple[Option, ...]:
        """The options that the plan takes, by unit."""
        return chosen(self.candidates, self.solution)

    @cached_property
    def place_of(self) -> Mapping[str, Option]:
        """The plan's option for each request that has one."""
        return {request: option for option in self.chosen for request in option.unit.members}

    @cached_property
    def home_messages(self) -> Mapping[str, pb.Home]:
        """Each usable home as a message."""
        world = self.world
        return {
            name: home_message(home, world.residents.get(name, ()), world.held_places(home))
            for name, home in world.home_by_name.items()
        }

    @property
    def proven(self) -> bool:
        """Whether every level was proven."""
        return all(result.proven for result in self.solution.levels)


def make_plan(world: World, previous: Mapping[str, str] | None = None, deadline_seconds: float = 30.0) -> Plan:
    """The plan on L1 to L10. `previous` is the home that each request was shown before.

    First the levels through fit; then all of them, over options that make no child's fit class worse than that answer
    did, so that cost (L8) can only use the published tolerance.

    Raises:
        Unsound: an answer broke a rule of its problem; nobody sees it.
    """
    all_levels = levels(world, previous or {})
    found = Options(world)
    units = planned_units(world)
    candidates = problem.planned(found.all(units))
    through_fit = all_levels[: [level.name for level in all_levels].index(MISFIT) + 1]
    first = solved(problem.problem(world, candidates, through_fit), deadline_seconds / 2)
    asked = problem.problem(world, no_class_worse(candidates, chosen(candidates, first)), all_levels)
    answer = solved(asked, deadline_seconds / 2)
    return Plan(world, units, found, candidates, all_levels, asked, _certified(answer, first))


def solved(asked: Problem, deadline_seconds: float) -> Solution:
    """The solution, checked against every rule of the problem by code that the solver does not share.

    Raises:
        Unsound: it broke one.
    """
    solution = solve(asked, deadline_seconds)
    check(asked, solution)
    return solution


def chosen(options: Iterable[Option], solution: Solution) -> tuple[Option, ...]:
    """The options that a solution takes."""
    taken = {(assignment.unit, assignment.home) for assignment in solution.assignments}
    return tuple(option for option in options if (option.unit.name, option.home.name) in taken)


def no_class_worse(options: Iterable[Option], taken: Iterable[Option]) -> tuple[Option, ...]:
    """Options that give no child a worse fit class than those taken; a place for tonight has none, and is worst."""
    limits = {request: fit_class for option in taken for request, fit_class in _classes(option)}
    return tuple(o for o in options if all(fit_class <= limits.get(r, NO_CLASS) for r, fit_class in _classes(o)))


def changes_for_others(plan: Plan, option: Option, deadline_seconds: float) -> dict[str, int] | None:
    """What choosing the option, and planning best around it, changes for the others: children by main level.

    None when the plan itself, or that, could not be proven by its deadline. Levels without a change are left out.
    """
    main = main_levels(plan.world)
    names = {level.name for level in main}
    if not all(result.proven for result in plan.solution.levels if result.name in names):
        return None
    others = problem.beside(plan.candidates, option)
    around = solved(problem.problem(plan.world, others, main, held=option), deadline_seconds)
    if not all(result.proven for result in around.levels):
        return None
    after = counted(chosen(others, around), main, apart_from=option)
    before = counted(plan.chosen, main, apart_from=option)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def counted(taken: Sequence[Option], main: Iterable[Level], apart_from: Option) -> dict[str, int]:
    """Children that count on each main level, apart from those of one option."""
    asked = apart_from.unit.references
    children = [(o, i) for o in taken for i, child in enumerate(o.unit.children) if child.reference not in asked]
    return {level.name: sum(level.counts(o, i) for o, i in children) for level in main if level.counts}


def _classes(option: Option) -> list[tuple[str, int]]:
    emergency = option.home.emergency
    classes = [NO_CLASS if emergency else fit.fit_class for fit in option.fits]
    return list(zip(option.unit.members, classes, strict=True))


def _certified(answer: Solution, first: Solution) -> Solution:
    """The answer, claiming no level behind one that the first answer left open."""
    opened = {result.name for result in first.levels if not result.proven}
    certified, claimed = Solution(assignments=answer.assignments, seconds=answer.seconds), True
    certified.seconds.build += first.seconds.build
    certified.seconds.solve += first.seconds.solve
    for result in answer.levels:
        claimed = claimed and result.proven and result.name not in opened
        certified.levels.append(LevelResult(name=result.name, value=result.value, bound=result.bound, proven=claimed))
    return certified
