"""The optimum by plain enumeration: what the solver is measured against. It shares no code with it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from havn.matching.v1 import problem_pb2 as pb

Plan = tuple[pb.Option, ...]


def best(problem: pb.Problem) -> tuple[int, ...]:
    """The optimum of each level in its turn, among the plans that keep the levels before within their tolerance."""
    plans = [plan for plan in every_plan(problem) if keeps_rules(problem, plan)]
    optima = []
    for position, level in enumerate(problem.levels):
        values = [sum(option.scores[position] for option in plan) for plan in plans]
        optimum = min(values) if level.sense == pb.MINIMIZE else max(values)
        allowed = Decimal(str(level.tolerance)) * abs(optimum)
        plans = [plan for plan, value in zip(plans, values, strict=True) if abs(value - optimum) <= allowed]
        optima.append(optimum)
    return tuple(optima)


def every_plan(problem: pb.Problem) -> Iterator[Plan]:
    """Each way to give each unit one of its options or none."""
    choices = [[None, *(o for o in problem.options if o.unit == unit.name)] for unit in problem.units]
    for choice in product(*choices):
        yield tuple(option for option in choice if option is not None)


def keeps_rules(problem: pb.Problem, plan: Plan) -> bool:
    """Whether a plan keeps places, members, exclusions and load limits."""
    units_in = {home.name: [option.unit for option in plan if option.home == home.name] for home in problem.homes}
    members = {unit.name: unit.members or [unit.name] for unit in problem.units}
    covered = Counter(member for option in plan for member in members[option.unit])
    return (
        all(times == 1 for times in covered.values())
        and all(sum(o.places for o in plan if o.home == home.name) <= home.places for home in problem.homes)
        and not any({e.unit, e.other_unit} <= set(units) for e in problem.exclusions for units in units_in.values())
        and all(sum(unit in limit.units for unit in units_in[limit.home]) <= limit.max for limit in problem.load_limits)
    )
