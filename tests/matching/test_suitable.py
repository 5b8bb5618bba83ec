"""The number of suitable places: just as many as are suggested, by the same rules."""

import random

import pytest

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import Child, Seeks
from services.matching.rules.explain import suggest
from services.matching.rules.facts import World
from services.matching.rules.homes import Ages, Home, Training
from services.matching.rules.plan import make_plan
from services.matching.rules.suitable import Suitable, suitable
from tests.matching.facts import (
    IF_POSSIBLE,
    THEIRS,
    TOGETHER,
    child,
    days,
    emergency,
    family,
    free,
    hold,
    holding,
    resident,
    unit,
    world,
)


def counted(here: World, name: str = "a") -> Suitable:
    """What is counted for a child."""
    return suitable(here.children, here)[f"requests/{name}"]


def test_homes_that_break_a_rule_are_not_counted_nor_are_their_places() -> None:
    homes = [family("f"), family("full", free=free(0)), family("young", ages=Ages(0, 3)), family("t", authority=THEIRS)]
    assert counted(world([child()], homes)) == Suitable(homes=1, free_places=1)


def test_places_count_that_are_free_today_within_the_approved_number() -> None:
    later = family("later", free=free(2, from_date=days(5)))
    two = family("two", place_count=3, free=free(2))
    crowded = family("crowded", free=free(2))
    here = world([child()], [later, two, crowded], [resident("r", crowded)])
    assert counted(here) == Suitable(homes=3, free_places=3)


def test_a_place_that_is_held_for_another_child_is_not_counted() -> None:
    one, other = child("a"), child("b")
    held, two = family("held"), family("two", place_count=2, free=free(2))
    here = holding(world([one, other], [held, two]), hold(held, other), hold(two, other))
    assert counted(here, "a") == Suitable(homes=1, free_places=1)
    assert counted(here, "b") == Suitable(homes=2, free_places=3)


def test_of_siblings_who_must_stay_together_each_has_the_count_of_the_set() -> None:
    set_of_two = [child("a", siblings={"b": TOGETHER}), child("b", siblings={"a": TOGETHER})]
    here = world(set_of_two, [family("one"), family("two", free=free(2))])
    assert counted(here, "a") == counted(here, "b") == Suitable(homes=1, free_places=2)


def test_places_for_tonight_that_part_a_set_are_counted_for_the_child_in_danger() -> None:
    in_danger = child("a", danger_since=days(0), siblings={"b": TOGETHER})
    here = world([in_danger, child("b", siblings={"a": TOGETHER})], [emergency("e")])
    assert (counted(here, "a").homes, counted(here, "b").homes) == (1, 0)


def some_children(chance: random.Random) -> list[Child]:
    rules = chance.choices((TOGETHER, IF_POSSIBLE), k=3)
    return [
        child(
            f"{number}",
            age=chance.randint(1, 16),
            need_level=chance.randint(1, 3),
            need_step=chance.choice((3, 5)),
            danger_since=days(0) if chance.random() < 0.3 else None,
            seeks=Seeks.STEP_DOWN if number == 6 else Seeks.PLACEMENT,
            siblings={f"{number ^ 1}": rules[number // 2]} if number < 6 else {},
        )
        for number in range(8)
    ]


def some_homes(chance: random.Random) -> list[Home]:
    return [
        make(
            f"{make.__name__}-{number}",
            ages=Ages(chance.randint(0, 6), chance.randint(7, 17)),
            need_level=terms.NEED_LEVEL_MODERATE + chance.randint(0, 1),
            free=free(chance.randint(0, 2), from_date=days(chance.choice((0, 0, 9, 90)))),
            training=Training(completed=days(-1) if chance.random() < 0.8 else None),
        )
        for make in (family, unit, emergency)
        for number in range(5)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_for_each_child_as_many_homes_are_counted_as_are_suggested(seed: int) -> None:
    chance = random.Random(seed)
    here = world(some_children(chance), some_homes(chance))
    plan, counts = make_plan(here), suitable(here.children, here)
    suggested = {each.request: suggest(here, plan, each.request, effects_for=0).suggestions for each in here.children}
    assert {request: len(found) for request, found in suggested.items()} == {
        request: found.homes for request, found in counts.items()
    }
    assert any(suggested.values())
