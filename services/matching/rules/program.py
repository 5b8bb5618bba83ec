"""A problem as an integer program: a 0/1 column for each option, a row for each rule that could be broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from havn.matching.v1 import problem_pb2 as pb

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    """At most `limit`, when each chosen option of `columns` counts with its coefficient."""

    columns: list[int]
    coefficients: list[int]
    limit: int


@dataclass(frozen=True)
class Columns:
    """The options that fit their home alone, by position in the problem. The others are no columns at all."""

    of_unit: dict[str, dict[str, int]]
    of_home: dict[str, list[int]]


def columns(problem: pb.Problem) -> Columns:
    """Where the options of each unit (by home) and of each home stand."""
    places = {home.name: home.places for home in problem.homes}
    of_unit: dict[str, dict[str, int]] = {unit.name: {} for unit in problem.units}
    of_home: dict[str, list[int]] = {home.name: [] for home in problem.homes}
    for column, option in enumerate(problem.options):
        if option.places <= places[option.home]:
            of_unit[option.unit][option.home] = column
            of_home[option.home].append(column)
    return Columns(of_unit, of_home)


def one_option_each(problem: pb.Problem, at: Columns) -> Iterator[Row]:
    """Of all units that cover one member, at most one is assigned, once."""
    of_member: dict[str, list[int]] = {}
    for unit in problem.units:
        for member in unit.members or [unit.name]:
            of_member.setdefault(member, []).extend(at.of_unit[unit.name].values())
    for options in of_member.values():
        yield _at_most(1, options)


def places_suffice(problem: pb.Problem, at: Columns) -> Iterator[Row]:
    """The options chosen for a home use no more places than it has."""
    for home in problem.homes:
        options = at.of_home[home.name]
        yield Row(options, [problem.options[column].places for column in options], home.places)


def excluded_units_apart(problem: pb.Problem, at: Columns) -> Iterator[Row]:
    """Two units that exclude each other never share a home: a row for each home that both could have."""
    for exclusion in problem.exclusions:
        others = at.of_unit[exclusion.other_unit]
        for home, column in at.of_unit[exclusion.unit].items():
            if home in others:
                yield _at_most(1, [column, others[home]])


def load_limits_kept(problem: pb.Problem, at: Columns) -> Iterator[Row]:
    """No home takes more of the units of a load limit than its maximum."""
    for limit in problem.load_limits:
        options = [at.of_unit[unit].get(limit.home) for unit in limit.units]
        yield _at_most(limit.max, [column for column in options if column is not None])


Constraint = Callable[[pb.Problem, Columns], Iterator[Row]]
CONSTRAINTS: tuple[Constraint, ...] = (one_option_each, places_suffice, excluded_units_apart, load_limits_kept)


def rows(problem: pb.Problem, at: Columns) -> list[Row]:
    """Every row that some choice of options could break."""
    candidates = chain.from_iterable(constraint(problem, at) for constraint in CONSTRAINTS)
    return [row for row in candidates if sum(row.coefficients) > row.limit]


def costs(problem: pb.Problem) -> Integers:
    """The scores, shape (levels, options), with the sign that makes less better on every level."""
    scores = np.fromiter(chain.from_iterable(option.scores for option in problem.options), dtype=np.int64)
    signs = np.array([sign(level) for level in problem.levels], dtype=np.int64)
    return scores.reshape(len(problem.options), len(problem.levels)).T * signs[:, np.newaxis]


def sign(level: pb.Level) -> int:
    """What turns a score into a cost and back."""
    return -1 if level.sense == pb.MAXIMIZE else 1


def _at_most(limit: int, options: list[int]) -> Row:
    return Row(options, [1] * len(options), limit)
