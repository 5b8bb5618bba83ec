"""The levels L1 to L10 of the plan, each a named score of an option; each is settled before the next counts.

Source: docs/rules.md, levels of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from havn.matching.v1 import matching_pb2 as pb
from havn.matching.v1.problem_pb2 import MAXIMIZE, MINIMIZE, Sense
from services.matching.rules import level_words as wording
from services.matching.rules.facts import World
from services.matching.rules.level_words import LevelWords
from services.matching.rules.options import Option

# A single optimum is then likely, though not certain. Isolation lemma: Mulmuley, Vazirani & Vazirani 1987, "Matching is
# as easy as matrix inversion", Combinatorica 7.
ORDERS = 2**16

MISFIT = "misfit"


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name in the problem, its words, whether small or large is better, and the score of an option.

    `counts` says which children of an option count, by their position, on a main level (L1 to L5); None on the others.
    """

    name: str
    words: LevelWords
    sense: Sense.ValueType
    score: Callable[[Option], int]
    counts: Callable[[Option, int], bool] | None = None
    tolerance: float = 0.0


def levels(world: World, previous: Mapping[str, str]) -> tuple[Level, ...]:
    """All levels in order. `previous` is the home that each request was shown before."""
    return (
        *main_levels(world),
        Level("sibling_bonds", wording.SIBLING_BONDS, MAXIMIZE, lambda option: option.bonds),
        Level("poor_fits", wording.POOR_FITS, MINIMIZE, poor_fits),
        Level(MISFIT, wording.MISFIT, MINIMIZE, misfit, tolerance=world.policy.tolerance),
        Level("cost", wording.COST, MINIMIZE, cost_score(world)),
        # Only cost may spend the tolerance: what it leaves, later levels do not.
        Level("misfit_at_cost", wording.MISFIT_AT_COST, MINIMIZE, misfit),
        Level("kept", wording.KEPT, MAXIMIZE, lambda option: kept(option, previous)),
        Level("order", wording.ORDER, MINIMIZE, order),
    )


def main_levels(world: World) -> tuple[Level, ...]:
    """L1 to L5, which count children; overdue classes and heights above the need step are levels of their own."""
    bounds = world.policy.overdue_days
    heights = range(max(world.policy.ladder) - 1, 0, -1)
    return (
        _count("safe_tonight", wording.SAFE_TONIGHT, MAXIMIZE, safe_tonight),
        _count("danger_above_need", wording.DANGER_ABOVE_NEED, MINIMIZE, danger_above_need),
        *(_overdue(more_than, to) for more_than, to in zip(bounds, (None, *bounds), strict=False)),
        *(_above(height) for height in heights),
        _count("overdue_free_today", wording.OVERDUE_FREE_TODAY, MAXIMIZE, overdue_free_today),
        _count("placed", wording.PLACED, MAXIMIZE, placed),
    )


def _count(name: str, words: LevelWords, sense: Sense.ValueType, counts: Callable[[Option, int], bool]) -> Level:
    def score(option: Option) -> int:
        return sum(counts(option, position) for position in range(len(option.unit.children)))

    return Level(name, words, sense, score, counts)


def safe_tonight(option: Option, position: int) -> bool:
    """L1: a child in danger with a place that is free today."""
    return option.tonight and option.unit.children[position].in_danger


def danger_above_need(option: Option, position: int) -> bool:
    """L2: one of these above its need step, an emergency place included."""
    return option.steps_above[position] > 0 and safe_tonight(option, position)


def _overdue(more_than: int, to: int | None) -> Level:
    """L3, one class of it: a child past its place-by date with a lasting place."""

    def counts(option: Option, position: int) -> bool:
        days = option.unit.overdue[position]
        return more_than < days and (to is None or days <= to) and not option.home.emergency

    return _count(f"overdue_over_{more_than}_days", wording.overdue(more_than, to), MAXIMIZE, counts)


def _above(height: int) -> Level:
    """L4, one height of it: a child of an overdue unit that many steps above its need step."""

    def counts(option: Option, position: int) -> bool:
        return (
            option.steps_above[position] == height
            and option.unit.late
            and not option.home.emergency
            and not safe_tonight(option, position)
        )

    return _count(f"above_need_by_{height}", wording.above(height), MINIMIZE, counts)


def overdue_free_today(option: Option, position: int) -> bool:
    """L4, last: a child past its place-by date with a lasting place that it need not wait for."""
    return option.unit.overdue[position] > 0 and option.tonight and not option.home.emergency


def placed(option: Option, position: int) -> bool:
    """L5: any other child with a lasting place at its need step."""
    if option.unit.overdue[position] or option.steps_above[position]:
        return False
    return not option.home.emergency and not safe_tonight(option, position)


def poor_fits(option: Option) -> int:
    """L7: children with a poor fit; a place for tonight has no class."""
    if option.home.emergency:
        return 0
    return sum(fit.fit_class == pb.FIT_CLASS_POOR for fit in option.fits)


def misfit(option: Option) -> int:
    """L7: what each child's fit lacks of 100; a place for tonight lacks all of it, so that a lasting one is better."""
    if option.home.emergency:
        return 100 * len(option.fits)
    return sum(100 - fit.value for fit in option.fits)


def cost_score(world: World) -> Callable[[Option], int]:
    """L8: whole kroner a day; a rate that is unknown counts as the highest known one."""
    highest = max((home.daily_rate for home in world.usable_homes if home.daily_rate is not None), default=0)

    def score(option: Option) -> int:
        unknown = highest * option.places if option.cost.rate is None else 0
        return (option.cost.known + unknown + 50) // 100

    return score


def kept(option: Option, previous: Mapping[str, str]) -> int:
    """L9: children that keep the home that was shown before."""
    return sum(previous.get(request) == option.home.name for request in option.unit.members)


def order(option: Option) -> int:
    """L10: a number from 1 to 2^16 that follows from the names alone, the same in every process."""
    key = f"{option.unit.name} {option.home.name}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest()) % ORDERS + 1
