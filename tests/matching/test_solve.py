import math
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havn.matching.v1 import problem_pb2 as pb
from services.matching.rules import engine
from services.matching.rules.check import Unsound, check
from services.matching.rules.face import whole_face
from services.matching.rules.program import costs
from services.matching.rules.solve import solve
from services.matching.rules.validate import ProblemError
from tests.matching.brute import best

NAMES = ["a", "b", "c", "d", "ab", "bc", "cd"]
SETS = {"ab": ["a", "b"], "bc": ["b", "c"], "cd": ["c", "d"]}


def problem(
    *options: tuple[str, str, int, list[int]],
    homes: dict[str, int],
    senses: list[pb.Sense.ValueType] | None = None,
    tolerances: list[float] | None = None,
) -> pb.Problem:
    """Options are (unit, home, places, scores); units are named by them, and of two letters are sets."""
    made = pb.Problem()
    for position, sense in enumerate([pb.MAXIMIZE] if senses is None else senses):
        made.levels.add(name=f"level {position}", sense=sense, tolerance=(tolerances or [0] * 9)[position])
    for name, places in homes.items():
        made.homes.add(name=name, places=places)
    for name in dict.fromkeys(unit for unit, *_ in options):
        made.units.add(name=name, members=SETS.get(name, []))
    for unit, home, places, scores in options:
        made.options.add(unit=unit, home=home, places=places, scores=scores)
    return made


def homes_of(solution: pb.Solution) -> dict[str, str]:
    return {assignment.unit: assignment.home for assignment in solution.assignments}


def values(solution: pb.Solution) -> list[int]:
    return [level.value for level in solution.levels]


def proven(solution: pb.Solution) -> list[bool]:
    return [level.proven for level in solution.levels]


# --- Against plain enumeration


@st.composite
def problems(draw: st.DrawFn, largest_score: int = 5) -> pb.Problem:
    scores = st.integers(-largest_score, largest_score)
    homes = draw(st.dictionaries(st.sampled_from(["h", "i", "j"]), st.integers(0, 3)))
    units = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    made = pb.Problem()
    for position in range(draw(st.integers(0, 4))):
        tolerance = draw(st.sampled_from([0, 0, 0.02, 0.25, 0.29, 1, 1e300]))
        made.levels.add(name=f"level {position}", sense=draw(st.sampled_from([1, 2])), tolerance=tolerance)
    for home, places in homes.items():
        made.homes.add(name=home, places=places)
    for unit in units:
        made.units.add(name=unit, members=SETS.get(unit, []))
        for home in draw(st.lists(st.sampled_from(sorted(homes)), unique=True)) if homes else []:
            option = made.options.add(unit=unit, home=home, places=draw(st.integers(0, 3)))
            option.scores.extend(draw(st.lists(scores, min_size=len(made.levels), max_size=len(made.levels))))
    if len(units) > 1:
        for pair in draw(st.lists(st.lists(st.sampled_from(units), unique=True, min_size=2, max_size=2), max_size=2)):
            made.exclusions.add(unit=pair[0], other_unit=pair[1])
    if homes and units:
        for home in draw(st.lists(st.sampled_from(sorted(homes)), max_size=2)):
            limited = draw(st.lists(st.sampled_from(units), unique=True))
            made.load_limits.add(home=home, units=limited, max=draw(st.integers(0, 2)))
    return made


@given(problems())
@settings(deadline=None, max_examples=300)
def test_every_level_reaches_the_optimum_that_enumeration_finds(drawn: pb.Problem) -> None:
    solution = solve(drawn)
    check(drawn, solution)
    assert tuple(level.bound for level in solution.levels) == best(drawn)
    assert all(proven(solution))


@given(problems(largest_score=2**40))
@settings(deadline=None, max_examples=100)
def test_large_scores_are_never_claimed_wrongly(drawn: pb.Problem) -> None:
    solution = solve(drawn)
    check(drawn, solution)
    claimed = [level.bound for level in solution.levels if level.proven]
    assert claimed == list(best(drawn))[: len(claimed)]


@given(problems())
@settings(deadline=None, max_examples=100)
def test_without_time_the_plan_is_sound_and_claims_nothing_false(drawn: pb.Problem) -> None:
    solution = solve(drawn, deadline_seconds=0)
    check(drawn, solution)
    claimed = [level.bound for level in solution.levels if level.proven]
    assert claimed == list(best(drawn))[: len(claimed)]


# --- One feature at a time


def test_each_child_goes_where_the_sum_is_best_not_where_the_first_would_choose() -> None:
    drawn = problem(
        ("a", "h", 1, [9]), ("a", "i", 1, [8]), ("b", "h", 1, [7]), ("b", "i", 1, [1]), homes={"h": 1, "i": 1}
    )
    assert homes_of(solve(drawn)) == {"a": "i", "b": "h"}


def test_an_earlier_level_outweighs_any_gain_on_a_later_one() -> None:
    drawn = problem(("a", "h", 1, [1, 0]), ("b", "h", 1, [0, 1000]), homes={"h": 1}, senses=[pb.MAXIMIZE, pb.MAXIMIZE])
    assert homes_of(solve(drawn)) == {"a": "h"}


def test_a_level_that_minimizes_leaves_a_child_unplaced_when_nothing_else_asks_for_a_place() -> None:
    drawn = problem(("a", "h", 1, [5]), homes={"h": 1}, senses=[pb.MINIMIZE])
    assert homes_of(solve(drawn)) == {}


def test_negative_scores_are_gains_where_small_sums_are_better() -> None:
    drawn = problem(("a", "h", 1, [-5]), homes={"h": 1}, senses=[pb.MINIMIZE])
    assert values(solve(drawn)) == [-5]


def test_places_are_used_as_the_option_says() -> None:
    drawn = problem(("a", "h", 2, [1]), ("b", "h", 1, [1]), ("c", "h", 1, [1]), homes={"h": 3})
    assert values(solve(drawn)) == [2]


def test_an_option_that_needs_more_places_than_the_home_has_is_never_chosen() -> None:
    drawn = problem(("a", "h", 2, [1]), homes={"h": 1})
    assert homes_of(solve(drawn)) == {}


def test_a_sibling_set_excludes_the_options_of_its_members() -> None:
    drawn = problem(("a", "h", 1, [2]), ("b", "i", 1, [2]), ("ab", "j", 2, [5]), homes={"h": 1, "i": 1, "j": 2})
    assert homes_of(solve(drawn)) == {"ab": "j"}


def test_sets_that_share_a_member_exclude_each_other() -> None:
    drawn = problem(("ab", "h", 2, [1]), ("bc", "i", 2, [1]), ("cd", "j", 2, [1]), homes={"h": 2, "i": 2, "j": 2})
    assert homes_of(solve(drawn)) == {"ab": "h", "cd": "j"}


def test_excluded_units_never_share_a_home_and_may_live_in_two() -> None:
    drawn = problem(("a", "h", 1, [3]), ("b", "h", 1, [2]), ("b", "i", 1, [1]), homes={"h": 2, "i": 1})
    drawn.exclusions.add(unit="a", other_unit="b")
    assert homes_of(solve(drawn)) == {"a": "h", "b": "i"}


def test_a_load_limit_counts_only_its_own_units_in_its_own_home() -> None:
    drawn = problem(*((unit, "h", 1, [1]) for unit in "abcd"), homes={"h": 4})
    drawn.load_limits.add(home="h", units=["a", "b", "c"], max=1)
    solution = solve(drawn)
    assert values(solution) == [2]
    assert "d" in homes_of(solution)


def test_tolerance_gives_later_levels_room_to_the_last_unit() -> None:
    options = [("a", "h", 1, [100, 9]), ("a", "i", 1, [71, 5]), ("a", "j", 1, [70, 1])]
    senses = [pb.MAXIMIZE, pb.MINIMIZE]
    drawn = problem(*options, homes={"h": 1, "i": 1, "j": 1}, senses=senses, tolerances=[0.29, 0])
    solution = solve(drawn)
    assert homes_of(solution) == {"a": "i"}
    assert [(level.value, level.bound, level.proven) for level in solution.levels] == [(71, 100, True), (5, 5, True)]


def test_without_tolerance_a_later_level_only_chooses_among_equals() -> None:
    options = [("a", "h", 1, [100, 9]), ("a", "i", 1, [100, 5]), ("a", "j", 1, [99, 1])]
    drawn = problem(*options, homes={"h": 1, "i": 1, "j": 1}, senses=[pb.MAXIMIZE, pb.MINIMIZE])
    assert homes_of(solve(drawn)) == {"a": "i"}


def test_assignments_stand_in_the_order_of_the_units() -> None:
    drawn = problem(("c", "h", 1, [1]), ("a", "h", 1, [3]), ("b", "h", 1, [2]), homes={"h": 3})
    assert list(homes_of(solve(drawn))) == ["c", "a", "b"]


def test_the_empty_problem_has_the_empty_plan() -> None:
    solution = solve(pb.Problem())
    assert (len(solution.assignments), len(solution.levels)) == (0, 0)


def test_a_problem_without_options_proves_zero_on_every_level() -> None:
    drawn = problem(homes={"h": 1}, senses=[pb.MAXIMIZE, pb.MINIMIZE])
    drawn.units.add(name="a")
    solution = solve(drawn)
    assert (values(solution), proven(solution)) == ([0, 0], [True, True])


def test_without_levels_nobody_is_moved() -> None:
    assert homes_of(solve(problem(("a", "h", 1, []), homes={"h": 1}, senses=[]))) == {}


def test_huge_place_counts_stay_exact() -> None:
    huge = 2**31 - 1
    drawn = problem(("a", "h", huge, [2]), ("b", "h", 1, [1]), ("c", "h", 1, [2]), homes={"h": huge})
    assert homes_of(solve(drawn)) == {"b": "h", "c": "h"}


def test_prices_too_large_for_exact_sums_prove_nothing_false() -> None:
    huge, score = 2**31 - 1, 2**51
    drawn = problem(("a", "h", huge, [score]), ("b", "h", huge, [score + 1]), homes={"h": huge})
    solution = solve(drawn)
    check(drawn, solution)
    assert homes_of(solution) == {"b": "h"}


# --- A day's size: gaps that prices leave open, deadlines, determinism


def crowded(seed: int, units: int = 24, homes: int = 8) -> pb.Problem:
    """Pairs and singles that compete for odd places, so that the relaxation is not integral."""
    draw = random.Random(seed)
    made = pb.Problem()
    for position in range(4):
        made.levels.add(name=f"level {position}", sense=pb.MAXIMIZE if position % 2 == 0 else pb.MINIMIZE)
    for home in range(homes):
        made.homes.add(name=f"h{home}", places=draw.choice([1, 3, 3]))
    for unit in range(units):
        size = draw.choice([1, 2])
        made.units.add(name=f"u{unit}")
        for home in draw.sample(range(homes), homes // 2):
            scores = [size, draw.randint(0, 9), draw.randint(0, 3), draw.randint(0, 99)]
            made.options.add(unit=f"u{unit}", home=f"h{home}", places=size, scores=scores)
    return made


@pytest.mark.parametrize("seed", range(5))
def test_a_crowded_day_is_proven_on_every_level(seed: int) -> None:
    drawn = crowded(seed)
    solution = solve(drawn)
    check(drawn, solution)
    assert all(proven(solution))


def test_the_same_problem_gives_the_same_bytes() -> None:
    drawn = crowded(seed=1)
    answers = set()
    for _ in range(3):
        solution = solve(drawn)
        solution.ClearField("seconds")
        answers.add(solution.SerializeToString(deterministic=True))
    assert len(answers) == 1


@pytest.mark.parametrize("seconds", [0, 0.002, 0.005, 0.01, 0.02, 0.05])
def test_a_deadline_cuts_the_proof_never_the_soundness(seconds: float) -> None:
    drawn = crowded(seed=2, units=60, homes=20)
    complete = solve(drawn)
    cut = solve(drawn, deadline_seconds=seconds)
    check(drawn, cut)
    for level, other in zip(cut.levels, complete.levels, strict=True):
        assert not level.proven or level.value == other.value


def test_the_solvers_inside_answer_with_nothing_when_they_have_no_time() -> None:
    drawn = crowded(seed=2)
    face, cost = whole_face(drawn), costs(drawn)[0]
    relaxed = engine.relax(face, cost, seconds=0)
    optimised = engine.optimise(face, cost, face.lower, seconds=0)
    assert not relaxed.plan.any()
    assert not relaxed.prices.any()
    assert (optimised.plan.sum(), optimised.bound) == (0, None)


def test_without_time_the_greedy_plan_still_places_children() -> None:
    assert solve(crowded(seed=3), deadline_seconds=0).assignments


# --- What is refused


def valid() -> pb.Problem:
    made = problem(("a", "h", 1, [1]), ("b", "h", 1, [1]), homes={"h": 1})
    made.exclusions.add(unit="a", other_unit="b")
    made.load_limits.add(home="h", units=["a", "b"], max=1)
    return made


Change = Callable[[pb.Problem], object]
REFUSALS: dict[str, Change] = {
    "levels[1].name: must be unique": lambda p: p.levels.add(name="level 0", sense=pb.MINIMIZE),
    "levels[0].name: must not be empty": lambda p: p.levels[0].ClearField("name"),
    "levels[0].sense: must be MINIMIZE or MAXIMIZE": lambda p: p.levels[0].ClearField("sense"),
    "levels[0].tolerance: must be a finite number, 0 or more": lambda p: setattr(p.levels[0], "tolerance", -0.1),
    "homes[1].name: must be unique": lambda p: p.homes.add(name="h"),
    "homes[0].places: must be 0 or more": lambda p: setattr(p.homes[0], "places", -1),
    "units[2].name: must be unique": lambda p: p.units.add(name="a"),
    "units[0].members: must be distinct": lambda p: p.units[0].members.extend(["x", "x"]),
    "options[0].unit: must be one of the units": lambda p: setattr(p.options[0], "unit", "z"),
    "options[0].home: must be one of the homes": lambda p: setattr(p.options[0], "home", "z"),
    "options[0].places: must be 0 or more": lambda p: setattr(p.options[0], "places", -1),
    "options[0].scores: must be one per level": lambda p: p.options[0].scores.append(1),
    "options[2]: unit 'a' must have one option at most": lambda p: p.options.add(unit="a", home="h", scores=[1]),
    "exclusions[0].unit: must be one of the units": lambda p: setattr(p.exclusions[0], "unit", "z"),
    "exclusions[0].other_unit: must be one of the units": lambda p: setattr(p.exclusions[0], "other_unit", "z"),
    "exclusions[0].other_unit: must be another unit": lambda p: setattr(p.exclusions[0], "other_unit", "a"),
    "load_limits[0].home: must be one of the homes": lambda p: setattr(p.load_limits[0], "home", "z"),
    "load_limits[0].units: must be one of the units": lambda p: p.load_limits[0].units.append("z"),
    "load_limits[0].units: must be distinct": lambda p: p.load_limits[0].units.append("a"),
    "load_limits[0].max: must be 0 or more": lambda p: setattr(p.load_limits[0], "max", -1),
    "options.scores: for level 'level 0' they must sum to less than 2^53": lambda p: p.options[0].scores.__setitem__(
        0, -(2**53)
    ),
}


@pytest.mark.parametrize("message", REFUSALS)
def test_a_problem_that_is_not_well_formed_is_refused_by_field(message: str) -> None:
    broken = valid()
    REFUSALS[message](broken)
    with pytest.raises(ProblemError, match=re.escape(message)):
        solve(broken)


@pytest.mark.parametrize("tolerance", [math.inf, math.nan])
def test_a_tolerance_that_is_no_number_is_refused(tolerance: float) -> None:
    broken = valid()
    broken.levels[0].tolerance = tolerance
    with pytest.raises(ProblemError, match="tolerance"):
        solve(broken)


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
def test_a_deadline_that_is_no_length_of_time_is_refused(seconds: float) -> None:
    with pytest.raises(ProblemError, match="deadline_seconds"):
        solve(valid(), deadline_seconds=seconds)


# --- What the checker catches


def checked() -> tuple[pb.Problem, pb.Solution]:
    """A sound solution that uses every rule to its limit, and worsens its first level by all that it may."""
    made = problem(
        ("a", "h", 1, [60, 0]),
        ("b", "h", 1, [40, 0]),
        ("b", "i", 1, [30, 1]),
        ("ab", "i", 2, [50, 0]),
        ("c", "h", 1, [0, 0]),
        ("c", "i", 2, [0, 0]),
        ("d", "i", 1, [0, 0]),
        homes={"h": 2, "i": 2},
        senses=[pb.MAXIMIZE, pb.MAXIMIZE],
        tolerances=[0.1, 0],
    )
    made.exclusions.add(unit="c", other_unit="a")
    made.load_limits.add(home="i", units=["b", "d"], max=1)
    return made, solve(made)


def reassign(**homes: str) -> Callable[[pb.Solution], None]:
    def change(solution: pb.Solution) -> None:
        del solution.assignments[:]
        solution.assignments.extend(pb.Assignment(unit=unit, home=home) for unit, home in homes.items())

    return change


def level(position: int, **fields: int | bool | str) -> Callable[[pb.Solution], None]:
    return lambda solution: solution.levels[position].MergeFrom(pb.LevelResult(**fields))  # type: ignore[arg-type]


CORRUPTIONS: dict[str, Callable[[pb.Solution], None]] = {
    "unknown assignment": reassign(a="i"),
    "unit twice": lambda s: s.assignments.insert(0, s.assignments[0]),
    "order": reassign(b="i", a="h"),
    "member twice": reassign(a="h", ab="i"),
    "places exceeded": reassign(a="h", b="i", c="i"),
    "exclusion broken": reassign(a="h", b="i", c="h"),
    "load limit broken": reassign(a="h", b="i", d="i"),
    "levels": lambda s: s.levels.reverse(),
    "value wrong": level(0, value=91),
    "bound wrong": level(1, bound=-1),
    "proven too early: level 'level 0' has 90, its bound is 101": level(0, bound=101),
    "proven too early: level 'level 1' has 1, its bound is 2": level(1, bound=2),
    "proven too early: level 'level 1' stands behind": lambda s: s.levels[0].ClearField("proven"),
}


def test_the_checker_passes_what_the_solver_found() -> None:
    made, solution = checked()
    check(made, solution)
    assert homes_of(solution) == {"a": "h", "b": "i"}
    assert [(result.value, result.bound) for result in solution.levels] == [(90, 100), (1, 1)]


@pytest.mark.parametrize("message", CORRUPTIONS)
def test_the_checker_names_the_rule_that_a_solution_breaks(message: str) -> None:
    made, solution = checked()
    CORRUPTIONS[message](solution)
    with pytest.raises(Unsound, match="^" + re.escape(message)):
        check(made, solution)
