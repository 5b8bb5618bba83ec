"""Who is placed as a whole."""

from services.matching.rules.children import Seeks, SiblingRule
from services.matching.rules.units import MOST_PARTS, bonds, planned_units, unit_for
from tests.matching.facts import APART, IF_POSSIBLE, TODAY, TOGETHER, child, ref, world


def names(*children: object) -> list[str]:
    """The units of the plan, by the letters of their children; a star for those for tonight only."""
    units = planned_units(world(children))  # type: ignore[arg-type]
    letters = {u.name.replace("requests/", "") + ("*" if u.tonight_only else ""): u for u in units}
    return sorted(letters)


def test_a_child_alone_is_a_unit() -> None:
    assert names(child("a"), child("b")) == ["a", "b"]


def test_siblings_that_must_stay_together_are_one_unit_even_when_only_one_request_says_so() -> None:
    assert names(child("a", siblings={"b": TOGETHER}), child("b"), child("c")) == ["a+b", "c"]


def test_bonds_are_chains() -> None:
    assert names(child("a", siblings={"b": TOGETHER}), child("b", siblings={"c": TOGETHER}), child("c")) == ["a+b+c"]


def test_siblings_that_wish_to_are_units_alone_and_together() -> None:
    wished = {"b": IF_POSSIBLE, "c": IF_POSSIBLE}
    assert names(child("a", siblings=wished), child("b"), child("c")) == ["a", "a+b", "a+b+c", "a+c", "b", "c"]


def test_a_set_that_must_and_one_that_wishes_join_as_wholes() -> None:
    assert names(child("a", siblings={"b": TOGETHER, "c": IF_POSSIBLE}), child("b"), child("c")) == [
        "a+b",
        "a+b+c",
        "c",
    ]


def test_very_large_wishes_are_offered_whole_and_in_pairs() -> None:
    letters = "abcdefgh"[: MOST_PARTS + 1]
    children = [child(name, siblings={other: IF_POSSIBLE for other in letters if other != name}) for name in letters]
    sizes = {len(name.split("+")) for name in names(*children)}
    assert sizes == {1, 2, MOST_PARTS + 1}


def test_siblings_to_live_apart_are_no_unit() -> None:
    assert names(child("a", siblings={"b": APART}), child("b")) == ["a", "b"]


def test_each_of_a_set_that_is_in_danger_may_be_alone_for_tonight() -> None:
    assert names(child("a", siblings={"b": TOGETHER}, danger_since=TODAY), child("b")) == ["a*", "a+b"]


def test_of_two_requests_the_stricter_holds() -> None:
    pair = frozenset((ref("a"), ref("b")))
    said: list[tuple[SiblingRule, SiblingRule, SiblingRule]] = [
        (APART, TOGETHER, APART),
        (IF_POSSIBLE, TOGETHER, TOGETHER),
        (IF_POSSIBLE, APART, APART),
    ]
    for one, other, strictest in said:
        assert bonds([child("a", siblings={"b": one}), child("b", siblings={"a": other})]) == {pair: strictest}


def test_a_child_that_waits_to_step_down_is_no_unit_of_the_plan_but_has_one_of_its_own() -> None:
    down = child("a", seeks=Seeks.STEP_DOWN, siblings={"b": TOGETHER})
    waits = child("b")
    assert names(down, waits) == ["b"]
    assert unit_for(down, world([down, waits])).members == ("requests/a",)
