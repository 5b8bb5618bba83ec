"""When the next visit is due by the cadence, and what an authority may decide on it: pure rules."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.families.v1 import support_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.families import policies
from services.families.rules import arrivals, cadence
from services.families.rules.arrivals import Stay
from services.shared.errors import BadInput
from tests import cast

BEGUN = date(2026, 1, 5)
DEFAULT = policies.default(cast.MUNICIPALITY)
NEEDS = {"severe": terms.NEED_LEVEL_SEVERE, "moderate": terms.NEED_LEVEL_MODERATE, "light": terms.NEED_LEVEL_LIGHT}


def weeks(number: int) -> timedelta:
    return timedelta(weeks=number)


def test_k5_the_first_visits_are_in_weeks_1_2_4_8_and_12() -> None:
    visits, day = [], BEGUN
    for _ in range(5):
        visits.append(day := cadence.next_visit(DEFAULT, BEGUN, terms.NEED_LEVEL_LIGHT, day))
    assert visits == [BEGUN + weeks(number) for number in (1, 2, 4, 8, 12)]


@pytest.mark.parametrize(("need", "number"), [("severe", 4), ("moderate", 8), ("light", 13)])
def test_k5_after_the_first_period_the_need_decides(need: str, number: int) -> None:
    visit = BEGUN + weeks(12)
    assert cadence.next_visit(DEFAULT, BEGUN, NEEDS[need], visit) == visit + weeks(number)


def test_k5_a_visit_between_two_days_of_the_first_period_moves_none_of_them() -> None:
    assert cadence.next_visit(DEFAULT, BEGUN, terms.NEED_LEVEL_LIGHT, BEGUN + weeks(5)) == BEGUN + weeks(8)


def test_k5_an_authority_has_its_own_cadence() -> None:
    own = cast.a_policy(first_weeks=[3], light_weeks=20)
    assert cadence.next_visit(own, BEGUN, terms.NEED_LEVEL_LIGHT, BEGUN) == BEGUN + weeks(3)
    assert cadence.next_visit(own, BEGUN, terms.NEED_LEVEL_LIGHT, BEGUN + weeks(3)) == BEGUN + weeks(23)


STAYS = [Stay("children/a", BEGUN + weeks(30)), Stay("children/gone", BEGUN + weeks(40), BEGUN + weeks(45))]


@pytest.mark.parametrize(("visit", "begun"), [(29, 0), (30, 30), (44, 40), (46, 30)])
def test_k5_the_first_period_begins_anew_with_the_child_who_came_last_and_lives_there(visit: int, begun: int) -> None:
    assert arrivals.begun(BEGUN, STAYS, BEGUN + weeks(visit)) == BEGUN + weeks(begun)


@given(st.dates(), st.dates(), st.sampled_from(list(NEEDS.values())))
def test_k5_the_proposal_is_after_the_visit_and_never_over_26_weeks(
    begun: date, visit: date, need: terms.NeedLevel.ValueType
) -> None:
    proposed = cadence.next_visit(DEFAULT, begun, need, visit)
    assert visit < proposed <= visit + min(weeks(26), date.max - visit) or visit == proposed == date.max


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "an interval over 26 weeks": ("policy.light_weeks", {"light_weeks": 27}),
    "an interval of none": ("policy.severe_weeks", {"severe_weeks": 0}),
    "first weeks out of order": ("policy.first_weeks", {"first_weeks": [2, 1]}),
    "a first week over 26": ("policy.first_weeks", {"first_weeks": [1, 27]}),
    "a scale of one step": ("policy.scale", {"scale": [pb.ScaleStep(value=1, wording="x")]}),
    "a scale that does not begin with 1": (
        "policy.scale",
        {"scale": [pb.ScaleStep(value=value, wording="x") for value in (2, 3)]},
    ),
    "a scale of eleven steps": (
        "policy.scale",
        {"scale": [pb.ScaleStep(value=value, wording="x") for value in range(1, 12)]},
    ),
}


@pytest.mark.parametrize(("field", "facts"), REFUSED.values(), ids=REFUSED)
def test_k5_a_policy_is_refused_with(field: str, facts: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        cadence.check_policy(cast.a_policy(**facts), DEFAULT)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_k5_the_default_is_a_policy_that_may_stand() -> None:
    cadence.check_policy(DEFAULT, DEFAULT)
    assert not DEFAULT.scale


@pytest.mark.parametrize("number", ["training_days_per_year", "supervision_visits_per_year"])
def test_k14_a_danish_policy_may_ask_for_more_than_the_law_and_not_for_less(number: str) -> None:
    law = policies.default("authorities/svendborg")
    for asked in (0, 2, 3):
        cadence.check_policy(cast.a_policy(talk_required=True, **{number: asked}), law)
    less = cast.a_policy(talk_required=True, **{number: 1})
    cadence.check_policy(less, DEFAULT)
    with pytest.raises(BadInput) as refused:
        cadence.check_policy(less, law)
    [problem] = refused.value.problems
    assert problem.field == f"policy.{number}"
    assert "the law's 2 a year" in problem.description


def test_k13_a_danish_policy_may_not_let_visits_count_without_a_talk() -> None:
    silent = cast.a_policy(talk_required=False)
    cadence.check_policy(silent, DEFAULT)
    with pytest.raises(BadInput) as refused:
        cadence.check_policy(silent, policies.default("authorities/svendborg"))
    [problem] = refused.value.problems
    assert problem.field == "policy.talk_required"
    assert "a talk with each child" in problem.description
