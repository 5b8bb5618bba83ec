"""What leaders publish: weights, bounds, classes and tolerances, with the version that every answer names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from havn.matching.v1 import matching_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.words import Phrase


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder; `needs_decision` where a committee must decide before a place is sought (R7).

    `titled` opens a sentence: "Trin 3 (plejefamilie)".
    """

    number: int
    name: Phrase
    titled: Phrase
    needs_decision: bool


@dataclass(frozen=True, slots=True)
class Costs:
    """Parts of the public cost besides the home's rate, in øre."""

    interpreter_hours_per_day: float
    interpreter_per_hour: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A published policy. Own defaults until leaders publish another: docs/rules.md."""

    version: str
    weights: Mapping[str, int]
    good_from: int
    fair_from: int
    overdue_days: tuple[int, ...]
    tolerance: float
    first_period_days: int
    emergency_period_days: int
    training_grace_days: int
    reunite_days: int
    overdue_wait_days: int
    danger_ceiling: int
    fresh_days: int
    ageing_days: int
    costs: Costs
    ladder: Mapping[int, Step]
    languages: Mapping[int, Phrase]

    def fit_class(self, fit: int) -> pb.FitClass.ValueType:
        """The class of a fit from 0 to 100."""
        if fit >= self.good_from:
            return pb.FIT_CLASS_GOOD
        return pb.FIT_CLASS_FAIR if fit >= self.fair_from else pb.FIT_CLASS_POOR


Row = Mapping[str, str]


def policy(parsed: Mapping[str, Any], ladder: Iterable[Row], languages: Iterable[Row]) -> Policy:
    """The policy from the parsed data/policy.json and the rows of data/ladder.csv and data/languages.csv.

    Raises:
        ValueError: a weight outside 0 to 100, or bounds out of order.
        KeyError: a part is missing.
    """
    rest = {name: value for name, value in parsed.items() if name not in ("about", "costs", "overdue_days")}
    made = Policy(
        **rest,
        overdue_days=tuple(sorted(parsed["overdue_days"], reverse=True)),
        costs=Costs(**parsed["costs"]),
        ladder={step.number: step for step in map(_step, ladder)},
        languages={terms.Language.Value(f"LANGUAGE_{row['language']}"): _name(row) for row in languages},
    )
    _refuse_bad_bounds(made)
    return made


def _step(row: Row) -> Step:
    number, name = int(row["step"]), _name(row)
    titled = Phrase(f"Trin {number} ({name.da})", f"Step {number} ({name.en})")
    return Step(number, name, titled, needs_decision=row["needs_decision"] == "yes")


def _name(row: Row) -> Phrase:
    return Phrase(row["da"], row["en"])


def _refuse_bad_bounds(made: Policy) -> None:
    if any(not 0 <= weight <= 100 for weight in made.weights.values()):
        raise ValueError("weights lie between 0 and 100")
    if not 0 <= made.fair_from <= made.good_from <= 100:
        raise ValueError("bounds of fit: 0 <= fair_from <= good_from <= 100")
    if not 0 <= made.tolerance < 1:
        raise ValueError("the tolerance is a share, 0 <= tolerance < 1")
