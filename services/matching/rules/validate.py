"""What a problem must hold before it is solved; each refusal names the field and what is allowed there."""

import math
from collections.abc import Iterable
from itertools import chain

import numpy as np

from havn.matching.v1 import problem_pb2 as pb

# Below this every integer is a float64 of its own, so that no sum loses a unit on its way through the solver.
SCORE_SUM_LIMIT = 2**53


class ProblemError(ValueError):
    """The problem is not well formed; the message names the field and what is allowed."""


def validate(problem: pb.Problem) -> None:
    """Refuses a problem that is not well formed.

    Raises:
        ProblemError: at the first field that is wrong.
    """
    _levels(problem)
    _homes(problem)
    _units(problem)
    _options(problem)
    _exclusions(problem)
    _load_limits(problem)
    _score_sums(problem)


def _levels(problem: pb.Problem) -> None:
    _names("levels", (level.name for level in problem.levels))
    for position, level in enumerate(problem.levels):
        if level.sense not in (pb.MINIMIZE, pb.MAXIMIZE):
            raise ProblemError(f"levels[{position}].sense: must be MINIMIZE or MAXIMIZE")
        if not math.isfinite(level.tolerance) or level.tolerance < 0:
            raise ProblemError(f"levels[{position}].tolerance: must be a finite number, 0 or more")


def _homes(problem: pb.Problem) -> None:
    _names("homes", (home.name for home in problem.homes))
    for position, home in enumerate(problem.homes):
        _not_negative(f"homes[{position}].places", home.places)


def _units(problem: pb.Problem) -> None:
    _names("units", (unit.name for unit in problem.units))
    for position, unit in enumerate(problem.units):
        _distinct(f"units[{position}].members", unit.members)


def _options(problem: pb.Problem) -> None:
    units = {unit.name for unit in problem.units}
    homes = {home.name for home in problem.homes}
    seen: set[tuple[str, str]] = set()
    for position, option in enumerate(problem.options):
        field = f"options[{position}]"
        _known(f"{field}.unit", option.unit, units, "units")
        _known(f"{field}.home", option.home, homes, "homes")
        _not_negative(f"{field}.places", option.places)
        if len(option.scores) != len(problem.levels):
            raise ProblemError(
                f"{field}.scores: must be one per level, {len(problem.levels)}, not {len(option.scores)}"
            )
        if (option.unit, option.home) in seen:
            raise ProblemError(f"{field}: unit {option.unit!r} must have one option at most for home {option.home!r}")
        seen.add((option.unit, option.home))


def _exclusions(problem: pb.Problem) -> None:
    units = {unit.name for unit in problem.units}
    for position, exclusion in enumerate(problem.exclusions):
        _known(f"exclusions[{position}].unit", exclusion.unit, units, "units")
        _known(f"exclusions[{position}].other_unit", exclusion.other_unit, units, "units")
        if exclusion.unit == exclusion.other_unit:
            raise ProblemError(f"exclusions[{position}].other_unit: must be another unit than unit")


def _load_limits(problem: pb.Problem) -> None:
    units = {unit.name for unit in problem.units}
    homes = {home.name for home in problem.homes}
    for position, limit in enumerate(problem.load_limits):
        field = f"load_limits[{position}]"
        _known(f"{field}.home", limit.home, homes, "homes")
        _distinct(f"{field}.units", limit.units)
        for unit in limit.units:
            _known(f"{field}.units", unit, units, "units")
        _not_negative(f"{field}.max", limit.max)


def _score_sums(problem: pb.Problem) -> None:
    scores = np.fromiter(chain.from_iterable(option.scores for option in problem.options), dtype=np.float64)
    sums = np.abs(scores).reshape(len(problem.options), len(problem.levels)).sum(axis=0)
    for level, total in zip(problem.levels, sums, strict=True):
        if total >= SCORE_SUM_LIMIT:
            raise ProblemError(f"options.scores: for level {level.name!r} they must sum to less than 2^53, signs aside")


def _names(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for position, name in enumerate(names):
        if not name:
            raise ProblemError(f"{field}[{position}].name: must not be empty")
        if name in seen:
            raise ProblemError(f"{field}[{position}].name: must be unique, {name!r} came before")
        seen.add(name)


def _distinct(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not name or name in seen:
            raise ProblemError(f"{field}: must be distinct names, {name!r} is empty or came before")
        seen.add(name)


def _known(field: str, name: str, known: set[str], where: str) -> None:
    if name not in known:
        raise ProblemError(f"{field}: must be one of the {where}, {name!r} is not")


def _not_negative(field: str, number: int) -> None:
    if number < 0:
        raise ProblemError(f"{field}: must be 0 or more, not {number}")
