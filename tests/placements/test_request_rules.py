"""Every refusal of a request: these facts, this field."""

from typing import Any

import pytest

from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Client, refused, refused_fields


def need(step: int = 3, assessed: int = -1) -> pb.NeedStep:
    return pb.NeedStep(step=step, assessor="A", assessed_date=cast.day(assessed))


def ceiling(step: int) -> pb.Ceiling:
    return pb.Ceiling(step=step, author="L", reason="R", until_date=cast.day(9))


def school(town: str) -> pb.Schooling:
    return pb.Schooling(school="S", town=town)


def contact(town: str = "Nuuk", visits: float = 1) -> pb.Contact:
    return pb.Contact(town=town, visits_per_month=visits)


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "an authority that is no authority's name": ("request.authority", {"authority": "Sermersooq"}),
    "a child without a child's name": ("request.child.reference", {"child": cast.a_child(reference="Malik")}),
    "a child from an unknown town": ("request.child.town", {"child": cast.a_child(town="Atlantis")}),
    "a child not yet born": ("request.child.birth_date", {"child": cast.a_child(birth_date=cast.day(1))}),
    "a child of 24 years": ("request.child.birth_date", {"child": cast.a_child(birth_date=cast.day(-24 * 366))}),
    "a need step above the ladder": ("request.need_step.step", {"need_step": need(step=9)}),
    "a need step below the ladder": ("request.need_step.step", {"need_step": need(step=-1)}),
    "a need step assessed tomorrow": (
        "request.need_step.assessed_date",
        {"need_step": need(assessed=1)},
    ),
    "a ceiling below the need step": ("request.ceiling.step", {"ceiling": ceiling(2)}),
    "a ceiling above the ladder": ("request.ceiling.step", {"ceiling": ceiling(9)}),
    "a danger that begins tomorrow": (
        "request.danger.since_date",
        {"danger": pb.Danger(assessor="A", since_date=cast.day(1))},
    ),
    "the same sibling twice": ("request.siblings", {"siblings": [cast.a_sibling(child="children/c-1")] * 2}),
    "a sibling without a child's name": ("request.siblings[0].child", {"siblings": [cast.a_sibling(child="Malik")]}),
    "a child that is its own sibling": (
        "request.siblings[0].child",
        {"child": cast.a_child(reference="children/c-1"), "siblings": [cast.a_sibling(child="children/c-1")]},
    ),
    "siblings apart without author and reason": (
        "request.siblings[0]",
        {"siblings": [cast.a_sibling(rule=pb.SIBLING_RULE_APART)]},
    ),
    "siblings apart without reason": (
        "request.siblings[0]",
        {"siblings": [cast.a_sibling(rule=pb.SIBLING_RULE_APART, author="L")]},
    ),
    "siblings together if possible without author": (
        "request.siblings[1]",
        {
            "siblings": [
                cast.a_sibling(),
                cast.a_sibling(rule=pb.SIBLING_RULE_TOGETHER_IF_POSSIBLE, reason="R"),
            ]
        },
    ),
    "a place alone for a child that stays with a sibling": (
        "request.solo_placement",
        {"solo_placement": True, "siblings": [cast.a_sibling()]},
    ),
    "a school in an unknown town": ("request.school.town", {"school": school("Atlantis")}),
    "parents in an unknown town": ("request.contact.town", {"contact": contact("Atlantis")}),
    "the child's wish for an unknown town": ("request.wish.child_town", {"wish": pb.Wish(child_town="Atlantis")}),
    "the parents' wish for an unknown town": ("request.wish.parents_town", {"wish": pb.Wish(parents_town="Atlantis")}),
    "protection from an unknown town": (
        "request.protection.towns[1]",
        {"protection": pb.Protection(towns=["Nuuk", "Atlantis"])},
    ),
    "fewer visits than none": ("request.contact.visits_per_month", {"contact": contact(visits=-1)}),
    "more visits than days": ("request.contact.visits_per_month", {"contact": contact(visits=31.1)}),
    "visits that are no number": ("request.contact.visits_per_month", {"contact": contact(visits=float("nan"))}),
    "visits without end": ("request.contact.visits_per_month", {"contact": contact(visits=float("inf"))}),
    "a decision of tomorrow": (
        "request.legal_basis.decided_date",
        {"legal_basis": cast.a_basis(decided_date=cast.day(1))},
    ),
    "a decision that ended before it was made": (
        "request.legal_basis.decided_date",
        {"legal_basis": cast.a_basis(decided_date=cast.day(-2), expiry_date=cast.day(-3))},
    ),
}


@pytest.mark.parametrize(("field", "facts"), REFUSALS.values(), ids=REFUSALS)
async def test_a_request_is_refused_with(field: str, facts: dict[str, Any], coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await coordinator.placements.CreateRequest(cast.filing(cast.a_request(**facts)))


ALLOWED: dict[str, dict[str, Any]] = {
    "a child born today": {"child": cast.a_child(birth_date=cast.day())},
    "a young person of 23 years": {"child": cast.a_child(birth_date=cast.day(-23 * 365 - 10))},
    "the lowest need step": {"need_step": need(step=1)},
    "the highest need step": {"need_step": need(step=8)},
    "a need step assessed today": {"need_step": need(assessed=0)},
    "a ceiling on the need step": {"ceiling": ceiling(3)},
    "a ceiling at the top": {"ceiling": ceiling(8)},
    "danger since today": {"danger": pb.Danger(assessor="A", since_date=cast.day())},
    "siblings apart, by somebody with a reason": {
        "siblings": [cast.a_sibling(rule=pb.SIBLING_RULE_APART, author="L", reason="R")]
    },
    "a place alone, with a sibling apart": {
        "solo_placement": True,
        "siblings": [cast.a_sibling(rule=pb.SIBLING_RULE_APART, author="L", reason="R")],
    },
    "a visit every day": {"contact": contact(visits=31)},
    "no legal basis yet": {"legal_basis": None},
    "a decision of today that ends today": {
        "legal_basis": cast.a_basis(decided_date=cast.day(), expiry_date=cast.day())
    },
    "a place that was due long ago": {"place_by_date": cast.day(-400)},
}


@pytest.mark.parametrize("facts", ALLOWED.values(), ids=ALLOWED)
async def test_a_request_is_taken_with(facts: dict[str, Any], coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(**facts)))
    assert filed.state == pb.REQUEST_STATE_OPEN


async def test_all_problems_are_told_at_once(coordinator: Client) -> None:
    wrong = cast.a_request(child=cast.a_child(reference="Malik", town="Atlantis"), need_step=need(step=9))
    with refused_fields("request.child.reference", "request.child.town", "request.need_step.step"):
        await coordinator.placements.CreateRequest(cast.filing(wrong))
