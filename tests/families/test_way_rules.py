"""The way of a family as a table, and what each step leaves: pure facts, no service."""

from collections.abc import Callable

import pytest

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.families.rules import approval, way
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.wire import time
from tests import cast

HAND = way.Hand("users/consultant", cast.NOW, cast.TODAY)
ENDING = pb.Ending(reason="Moved", ended_by="users/c", ended_date=cast.day(-1))
REFUSAL = pb.Refusal(reason="No room", refused_by="users/c", refused_date=cast.day(-1))
PAUSE = pb.Pause(author="users/c", reason="Ill")

STANDS: dict[pb.FamilyState.ValueType, dict[str, cast.Value]] = {
    pb.FAMILY_STATE_APPLIED: {},
    pb.FAMILY_STATE_ASSESSING: {"assessment": cast.an_assessment()},
    pb.FAMILY_STATE_APPROVED: {"assessment": cast.an_assessment(), "approval": cast.an_approval()},
    pb.FAMILY_STATE_PAUSED: {"assessment": cast.an_assessment(), "approval": cast.an_approval(), "pause": PAUSE},
    pb.FAMILY_STATE_EXPIRED: {
        "assessment": cast.an_assessment(),
        "approval": cast.an_approval(valid_until_date=cast.day(-1)),
    },
    pb.FAMILY_STATE_REFUSED: {"assessment": cast.an_assessment(), "refusal": REFUSAL},
    pb.FAMILY_STATE_ENDED: {"assessment": cast.an_assessment(), "ending": ENDING},
}
STEPS: dict[str, Callable[[pb.FosterFamily], None]] = {
    "assess": lambda family: way.assess(family, cast.an_assessment(), HAND),
    "approve": lambda family: way.approve(family, cast.an_approval(), "Assessed", HAND),
    "refuse": lambda family: way.refuse(family, "No room", HAND),
    "pause": lambda family: way.pause(family, pb.Pause(reason="Ill"), HAND),
    "resume": lambda family: way.resume(family, "Well again", HAND),
    "end": lambda family: way.end(family, "Moved", HAND),
}
APPLIED, ASSESSING, APPROVED, PAUSED, EXPIRED, REFUSED, ENDED = STANDS
LEADS_TO: dict[tuple[str, pb.FamilyState.ValueType], pb.FamilyState.ValueType] = {
    ("assess", APPLIED): ASSESSING,
    ("assess", ASSESSING): ASSESSING,
    ("assess", APPROVED): APPROVED,
    ("assess", PAUSED): PAUSED,
    ("assess", EXPIRED): EXPIRED,
    ("assess", REFUSED): ASSESSING,
    ("assess", ENDED): ASSESSING,
    ("approve", ASSESSING): APPROVED,
    ("approve", APPROVED): APPROVED,
    ("approve", PAUSED): PAUSED,
    ("approve", EXPIRED): APPROVED,
    ("refuse", APPLIED): REFUSED,
    ("refuse", ASSESSING): REFUSED,
    ("pause", APPROVED): PAUSED,
    ("pause", PAUSED): PAUSED,
    ("resume", PAUSED): APPROVED,
    ("end", APPLIED): ENDED,
    ("end", ASSESSING): ENDED,
    ("end", APPROVED): ENDED,
    ("end", PAUSED): ENDED,
    ("end", EXPIRED): ENDED,
}
EVERY = [(step, stands) for step in STEPS for stands in STANDS]


def standing(stands: pb.FamilyState.ValueType, **differing: cast.Value) -> pb.FosterFamily:
    sound = [cast.a_sound_member(health_certificate=cast.a_certificate(issued_date=cast.day(-30)))]
    return cast.a_family(**{"household": sound} | STANDS[stands] | differing)


@pytest.mark.parametrize("stands", STANDS, ids=pb.FamilyState.Name)
def test_f2_where_a_family_stands_follows_from_what_is_recorded(stands: pb.FamilyState.ValueType) -> None:
    assert way.state(standing(stands), cast.TODAY) == stands


@pytest.mark.parametrize("stands", STANDS, ids=pb.FamilyState.Name)
def test_f2_the_steps_that_may_follow_are_told(stands: pb.FamilyState.ValueType) -> None:
    told = {pb.FamilyStepKind.Name(kind) for kind in way.next_steps(stands)}
    taken = {"assess": "ASSESSED", "approve": "APPROVED", "refuse": "REFUSED"}
    taken |= {"pause": "PAUSED", "resume": "RESUMED", "end": "ENDED"}
    assert told == {f"FAMILY_STEP_KIND_{taken[step]}" for step, state in LEADS_TO if state == stands}


def test_f2_a_pause_ends_by_itself_after_its_day() -> None:
    for until, stands in ((cast.day(), PAUSED), (cast.day(-1), APPROVED)):
        paused = standing(PAUSED, pause=pb.Pause(author="A", reason="Ill", until_date=until))
        assert way.state(paused, cast.TODAY) == stands


@pytest.mark.parametrize(("step", "stands"), EVERY, ids=lambda told: told if isinstance(told, str) else str(told))
def test_f2_a_step_leads_where_the_table_says_or_is_refused_with_what_to_do(
    step: str, stands: pb.FamilyState.ValueType
) -> None:
    family = standing(stands)
    leads_to = LEADS_TO.get((step, stands))
    if leads_to is None:
        with pytest.raises(StateNotAllowed) as refused:
            STEPS[step](family)
        assert (str(refused.value), refused.value.rule) == (way.INSTEAD[stands], "F2")
        assert not family.history
        return
    STEPS[step](family)
    assert way.state(family, cast.TODAY) == leads_to
    taken = family.history[-1]
    assert (taken.taken_by, time(taken.taken_time)) == ("users/consultant", cast.NOW)


def test_f2_who_ends_is_approved_for_nothing_and_has_no_place_free() -> None:
    family = standing(PAUSED, availability=cast.an_availability())
    way.end(family, "Moved", HAND)
    assert not any(family.HasField(name) for name in ("approval", "pause", "availability"))
    assert family.ending == pb.Ending(reason="Moved", ended_by="users/consultant", ended_date=cast.day())


LACKS: dict[str, tuple[str, dict[str, cast.Value]]] = {
    **{
        f"{name}": (f"a note on {name.replace('_', ' ')}", {name: " "})
        for name in ("care", "attachment", "family_bonds", "commitment", "teamwork")
    },
    "visits": ("a home visit", {"visits": []}),
    "certificates seen by somebody": ("who saw the certificates", {"certificates_seen_by": ""}),
    "certificates seen on a day": ("who saw the certificates", {"certificates_seen_date": None}),
}


@pytest.mark.parametrize(("told", "facts"), LACKS.values(), ids=LACKS)
def test_f3_no_approval_without(told: str, facts: dict[str, cast.Value]) -> None:
    family = standing(ASSESSING, assessment=cast.an_assessment(**facts))
    with pytest.raises(StateNotAllowed, match=told) as refused:
        way.approve(family, cast.an_approval(), "Assessed", HAND)
    assert refused.value.rule == "F3"


def test_f3_no_approval_while_a_certificate_was_never_seen() -> None:
    family = standing(ASSESSING, household=[cast.a_member()])
    with pytest.raises(StateNotAllowed, match="a certificate of the household"):
        way.approve(family, cast.an_approval(), "Assessed", HAND)


@pytest.mark.parametrize(("authority", "enough"), [(cast.MUNICIPALITY, True), ("authorities/hjoerring", False)])
def test_f3_denmark_asks_for_two_visits_and_greenland_for_one(authority: str, enough: bool) -> None:
    once = cast.an_assessment(visits=[pb.HomeVisit(visit_date=cast.day(-1), visitor="C")])
    family = standing(ASSESSING, authority=authority, assessment=once, type=pb.FAMILY_TYPE_NETWORK)
    assert list(approval.missing(family, cast.TODAY)) == ([] if enough else ["a home visit"])


REFUSED_APPROVALS: dict[str, tuple[str, dict[str, cast.Value], dict[str, cast.Value]]] = {
    "more than its type covers": (
        "need_level",
        {"authority": "authorities/hjoerring", "type": pb.FAMILY_TYPE_GENERAL},
        {"need_level": terms.NEED_LEVEL_SEVERE},
    ),
    "a time that has passed": ("valid_until_date", {}, {"valid_until_date": cast.day(-1)}),
    "a child that it was not assessed for": (
        "child",
        {"type": pb.FAMILY_TYPE_NETWORK, "assessment": cast.an_assessment(child="children/c-1")},
        {"child": "children/c-2"},
    ),
}


@pytest.mark.parametrize(("field", "facts", "approved"), REFUSED_APPROVALS.values(), ids=REFUSED_APPROVALS)
def test_f4_no_approval_for(field: str, facts: dict[str, cast.Value], approved: dict[str, cast.Value]) -> None:
    with pytest.raises(BadInput, match=f"approval.{field}"):
        way.approve(standing(ASSESSING, **facts), cast.an_approval(**approved), "Assessed", HAND)


def test_f4_a_network_family_is_approved_for_the_child_that_it_was_assessed_for() -> None:
    assessed = cast.an_assessment(child="children/c-1")
    family = standing(ASSESSING, type=pb.FAMILY_TYPE_NETWORK, assessment=assessed)
    way.approve(family, cast.an_approval(child="children/c-1"), "Knows the child", HAND)
    assert (family.approval.child, family.approval.approved_by) == ("children/c-1", "users/consultant")


def test_f5_each_approval_stays_in_the_history_with_who_when_and_why() -> None:
    family = standing(ASSESSING)
    way.approve(family, cast.an_approval(place_count=1), "A start", HAND)
    way.approve(family, cast.an_approval(place_count=3), "It goes well", HAND)
    assert [(step.reason, step.approval.place_count) for step in family.history] == [
        ("A start", 1),
        ("It goes well", 3),
    ]


def test_f5_what_is_recorded_keeps_the_history_and_adds_an_approval_that_no_step_gave() -> None:
    kept = standing(ASSESSING)
    way.approve(kept, cast.an_approval(place_count=1), "A start", HAND)
    told = standing(APPROVED, approval=kept.approval)
    way.record(told, kept, HAND)
    assert told.history == kept.history
    told.approval.place_count = 2
    way.record(told, kept, HAND)
    assert [step.kind for step in told.history] == [pb.FAMILY_STEP_KIND_APPROVED, pb.FAMILY_STEP_KIND_RECORDED]


def test_f5_a_new_family_has_applied_or_was_recorded_and_one_kept_before_gets_no_step_for_nothing() -> None:
    applies, approved, kept = standing(APPLIED), standing(APPROVED), standing(APPROVED)
    for family in (applies, approved):
        way.record(family, None, HAND)
    assert [step.kind for step in applies.history] == [pb.FAMILY_STEP_KIND_APPLIED]
    assert [step.kind for step in approved.history] == [pb.FAMILY_STEP_KIND_RECORDED]
    told = standing(APPROVED)
    way.record(told, kept, HAND)
    assert not told.history


BREACHES: dict[str, tuple[pb.FamilyBreach.ValueType, dict[str, cast.Value]]] = {
    "an approval without an assessment": (pb.FAMILY_BREACH_NOT_ASSESSED, {"assessment": None}),
    "an approval beyond its type": (
        pb.FAMILY_BREACH_APPROVED_BEYOND_TYPE,
        {"authority": "authorities/hjoerring", "type": pb.FAMILY_TYPE_GENERAL},
    ),
    "a type of another jurisdiction": (
        pb.FAMILY_BREACH_TYPE_OF_ANOTHER_JURISDICTION,
        {"type": pb.FAMILY_TYPE_SPECIALISED},
    ),
    "another child": (
        pb.FAMILY_BREACH_ASSESSED_FOR_ANOTHER_CHILD,
        {
            "type": pb.FAMILY_TYPE_NETWORK,
            "assessment": cast.an_assessment(child="children/c-1"),
            "approval": cast.an_approval(child="children/c-2"),
        },
    ),
}


@pytest.mark.parametrize(("breach", "facts"), BREACHES.values(), ids=BREACHES)
def test_f6_what_should_not_be_is_marked(breach: pb.FamilyBreach.ValueType, facts: dict[str, cast.Value]) -> None:
    assert approval.breaches(standing(APPROVED, **facts), cast.TODAY) == [breach]


def test_f6_a_certificate_that_nobody_saw_is_marked_and_a_sound_family_has_no_mark() -> None:
    bare = standing(APPROVED, household=[cast.a_member()])
    assert approval.breaches(bare, cast.TODAY) == [
        pb.FAMILY_BREACH_NOT_ASSESSED,
        pb.FAMILY_BREACH_CERTIFICATE_MISSING,
    ]
    assert approval.breaches(standing(APPROVED), cast.TODAY) == []
    assert approval.breaches(standing(APPLIED, household=[cast.a_member()]), cast.TODAY) == []


def test_f6_more_children_than_places_are_marked_of_a_family_that_is_approved() -> None:
    family = standing(APPROVED)
    places = family.approval.place_count
    assert approval.breaches(family, cast.TODAY, places) == []
    assert approval.breaches(family, cast.TODAY, places + 1) == [pb.FAMILY_BREACH_TOO_MANY_CHILDREN]
    assert approval.breaches(standing(APPLIED), cast.TODAY, 1) == []


@pytest.mark.parametrize(("days", "was_approved", "lacks"), [(93, False, False), (94, False, True), (94, True, False)])
def test_f3_before_the_first_approval_a_health_certificate_is_three_months_old_at_most(
    days: int, was_approved: bool, lacks: bool
) -> None:
    old = cast.a_sound_member(health_certificate=cast.a_certificate(issued_date=cast.day(-days)))
    family = standing(APPROVED if was_approved else ASSESSING, household=[old])
    assert any("health certificate" in each for each in approval.missing(family, cast.TODAY)) == lacks
