"""The plan as a whole, on small made-up worlds: sound, as good as plain enumeration, and what a choice changes."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from havn.matching.v1.problem_pb2 import Solution
from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules import problem
from services.matching.rules.check import check
from services.matching.rules.children import Child, SiblingRule
from services.matching.rules.constraints import fits, refusals
from services.matching.rules.explain import suggest
from services.matching.rules.facts import World
from services.matching.rules.homes import Ages, Home
from services.matching.rules.levels import levels, main_levels
from services.matching.rules.options import Options
from services.matching.rules.plan import changes_for_others, chosen, counted, make_plan, solved
from services.matching.rules.units import planned_units
from tests.matching import brute
from tests.matching.facts import (
    DANISH,
    KALAALLISUT,
    TODAY,
    child,
    days,
    emergency,
    family,
    free,
    hold,
    holding,
    unit,
    world,
)

NAMES = "abcd"


@st.composite
def children(draw: st.DrawFn, name: str) -> Child:
    """A child with a few things that matter."""
    severe = draw(st.booleans())
    siblings = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SiblingRule), max_size=1))
    return child(
        name,
        age=draw(st.integers(1, 17)),
        need_level=terms.NEED_LEVEL_SEVERE if severe else terms.NEED_LEVEL_LIGHT,
        need_step=draw(st.sampled_from((3, 3, 5))),
        place_by_date=days(draw(st.sampled_from((-100, -10, 20)))),
        danger_since=draw(st.sampled_from((None, None, TODAY))),
        languages=draw(st.sampled_from((KALAALLISUT, DANISH))),
        siblings={other: rule for other, rule in siblings.items() if other != name},
    )


@st.composite
def homes(draw: st.DrawFn, name: str) -> Home:
    """A family, an emergency family or a unit."""
    kind = draw(st.sampled_from((family, family, emergency, unit)))
    limit = {"severe_need_limit": draw(st.integers(0, 2))} if kind is unit else {}
    return kind(
        name,
        place_count=3,
        free=free(draw(st.integers(0, 3)), days(draw(st.sampled_from((0, 10))))),
        languages=draw(st.sampled_from((KALAALLISUT, DANISH))),
        town=draw(st.sampled_from(("Nuuk", "Paamiut"))),
        daily_rate=draw(st.sampled_from((None, 17_400, 60_000))),
        **limit,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to three children and three homes."""
    waiting = [draw(children(name)) for name in NAMES[: draw(st.integers(1, 3))]]
    here = world(waiting, [draw(homes(name)) for name in "xyz"[: draw(st.integers(1, 3))]])
    # Of another authority's child, or of one of these.
    asked = draw(st.lists(st.tuples(st.sampled_from(here.homes), st.sampled_from([*waiting, child("z")])), max_size=2))
    return holding(here, *(hold(home, of, until=draw(st.sampled_from((None, TODAY)))) for home, of in asked))


def unproven(solution: Solution) -> Solution:
    """The solution, claiming nothing."""
    claimless = Solution()
    claimless.CopyFrom(solution)
    for level in claimless.levels:
        level.proven = False
    return claimless


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_every_level_is_as_good_as_plain_enumeration_finds(here: World) -> None:
    options = problem.planned(Options(here).all(planned_units(here)))
    asked = problem.problem(here, options, levels(here, {}))
    assert tuple(level.bound for level in solved(asked, 30).levels) == brute.best(asked)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_a_plan_is_proven_sound_and_breaks_no_hard_rule(here: World) -> None:
    plan = make_plan(here)
    check(plan.problem, plan.solution)
    assert plan.proven
    assert all(fits(option.unit, option.home, here) for option in plan.chosen)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_no_plan_gives_a_place_to_others_than_whom_it_is_held_for(here: World) -> None:
    plan = make_plan(here)
    for home in here.usable_homes:
        taken = [option for option in plan.chosen if option.home.name == home.name]
        own = sum(min(option.places, here.held_for(option.unit.members, home)) for option in taken)
        assert sum(option.places for option in taken) - own <= here.unheld_places(home)


def test_a_held_place_goes_to_its_child_whoever_else_is_more_overdue() -> None:
    asked, overdue, home = child("a"), child("b", place_by_date=days(-100)), family(free=free(1))
    here = world([asked, overdue], [home])
    assert set(make_plan(here).place_of) == {overdue.request}
    assert set(make_plan(holding(here, hold(home, asked))).place_of) == {asked.request}


def test_beside_a_held_place_another_one_is_planned() -> None:
    asked, other, home = child("a"), child("b"), family(free=free(2), place_count=2)
    plan = make_plan(holding(world([asked, other], [home]), hold(home, asked)))
    assert set(plan.place_of) == {asked.request, other.request}


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_every_home_is_suggested_or_excluded_with_a_rule(here: World) -> None:
    plan = make_plan(here)
    for waiting in here.children:
        told = suggest(here, plan, waiting.request, effects_for=0)
        suggested = [suggestion.home.name for suggestion in told.suggestions]
        excluded = [home.home.name for home in told.excluded_homes]
        assert sorted(suggested + excluded) == [home.name for home in here.usable_homes]
        assert all(home.refusals for home in told.excluded_homes)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_no_suggestion_breaks_a_rule_and_the_planned_place_is_marked(here: World) -> None:
    plan = make_plan(here)
    for waiting in here.children:
        told = suggest(here, plan, waiting.request, effects_for=0)
        marked = [suggestion.home.name for suggestion in told.suggestions if suggestion.in_plan]
        place = plan.place_of.get(waiting.request)
        assert marked == ([place.home.name] if place else [])
        for option in plan.found.all(plan.units):
            assert not refusals(option.unit, option.home, here)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_effects_are_the_difference_of_two_plans(here: World) -> None:
    plan, main = make_plan(here), main_levels(here)
    for option in plan.candidates[:3]:
        others = problem.beside(plan.candidates, option)
        around = problem.problem(here, others, main, held=option)
        best = dict(zip((level.name for level in around.levels), brute.best(around), strict=True))
        before = counted(plan.chosen, main, apart_from=option)
        changes = {name: best.get(name, 0) - count for name, count in before.items() if best.get(name, 0) != count}
        assert changes_for_others(plan, option, 30) == changes


def test_choosing_the_planned_place_changes_nothing_for_others() -> None:
    here = world([child("a"), child("b"), child("c")], [family("f"), family("g")])
    plan = make_plan(here)
    assert [changes_for_others(plan, option, 30) for option in plan.chosen] == [{}, {}]


def test_taking_the_last_place_leaves_one_other_child_waiting() -> None:
    picky = child("picky", age=16)
    homes = [family("f"), family("g", ages=Ages(0, 12))]
    plan = make_plan(world([picky, child("easy")], homes))
    (easy_in_f,) = (o for o in plan.candidates if o.unit.name == "requests/easy" and o.home.name == "families/f")
    assert changes_for_others(plan, easy_in_f, 30) == {"placed": -1}


def test_effects_are_unknown_where_the_plan_itself_is_unproven() -> None:
    plan = make_plan(world([child("a"), child("b")], [family("f"), family("g")]))
    open_plan = replace(plan, solution=unproven(plan.solution))
    assert changes_for_others(open_plan, plan.candidates[0], 30) is None


def test_an_answer_is_the_chosen_options() -> None:
    here = world([child("a")], [family("f")])
    plan = make_plan(here)
    assert chosen(plan.candidates, plan.solution) == plan.chosen
    assert list(plan.place_of) == ["requests/a"]


def test_past_the_deadline_nothing_is_claimed_and_the_plan_still_keeps_every_rule() -> None:
    here = world([child(name) for name in NAMES], [family("f"), family("g", free=free(2))])
    plan = make_plan(here, deadline_seconds=0)
    check(plan.problem, plan.solution)
    assert all(fits(option.unit, option.home, here) for option in plan.chosen)
