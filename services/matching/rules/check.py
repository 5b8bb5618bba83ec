"""Checks a solution against every rule of its problem. It shares no code with the solver, on purpose."""

from collections import Counter
from fractions import Fraction

from havn.matching.v1 import problem_pb2 as pb


class Unsound(Exception):
    """The solution breaks a rule, named in the message: an error of the solver, never of its user."""


def check(problem: pb.Problem, solution: pb.Solution) -> None:
    """Passes a solution that keeps every rule and claims nothing that it may not.

    The problem is well formed. That no better plan exists is the one thing that is not checked.

    Raises:
        Unsound: at the first rule that is broken.
    """
    chosen = _chosen_options(problem, solution)
    _units_in_order(problem, solution)
    _members_once(problem, solution)
    _places_suffice(problem, chosen)
    _exclusions_kept(problem, solution)
    _load_limits_kept(problem, solution)
    _values_counted(problem, solution, chosen)
    _claims_allowed(problem, solution)


def _chosen_options(problem: pb.Problem, solution: pb.Solution) -> list[pb.Option]:
    options = {(option.unit, option.home): option for option in problem.options}
    for assignment in solution.assignments:
        if (assignment.unit, assignment.home) not in options:
            raise Unsound(f"unknown assignment: {assignment.unit!r} has no option for {assignment.home!r}")
    return [options[assignment.unit, assignment.home] for assignment in solution.assignments]


def _units_in_order(problem: pb.Problem, solution: pb.Solution) -> None:
    assigned = [assignment.unit for assignment in solution.assignments]
    for unit, times in Counter(assigned).items():
        if times > 1:
            raise Unsound(f"unit twice: {unit!r} is assigned {times} times")
    if assigned != [unit.name for unit in problem.units if unit.name in assigned]:
        raise Unsound("order: assignments do not stand in the order of the problem's units")


def _members_once(problem: pb.Problem, solution: pb.Solution) -> None:
    members = {unit.name: list(unit.members) or [unit.name] for unit in problem.units}
    covered = Counter(member for assignment in solution.assignments for member in members[assignment.unit])
    for member, times in covered.items():
        if times > 1:
            raise Unsound(f"member twice: {member!r} is covered by {times} assigned units")


def _places_suffice(problem: pb.Problem, chosen: list[pb.Option]) -> None:
    used: Counter[str] = Counter()
    for option in chosen:
        used[option.home] += option.places
    for home in problem.homes:
        if used[home.name] > home.places:
            raise Unsound(f"places exceeded: {home.name!r} has {home.places}, {used[home.name]} are used")


def _exclusions_kept(problem: pb.Problem, solution: pb.Solution) -> None:
    home_of = {assignment.unit: assignment.home for assignment in solution.assignments}
    for exclusion in problem.exclusions:
        home = home_of.get(exclusion.unit)
        if home is not None and home == home_of.get(exclusion.other_unit):
            raise Unsound(f"exclusion broken: {exclusion.unit!r} and {exclusion.other_unit!r} share {home!r}")


def _load_limits_kept(problem: pb.Problem, solution: pb.Solution) -> None:
    for limit in problem.load_limits:
        limited = [a.unit for a in solution.assignments if a.home == limit.home and a.unit in limit.units]
        if len(limited) > limit.max:
            raise Unsound(f"load limit broken: {limit.home!r} takes at most {limit.max} of {limited}")


def _values_counted(problem: pb.Problem, solution: pb.Solution, chosen: list[pb.Option]) -> None:
    if [result.name for result in solution.levels] != [level.name for level in problem.levels]:
        raise Unsound("levels: the results are not those of the problem's levels, in their order")
    for position, result in enumerate(solution.levels):
        counted = sum(option.scores[position] for option in chosen)
        if result.value != counted:
            raise Unsound(f"value wrong: level {result.name!r} says {result.value}, its scores sum to {counted}")


def _claims_allowed(problem: pb.Problem, solution: pb.Solution) -> None:
    all_proven = True
    for level, result in zip(problem.levels, solution.levels, strict=True):
        loss = result.value - result.bound if level.sense == pb.MINIMIZE else result.bound - result.value
        if loss < 0:
            raise Unsound(f"bound wrong: level {level.name!r} says {result.bound}, its value {result.value} is better")
        if result.proven and loss > Fraction(str(level.tolerance)) * abs(result.bound):
            raise Unsound(f"proven too early: level {level.name!r} has {result.value}, its bound is {result.bound}")
        if result.proven and not all_proven:
            raise Unsound(f"proven too early: level {level.name!r} stands behind an unproven level")
        all_proven = result.proven
