"""The solver alone, on made-up municipalities: time to build and to solve, levels proven, and the gain over greedy.

`python -m bench.solver`; the figures land in bench/results/solver.json.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from havn.matching.v1 import problem_pb2 as pb
from services.matching.rules.check import check
from services.matching.rules.solve import solve

RESULTS = Path(__file__).parent / "results" / "solver.json"
SIZES = ((60, 300), (60, 500), (500, 400))
SEEDS = range(3)
DEADLINE_SECONDS = 30.0
OPTIONS_PER_UNIT = 100
# The place in the queue of those who can wait.
WAITING = 0
POOR_FIT = 60

PER_CLASS = (("placed", pb.MAXIMIZE), ("above need", pb.MINIMIZE))
# Name, sense, tolerance; classes 4 to 1 are in danger and overdue, 0 is everybody else.
LEVELS = (
    *((f"class {c} {what}", sense, 0.0) for c in (4, 3, 2, 1) for what, sense in PER_CLASS),
    ("others placed", pb.MAXIMIZE, 0.0),
    ("siblings together", pb.MAXIMIZE, 0.0),
    ("poor fits", pb.MINIMIZE, 0.0),
    ("misfit", pb.MINIMIZE, 0.02),
    ("cost", pb.MINIMIZE, 0.0),
    ("changes", pb.MINIMIZE, 0.0),
    ("order", pb.MINIMIZE, 0.0),
)


@dataclass(frozen=True)
class Home:
    """Where it is, how intrusive, how many places are free, and what a day costs."""

    name: str
    x: float
    y: float
    step: int
    places: int
    cost: int


@dataclass(frozen=True)
class Unit:
    """Children with one place in the queue, one need, and one way from home."""

    name: str
    children: tuple[str, ...]
    x: float
    y: float
    step: int
    queue: int


def home(chance: random.Random, number: int) -> Home:
    """Six in ten are families, the rest specialised families and institutions; three in four have a free place."""
    step = chance.choices((1, 2, 3), (60, 25, 15))[0]
    places = chance.choices((0, 1, 2, 3, 4), (25, 45, 20, 7, 3))[0]
    return Home(f"h{number}", chance.random(), chance.random(), step, places, chance.randint(15, 40) + 20 * step)


def units(chance: random.Random, children: int) -> Iterator[Unit]:
    """Sibling sets of two or three up to 23 % of the children, then children alone; three sets in five may be split."""
    first = 0
    while first < children:
        size = chance.choices((2, 3), (4, 1))[0] if first < 0.22 * children else 1
        names = tuple(f"c{number}" for number in range(first, first + size))
        place = chance.random(), chance.random(), chance.choices((1, 2, 3), (60, 25, 15))[0]
        queue = chance.choices((4, 3, 2, 1, 0), (10, 15, 20, 20, 35))[0]
        if size > 1:
            yield Unit(f"s{first}", names, *place, queue)
        if size == 1 or chance.random() < 0.6:
            yield from (Unit(name, (name,), *place, queue) for name in names)
        first += size


def misfit(unit: Unit, home: Home) -> float:
    """How far the home is, and how much more intrusive than needed."""
    return 60 * math.hypot(unit.x - home.x, unit.y - home.y) + 10 * (home.step - unit.step)


def scores(chance: random.Random, unit: Unit, home: Home) -> list[int]:
    """One number per level."""
    size, above = len(unit.children), home.step > unit.step
    classes = [number for c in (4, 3, 2, 1) for number in (size * (unit.queue == c), size * above * (unit.queue == c))]
    fit = int(misfit(unit, home)) + chance.randint(0, 40)
    others = size * (unit.queue == WAITING)
    changes, order = chance.random() < 0.9, chance.randint(0, 1000)
    return [*classes, others, size - 1, size * (fit > POOR_FIT), size * fit, size * home.cost, size * changes, order]


def municipality(children: int, homes: int, seed: int) -> pb.Problem:
    """A problem with a unit's nearest homes as its options."""
    chance = random.Random(seed)
    all_homes = [home(chance, number) for number in range(homes)]
    all_units = sorted(units(chance, children), key=lambda unit: -unit.queue)
    made = pb.Problem(levels=[pb.Level(name=n, sense=s, tolerance=t) for n, s, t in LEVELS])
    made.homes.extend(pb.ProblemHome(name=h.name, places=h.places) for h in all_homes)
    made.units.extend(pb.Unit(name=u.name, members=u.children) for u in all_units)
    made.options.extend(option for unit in all_units for option in options(chance, unit, all_homes))
    names = [unit.name for unit in all_units]
    for _ in range(children // 10):
        unit_name, other = chance.sample(names, 2)
        made.exclusions.add(unit=unit_name, other_unit=other)
    for h in all_homes:
        if h.places > 1:
            made.load_limits.add(home=h.name, units=chance.sample(names, len(names) // 4), max=1)
    return made


def options(chance: random.Random, unit: Unit, homes: list[Home]) -> Iterator[pb.Option]:
    """The nearest homes that suit the unit."""
    places = len(unit.children)
    suitable = [home for home in homes if home.places >= places and suits(unit, home)]
    for home in sorted(suitable, key=lambda home: misfit(unit, home))[:OPTIONS_PER_UNIT]:
        yield pb.Option(unit=unit.name, home=home.name, places=places, scores=scores(chance, unit, home))


def suits(unit: Unit, home: Home) -> bool:
    """Nobody goes below their need; who can wait does so rather than go above it."""
    return home.step == unit.step if unit.queue == WAITING else home.step >= unit.step


def greedy(problem: pb.Problem) -> list[int]:
    """The level values when caseworkers go through the queue and give each unit the best home that is left for it."""
    signs = [1 if level.sense == pb.MINIMIZE else -1 for level in problem.levels]
    options: dict[str, list[pb.Option]] = {unit.name: [] for unit in problem.units}
    for option in problem.options:
        options[option.unit].append(option)
    taken = Taken(problem)
    for unit in problem.units:
        options[unit.name].sort(key=lambda option: [s * score for s, score in zip(signs, option.scores, strict=True)])
        taken.take_first([option for option in options[unit.name] if taken.fits(unit, option)])
    return [sum(option.scores[position] for option in taken.options) for position in range(len(signs))]


class Taken:
    """The options taken so far."""

    def __init__(self, problem: pb.Problem) -> None:
        self.options: list[pb.Option] = []
        self.left = {home.name: home.places for home in problem.homes}
        self.members = {unit.name: unit.members for unit in problem.units}
        self.placed: set[str] = set()
        self.units_in: dict[str, set[str]] = {home.name: set() for home in problem.homes}
        self.exclusions = [{exclusion.unit, exclusion.other_unit} for exclusion in problem.exclusions]
        self.limits = {limit.home: (set(limit.units), limit.max) for limit in problem.load_limits}

    def fits(self, unit: pb.Unit, option: pb.Option) -> bool:
        """Whether an option keeps every rule beside those taken."""
        there = self.units_in[option.home] | {unit.name}
        limited, most = self.limits.get(option.home, (there, len(there)))
        return (
            option.places <= self.left[option.home]
            and self.placed.isdisjoint(unit.members)
            and len(there & limited) <= most
            and not any(pair <= there for pair in self.exclusions)
        )

    def take_first(self, options: list[pb.Option]) -> None:
        """Takes the first, if there is one."""
        for option in options[:1]:
            self.options.append(option)
            self.left[option.home] -= option.places
            self.placed.update(self.members[option.unit])
            self.units_in[option.home].add(option.unit)


def measure(children: int, homes: int, seed: int) -> dict[str, object]:
    """One municipality, solved, checked, and compared."""
    problem = municipality(children, homes, seed)
    solution = solve(problem, DEADLINE_SECONDS)
    check(problem, solution)
    levels = zip(solution.levels, greedy(problem), strict=True)
    return {
        "children": children,
        "homes": homes,
        "seed": seed,
        "options": len(problem.options),
        "siblings": round(sum(len(u.members) for u in problem.units if len(u.members) > 1) / children, 2),
        "build seconds": round(solution.seconds.build, 3),
        "solve seconds": round(solution.seconds.solve, 3),
        "levels proven": sum(level.proven for level in solution.levels),
        **{f"{level.name} (greedy)": f"{level.value} ({value})" for level, value in levels},
    }


def main() -> None:
    """Measures each size and seed, after one to warm up."""
    measure(*SIZES[0], seed=9)
    rows = [measure(children, homes, seed) for children, homes in SIZES for seed in SEEDS]
    for name in rows[0]:
        print(f"{name:>28}", *(f"{row[name]!s:>15}" for row in rows))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
