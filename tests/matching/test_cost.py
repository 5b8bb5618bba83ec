"""What a place costs a day where a child's age, or how many live there, makes a difference."""

from services.matching.rules.cost import rate
from services.matching.rules.facts import World
from services.matching.rules.homes import Ages, ChildRate, Home
from services.matching.rules.plan import make_plan
from services.matching.rules.units import unit_for
from tests.matching.facts import TOGETHER, Facts, child, family, free, resident, world

RATES = (
    ChildRate(Ages(0, 9), 3, 66_000),
    ChildRate(Ages(10, 23), 3, 64_000),
    ChildRate(Ages(0, 9), 1, 66_000),
    ChildRate(Ages(10, 23), 1, 67_000),
)


def danish(name: str = "f", **given: Facts) -> Home:
    return family(name, **{"daily_rate": 67_000, "child_rates": RATES, "place_count": 4, "free": free(4)} | given)


def paid(here: World) -> int | None:
    """For the first child that waits, with whom it must stay with."""
    return rate(unit_for(here.children[0], here), here.homes[0], here)


def test_k17_a_child_costs_by_its_age() -> None:
    assert [paid(world([child(age=years)], [danish()])) for years in (9, 10)] == [66_000, 67_000]


def test_k17_the_third_child_costs_less() -> None:
    homes = [danish()]
    there = [resident("x", homes[0]), resident("y", homes[0])]
    assert [paid(world([child(age=12)], homes, there[:count])) for count in (1, 2)] == [67_000, 64_000]


def test_k17_siblings_are_counted_after_those_who_stay_the_eldest_first() -> None:
    home = danish()
    siblings = [child("b", age=11, siblings={"a": TOGETHER}), child("a", age=15, siblings={"b": TOGETHER})]
    assert paid(world(siblings, [home], [resident("x", home)])) == 67_000 + 64_000
    siblings[1] = child("a", age=8, siblings={"b": TOGETHER})
    assert paid(world(siblings, [home], [resident("x", home)])) == 67_000 + 66_000


def test_k17_who_asks_for_its_own_home_is_not_counted_twice() -> None:
    home = danish()
    there = [resident("x", home), resident("a", home)]
    assert paid(world([child("a", age=12)], [home], there)) == 67_000


def test_k17_places_kept_empty_cost_as_the_dearest_child() -> None:
    assert paid(world([child(age=5, solo=True)], [danish(place_count=2, free=free(2))])) == 66_000 + 67_000


def test_k17_an_age_of_which_no_rate_tells_is_unknown() -> None:
    assert paid(world([child(age=5)], [danish(child_rates=RATES[3:])])) is None
    assert paid(world([child(age=5)], [danish(daily_rate=None, child_rates=())])) is None


def test_l8_the_place_goes_where_this_child_is_cheaper() -> None:
    homes = [danish("third"), danish("flat", daily_rate=65_000, child_rates=())]
    there = [resident(f"{home.display_name} {number}", home) for home in homes for number in range(2)]
    for years, cheaper in ((12, "families/third"), (5, "families/flat")):
        here = world([child(age=years)], homes, there)
        assert [option.home.name for option in make_plan(here, {}).place_of.values()] == [cheaper]
