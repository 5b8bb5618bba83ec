"""Each hard rule: these facts, this refusal."""

from dataclasses import replace
from datetime import date

import pytest

from havn.access.v1 import access_pb2 as access
from havn.terms.v1 import terms_pb2 as terms
from services.matching import data
from services.matching.rules.children import Basis, Child, LegalBasis, Protection, Seeks
from services.matching.rules.children import Ceiling as CeilingDecision
from services.matching.rules.constraints import CONSTRAINTS, fits, refusals
from services.matching.rules.facts import World
from services.matching.rules.homes import (
    Ages,
    Approval,
    Disposal,
    GenderRule,
    Home,
    HomeType,
    Limits,
    Pause,
    Resident,
    Training,
)
from services.matching.rules.units import planned_units, unit_of
from services.shared.reference import certificate_duties
from tests.matching.facts import (
    APART,
    IF_POSSIBLE,
    OURS,
    THEIRS,
    TODAY,
    TOGETHER,
    adult,
    born,
    child,
    days,
    emergency,
    family,
    free,
    hold,
    holding,
    ref,
    resident,
    unit,
    world,
)


def broken(children: Child | list[Child], home: Home, *residents: Resident, **policy: object) -> list[str]:
    """The rules and codes that the home breaks for the children."""
    together = [children] if isinstance(children, Child) else children
    here = world(together, [home], residents, **policy)
    return [f"{r.breach.rule} {r.breach.code}" for r in refusals(unit_of(together, world=here), home, here)]


def said(a_child: Child, home: Home, *residents: Resident) -> tuple[str, str]:
    """The sentence of the only refusal."""
    here = world([a_child], [home], residents)
    (refusal,) = refusals(unit_of([a_child], world=here), home, here)
    return refusal.words.da, refusal.words.en


def test_a_home_that_meets_every_rule_is_not_refused() -> None:
    here = world([child()], [family()])
    assert refusals(unit_of([child()], world=here), family(), here) == ()
    assert fits(unit_of([child()], world=here), family(), here)


def test_r1_a_home_that_reports_nothing_is_no_option() -> None:
    assert broken(child(), family(free=None)) == ["R1 NOTHING_REPORTED"]


def test_r1_a_full_home_is_no_option() -> None:
    assert broken(child(), family(free=free(0))) == ["R1 NO_FREE_PLACE"]


def test_r1_two_siblings_need_two_places() -> None:
    assert broken([child("a"), child("b")], family(free=free(1))) == ["R1 TOO_FEW_FREE_PLACES"]


def test_r1_a_place_may_come_free_until_the_day_it_is_needed_by() -> None:
    assert broken(child(place_by_date=days(30)), family(free=free(from_date=days(30)))) == []
    assert broken(child(place_by_date=days(30)), family(free=free(from_date=days(31)))) == ["R1 FREE_TOO_LATE"]


def test_r1_past_its_date_a_child_awaits_a_place_for_30_days() -> None:
    overdue = child(place_by_date=days(-100))
    assert broken(overdue, family(free=free(from_date=days(30)))) == []
    assert broken(overdue, family(free=free(from_date=days(31)))) == ["R1 FREE_TOO_LATE"]


def broken_where(here: World, *together: Child) -> list[str]:
    """The codes that the one home breaks for the children."""
    (home,) = here.homes
    return [r.breach.code for r in refusals(unit_of(together, world=here), home, here)]


def test_r1_a_place_held_for_another_child_is_not_free_and_its_own_offer_stops_no_child() -> None:
    one, other, home = child("a"), child("b"), family(free=free(1))
    here = holding(world([one, other], [home]), hold(home, one))
    assert (broken_where(here, one), broken_where(here, other)) == ([], ["PLACE_HELD"])


def test_r1_what_is_left_beside_held_places_is_free() -> None:
    one, other, third = child("a"), child("b"), child("c")
    home = family(free=free(2), place_count=3)
    here = holding(world([one, other, third], [home]), hold(home, one))
    assert broken_where(here, other) == []
    assert broken_where(here, other, third) == ["PLACE_HELD"]
    assert broken_where(here, one, other) == []


def test_r1_with_those_who_live_there_a_held_place_may_be_the_last() -> None:
    one, other = child("a"), child("b")
    home = family(free=free(2), place_count=2)
    here = holding(world([one, other], [home], [resident("c", home)]), hold(home, one))
    assert (broken_where(here, one), broken_where(here, other)) == ([], ["PLACE_HELD"])


def test_r1_of_one_place_for_a_family_nothing_is_left_for_others() -> None:
    parent, other = child("a", seeks=Seeks.PARENT_WITH_CHILD), child("b", seeks=Seeks.PARENT_WITH_CHILD)
    home = unit(type=HomeType.FAMILY_DEPARTMENT, free=free(1))
    here = holding(world([parent, other], [home]), hold(home, parent))
    assert "PLACE_HELD" not in broken_where(here, parent)
    assert "PLACE_HELD" in broken_where(here, other)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (days(3), "Held for another child: the home was asked, and answers by 6 March 2025"),
        (None, "Held for another child: the home has said yes"),
    ],
)
def test_r1_until_when_a_place_is_held_is_told_and_not_for_whom(until: date | None, words: str) -> None:
    one, other, home = child("a"), child("b"), family(free=free(1))
    here = holding(world([one, other], [home]), hold(home, one, until=until))
    (refusal,) = refusals(unit_of([other], world=here), home, here)
    assert refusal.words.en == words
    assert refusal.words.da.startswith("Holdt for et andet barn")


def test_r1_an_emergency_place_must_be_free_today() -> None:
    in_danger = child(danger_since=TODAY)
    assert broken(in_danger, emergency(free=free(from_date=TODAY))) == []
    assert broken(in_danger, emergency(free=free(from_date=days(1)))) == ["R1 FREE_TOO_LATE"]


def test_r2_a_paused_family_takes_nobody_until_the_pause_ends() -> None:
    assert broken(child(), family(pause=Pause())) == ["R2 FAMILY_PAUSED"]
    assert broken(child(), family(pause=Pause(until=TODAY))) == ["R2 FAMILY_PAUSED"]
    assert broken(child(), family(pause=Pause(until=days(-1)))) == []


def test_r2_a_family_without_approval_takes_nobody() -> None:
    assert broken(child(), family(approval=None)) == ["R2 FAMILY_WITHOUT_APPROVAL"]


def test_r2_an_approval_covers_the_whole_first_period() -> None:
    assert broken(child(), family(approval=Approval(TODAY, days(90)))) == []
    assert broken(child(), family(approval=Approval(TODAY, days(89)))) == ["R2 APPROVAL_EXPIRES"]
    assert broken(child(), family(approval=Approval(days(1), days(400)))) == ["R2 APPROVAL_NOT_YET_VALID"]


def test_r2_the_first_period_begins_when_the_place_is_free() -> None:
    late = family(free=free(from_date=days(20)), approval=Approval(days(20), days(109)))
    assert broken(child(), late) == ["R2 APPROVAL_EXPIRES"]


def test_r2_for_a_night_in_danger_the_emergency_period_is_enough() -> None:
    in_danger = child(danger_since=TODAY)
    assert broken(in_danger, emergency(approval=Approval(TODAY, days(30)))) == []
    assert broken(in_danger, emergency(approval=Approval(TODAY, days(29)))) == ["R2 APPROVAL_EXPIRES"]


@pytest.mark.parametrize("certificate", ["criminal_record", "child_certificate"])
def test_r2_a_missing_certificate_of_anybody_15_or_older_stops_and_nobody_may_waive_it(certificate: str) -> None:
    with_teenager = family(household=(adult(), adult("minik", **{"birth_date": born(15), certificate: None})))
    here = world([child()], [with_teenager])
    (refusal,) = refusals(unit_of([child()], world=here), with_teenager, here)
    assert (refusal.breach.code, refusal.breach.waivable_by) == ("CERTIFICATE_MISSING", ())


def test_r2_a_foster_parent_in_greenland_without_a_health_certificate_stops_and_another_adult_does_not() -> None:
    parent = adult(foster_parent=True)
    assert broken(child(), family(household=(parent,))) == ["R2 HEALTH_CERTIFICATE_MISSING"]
    seen = replace(parent, health_certificate=days(-1))
    assert broken(child(), family(household=(seen, adult("nuka")))) == []
    assert (
        broken(child(), family(household=(parent,), certificate_duties=certificate_duties("authorities/svendborg")))
        == []
    )


def test_r2_nobody_asks_a_14_year_old_for_certificates() -> None:
    young = adult("minik", birth_date=born(14), criminal_record=None, child_certificate=None)
    assert broken(child(), family(household=(adult(), young))) == []


def test_r2_an_overdue_renewal_does_not_stop() -> None:
    assert broken(child(), family(household=(adult(criminal_record=days(-200)),))) == []


def test_r2_a_family_whose_household_is_not_stated_takes_nobody() -> None:
    assert broken(child(), family(household=())) == ["R2 HOUSEHOLD_UNKNOWN"]


def test_r3_the_age_is_that_of_the_day_when_the_child_comes() -> None:
    thirteen_soon = child(birth_date=date(TODAY.year - 13, TODAY.month, TODAY.day + 9), place_by_date=days(30))
    assert broken(thirteen_soon, family(ages=Ages(6, 12), free=free(from_date=days(8)))) == []
    assert broken(thirteen_soon, family(ages=Ages(6, 12), free=free(from_date=days(9)))) == ["R3 AGE_OUTSIDE_APPROVAL"]


def test_r3_a_child_outside_the_approved_ages_is_refused_in_words() -> None:
    assert said(child(age=4), family(ages=Ages(6, 12))) == (
        "Godkendt til 6–12 år, barnet er 4",
        "Approved for ages 6–12; the child is 4",
    )


def test_r3_both_ends_of_the_ages_are_included() -> None:
    assert broken(child(age=6), family(ages=Ages(6, 12))) == []
    assert broken(child(age=12), family(ages=Ages(6, 12))) == []
    assert broken(child(age=13), family(ages=Ages(6, 12))) == ["R3 AGE_OUTSIDE_APPROVAL"]


def test_r3_the_age_counts_on_the_day() -> None:
    thirteen_tomorrow = child(birth_date=date(TODAY.year - 13, TODAY.month, TODAY.day + 1))
    assert broken(thirteen_tomorrow, family(ages=Ages(6, 12))) == []


def test_r4_children_that_live_there_count_in_the_approved_number() -> None:
    full = family(place_count=1)
    assert broken(child(), full, resident("x", full)) == ["R4 APPROVED_NUMBER_EXCEEDED"]


def test_r4_a_child_that_has_moved_out_when_the_place_is_free_does_not_count() -> None:
    soon_empty = family(place_count=1, free=free(from_date=days(10)))
    assert broken(child(), soon_empty, resident("x", soon_empty, ends=days(10))) == []
    assert broken(child(), soon_empty, resident("x", soon_empty, ends=days(11))) == ["R4 APPROVED_NUMBER_EXCEEDED"]


def test_r4_a_unit_takes_no_more_severe_needs_than_its_limit() -> None:
    severe, limited = child(need_level=terms.NEED_LEVEL_SEVERE, need_step=5), unit(severe_need_limit=1)
    lives_there = resident("x", limited, need_level=terms.NEED_LEVEL_SEVERE)
    assert broken(severe, limited) == []
    assert broken(severe, limited, lives_there) == ["R4 SEVERE_NEEDS_LIMIT"]
    assert broken(child(need_step=5), limited, lives_there) == []


def test_r5_the_type_covers_the_need_level() -> None:
    light = family(need_level=terms.NEED_LEVEL_LIGHT)
    assert said(child(), light) == (
        "Godkendt til lette behov; barnet har moderate",
        "Approved for light needs; the child's are moderate",
    )


def test_r5_of_siblings_nobody_is_told_who_needs_more() -> None:
    siblings = [child("a"), child("b", need_level=terms.NEED_LEVEL_LIGHT)]
    light = family(need_level=terms.NEED_LEVEL_LIGHT, free=free(2))
    here = world(siblings, [light])
    (refusal,) = refusals(unit_of(siblings, world=here), light, here)
    assert refusal.words.en == "Approved for light needs; that does not cover all the siblings who must stay together"


@pytest.mark.parametrize(
    ("kind", "levels"), [("GENERAL", (1, 2)), ("REINFORCED", (2, 3)), ("SPECIALISED", (3,)), ("NETWORK", (1, 2, 3))]
)
def test_r5_a_danish_type_is_for_the_need_levels_of_its_table(kind: str, levels: tuple[int, ...]) -> None:
    home = family(covers=data.covered_needs("authorities/hjoerring", kind))
    assert tuple(n for n in (1, 2, 3) if not broken(child(need_level=n), home)) == levels


def test_r5_says_what_the_type_is_for_and_nothing_of_one_sibling() -> None:
    home = family(covers=data.covered_needs("authorities/hjoerring", "SPECIALISED"), free=free(2))
    assert said(child(), home)[1] == "The family's type is for severe needs; the child's are moderate"
    siblings = [child("a", siblings={"b": TOGETHER}), child("b", siblings={"a": TOGETHER})]
    here = world(siblings, [home])
    (refusal,) = refusals(unit_of(siblings, world=here), home, here)
    assert "the child's" not in refusal.words.en


def test_r5_a_type_of_another_jurisdiction_is_for_nobody() -> None:
    home = family(covers=data.covered_needs(OURS, "GENERAL"))
    assert broken(child(), home) == ["R5 TYPE_OF_ANOTHER_JURISDICTION"]


def test_r6_every_needed_competence_is_present_unless_a_leader_waives_it() -> None:
    needs = child(needed_competences=frozenset({terms.COMPETENCE_TRAUMA, terms.COMPETENCE_AUTISM}))
    lacks = family(competences=frozenset({terms.COMPETENCE_TRAUMA}))
    here = world([needs], [lacks])
    (refusal,) = refusals(unit_of([needs], world=here), lacks, here)
    assert refusal.words == ("Mangler kompetence inden for autisme", "Lacks competence in autism")
    assert refusal.breach.waivable_by == (access.ROLE_LEADER,)


NOT_TAKEN: dict[str, tuple[str, Limits]] = {
    "another age": ("AGE_NOT_TAKEN", Limits(ages=Ages(0, 7))),
    "a greater need": ("NEED_LEVEL_NOT_TAKEN", Limits(need_level=terms.NEED_LEVEL_LIGHT)),
    "a certain need": ("NEED_NOT_TAKEN", Limits(needs=frozenset({terms.COMPETENCE_TRAUMA}))),
}


@pytest.mark.parametrize(("code", "limits"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_r6_a_family_is_no_option_for_a_child_that_it_says_it_will_not_take(code: str, limits: Limits) -> None:
    needs = child(needed_competences=frozenset({terms.COMPETENCE_TRAUMA}))
    home = family(competences=frozenset({terms.COMPETENCE_TRAUMA}), limits=limits)
    assert broken(needs, home) == [f"R6 {code}"]
    assert broken(child(age=7, need_level=terms.NEED_LEVEL_LIGHT), home) == []


def test_r6_of_siblings_nobody_is_told_whom_a_family_will_not_take() -> None:
    home = family(limits=Limits(ages=Ages(0, 7)), free=free(2))
    assert broken([child("a", age=7), child("b")], home) == ["R6 SET_NOT_TAKEN"]


def test_r7_a_network_family_is_for_its_named_child_alone() -> None:
    network = family(type=HomeType.NETWORK, step=2, approval=Approval(days(-9), days(400), ref("a")), free=free(2))
    assert broken(child("a", need_step=2), network) == []
    assert broken(child("b", need_step=2), network) == ["R7 NETWORK_OF_ANOTHER_CHILD"]
    assert broken([child("a", need_step=2), child("b", need_step=2)], network) == ["R7 NETWORK_OF_ANOTHER_CHILD"]


def test_r7_a_relief_family_is_never_a_home() -> None:
    assert broken(child(need_step=1), family(type=HomeType.RELIEF, step=1)) == ["R7 RELIEF_ONLY"]


def test_r7_a_family_that_parents_arranged_takes_no_other_child() -> None:
    arranged = family(type=HomeType.PRIVATE, approval=Approval(days(-9), days(400), ref("a")))
    assert broken(child("b"), arranged) == ["R7 PRIVATELY_ARRANGED"]


def test_r7_an_emergency_place_is_only_for_danger() -> None:
    assert broken(child(), emergency()) == ["R7 EMERGENCY_ONLY"]
    assert broken(child(danger_since=TODAY), emergency()) == []


def test_r7_a_parent_with_child_lives_in_a_family_department_and_nobody_else_does() -> None:
    department = unit(type=HomeType.FAMILY_DEPARTMENT)
    parent = child(seeks=Seeks.PARENT_WITH_CHILD, need_step=5)
    assert broken(parent, department) == []
    assert broken(child(need_step=5), department) == ["R7 FAMILY_DEPARTMENT_ONLY"]
    assert broken(parent, unit()) == ["R7 NOT_FOR_PARENTS"]


def test_r7_siblings_with_a_parent_use_one_place_of_a_family_department() -> None:
    siblings = [child(name, seeks=Seeks.PARENT_WITH_CHILD, need_step=5) for name in ("a", "b")]
    assert broken(siblings, unit(type=HomeType.FAMILY_DEPARTMENT, free=free(1))) == []


@pytest.mark.parametrize("step", [6, 7, 8])
def test_r7_steps_6_to_8_need_a_committee_decision_in_force(step: int) -> None:
    decided = LegalBasis(Basis.COMMITTEE_DECISION, expires=TODAY)
    assert broken(child(need_step=step, basis=decided), unit(step=step)) == []
    for basis in (None, LegalBasis(Basis.CONSENT), replace(decided, expires=days(-1))):
        assert broken(child(need_step=step, basis=basis), unit(step=step)) == ["R7 COMMITTEE_DECISION_MISSING"]


def test_r8_protection_from_a_home_a_town_a_person_or_a_child_there() -> None:
    home = family(household=(adult("kala"),))
    lives_there = resident("x", home)
    for protection, code in (
        (Protection(homes=frozenset({home.name})), "PROTECTED_FROM_HOME"),
        (Protection(towns=frozenset({"Nuuk"})), "PROTECTED_FROM_TOWN"),
        (Protection(persons=frozenset({"persons/kala"})), "PROTECTED_FROM_PERSON"),
        (Protection(children=frozenset({ref("x")})), "PROTECTED_FROM_RESIDENT"),
    ):
        assert broken(child(protection=protection), home, lives_there) == [f"R8 {code}"]


def test_r7_a_committee_decision_still_holds_when_the_child_comes() -> None:
    decided = child(need_step=6, basis=LegalBasis(Basis.COMMITTEE_DECISION, expires=days(9)), place_by_date=days(30))
    assert broken(decided, unit(step=6, free=free(from_date=days(9)))) == []
    assert broken(decided, unit(step=6, free=free(from_date=days(10)))) == ["R7 COMMITTEE_DECISION_MISSING"]


def test_r7_a_wish_takes_no_sibling_without_danger_to_an_emergency_place() -> None:
    waiting = [child("a", danger_since=TODAY, siblings={"b": IF_POSSIBLE}), child("b")]
    here = world(waiting, [emergency(free=free(2))])
    refused = {u.name: [r.breach.code for r in refusals(u, here.homes[0], here)] for u in planned_units(here)}
    assert refused["requests/a"] == []
    assert refused["requests/a+requests/b"] == ["EMERGENCY_ONLY"]


def test_r8_protection_from_an_institution_holds_for_all_its_units() -> None:
    assert broken(child(need_step=5, protection=Protection(homes=frozenset({"institutions/i"}))), unit()) == [
        "R8 PROTECTED_FROM_HOME"
    ]


def test_r8_a_danger_lifts_no_protection() -> None:
    in_danger = child(danger_since=TODAY, protection=Protection(towns=frozenset({"Nuuk"})))
    assert broken(in_danger, emergency()) == ["R8 PROTECTED_FROM_TOWN"]


@pytest.mark.parametrize(
    "says", [{"protection": Protection(children=frozenset({ref("a")}))}, {"siblings": {"a": APART}}]
)
def test_r8_what_the_request_of_a_child_there_forbids_holds_too(says: dict[str, object]) -> None:
    home, there = family(), child("x", **says)
    for here in (
        replace(world([child()], [home], [resident("x", home)]), placed=(there,)),
        world([child(), replace(there, seeks=Seeks.STEP_DOWN)], [home], [resident("x", home)]),
    ):
        (refusal,) = refusals(unit_of([child()], world=here), home, here)
        assert refusal.breach.code == "PROTECTED_FROM_RESIDENT"


def test_r8_of_siblings_nobody_is_told_whom_the_protection_is_for() -> None:
    siblings = [child("a"), child("b", protection=Protection(towns=frozenset({"Nuuk"})))]
    assert broken(siblings, family(free=free(2))) == ["R8 PROTECTION_OF_SET"]


def test_r8_children_protected_from_each_other_are_never_placed_together() -> None:
    children = [child("a", protection=Protection(children=frozenset({ref("b")}))), child("b")]
    assert broken(children, family(free=free(2))) == ["R8 PROTECTED_WITHIN_SET"]


def test_r8_a_solo_placement_has_the_whole_home() -> None:
    solo = child(solo=True, need_step=5)
    house = unit(place_count=4, free=free(4))
    assert broken(solo, house) == []
    assert broken(solo, unit(place_count=4, free=free(3))) == ["R1 TOO_FEW_FREE_PLACES"]
    assert broken(solo, house, resident("x", house)) == ["R8 SOLO_NEEDS_EMPTY_HOME"]


def test_r8_a_solo_placement_is_not_for_a_family_with_children_of_its_own() -> None:
    with_child = family(place_count=1, household=(adult(), adult("nuka", birth_date=born(10))))
    assert broken(child(solo=True), with_child) == ["R8 SOLO_NEEDS_EMPTY_HOME"]


def test_r8_a_solo_placement_is_not_for_siblings_together() -> None:
    siblings = [child("a", need_step=5, solo=True), child("b", need_step=5)]
    assert broken(siblings, unit(free=free(4))) == ["R8 SOLO_WITH_SIBLINGS"]


def test_r8_where_a_solo_child_lives_nobody_else_moves_in() -> None:
    house = unit(place_count=4)
    assert broken(child(need_step=5), house, resident("x", house, solo=True)) == ["R8 SOLO_RESIDENT"]


def test_r9_the_gender_rule_of_the_unit() -> None:
    girl, boy = child(need_step=5), child(need_step=5, gender=terms.GENDER_BOY)
    assert broken(girl, unit(gender_rule=GenderRule.GIRLS)) == []
    assert broken(boy, unit(gender_rule=GenderRule.GIRLS)) == ["R9 GENDER_NOT_TAKEN"]
    assert broken(girl, unit(gender_rule=GenderRule.BOYS)) == ["R9 GENDER_NOT_TAKEN"]


def test_r10_a_child_joins_the_sibling_that_it_must_stay_with() -> None:
    home, other = family("f"), family("g")
    joins = child(siblings={"x": TOGETHER})
    assert broken(joins, home, resident("x", home)) == []
    assert broken(joins, home, resident("x", other)) == ["R10 SIBLING_LIVES_ELSEWHERE"]


def test_r10_a_home_that_a_sibling_has_left_binds_nobody() -> None:
    old, new = family("old"), family("new")
    left = [resident("x", old, ends=days(-1)), resident("x", new, started=days(-2))]
    assert broken(child(siblings={"x": TOGETHER}), old, *left) == ["R10 SIBLING_LIVES_ELSEWHERE"]
    assert broken(child(siblings={"x": TOGETHER}), new, *left) == []
    assert broken(child(siblings={"x": TOGETHER}), new, left[0]) == []
    assert broken(child(siblings={"x": APART}), old, left[0]) == []


def test_r10_of_two_placements_the_last_one_counts() -> None:
    first, last = family("z"), family("f")
    moved = [resident("x", first, started=days(-200)), resident("x", last, started=days(-2))]
    for order in (moved, moved[::-1]):
        assert broken(child(siblings={"x": TOGETHER}), last, *order) == []
        assert broken(child(siblings={"x": TOGETHER}), first, *order) == ["R10 SIBLING_LIVES_ELSEWHERE"]


def test_r10_a_wished_sibling_elsewhere_does_not_refuse_a_home() -> None:
    assert broken(child(siblings={"x": IF_POSSIBLE}), family("f"), resident("x", family("g"))) == []


def test_r10_siblings_that_must_not_live_together_do_not() -> None:
    home = family()
    assert broken(child(siblings={"x": APART}), home, resident("x", home)) == ["R10 SIBLING_TO_LIVE_APART"]


def test_r10_a_place_for_tonight_may_part_siblings() -> None:
    in_danger = child(danger_since=TODAY, siblings={"x": TOGETHER})
    assert broken(in_danger, emergency(), resident("x", family("g"))) == []


def test_r10_requests_that_contradict_each_other_are_sent_back() -> None:
    siblings = [
        child("a", siblings={"b": TOGETHER, "c": TOGETHER}),
        child("b", siblings={"c": APART}),
        child("c"),
    ]
    assert broken(siblings, family(place_count=3, free=free(3))) == ["R10 SIBLING_BONDS_CONTRADICT"]


def test_r11_no_child_comes_before_the_krith_course_unless_it_is_waived_with_a_date() -> None:
    assert broken(child(), family(training=Training())) == ["R11 COURSE_MISSING"]
    assert broken(child(), family(training=Training(waived_until=TODAY))) == []
    assert broken(child(), family(training=Training(waived_until=days(-1)))) == ["R11 COURSE_MISSING"]


def test_r11_spares_network_families_and_units() -> None:
    network = family(
        type=HomeType.NETWORK, step=2, approval=Approval(days(-9), days(400), ref("a")), training=Training()
    )
    assert broken(child("a", need_step=2), network) == []
    assert broken(child(need_step=5), unit()) == []


def test_r11_spares_a_danger_for_its_first_30_days() -> None:
    untrained = family(training=Training())
    assert broken(child(danger_since=days(-30)), untrained) == []
    assert broken(child(danger_since=days(-31)), untrained) == ["R11 COURSE_MISSING"]


def test_r11_of_siblings_the_first_danger_counts() -> None:
    siblings = [child("a", danger_since=days(-31)), child("b", danger_since=TODAY)]
    assert broken(siblings, family(training=Training(), free=free(2))) == ["R11 COURSE_MISSING"]


def test_r11_waiver_and_first_30_days_last_until_the_child_comes() -> None:
    later = family(training=Training(), free=free(from_date=days(10)))
    assert broken(child(), replace(later, training=Training(waived_until=days(10)))) == []
    assert broken(child(), replace(later, training=Training(waived_until=days(9)))) == ["R11 COURSE_MISSING"]
    assert broken(child(danger_since=days(-20)), later) == []
    assert broken(child(danger_since=days(-21)), later) == ["R11 COURSE_MISSING"]


def test_r12_an_unapproved_place_is_never_an_option() -> None:
    assert broken(child(need_step=5), unit(approved=False)) == ["R12 UNAPPROVED"]


def test_r13_the_building_allows_what_the_child_needs() -> None:
    in_wheelchair = child(accessibility=frozenset({terms.ACCESSIBILITY_WHEELCHAIR}))
    assert said(in_wheelchair, family()) == ("Ikke indrettet til kørestol", "Not fitted for a wheelchair")
    assert broken(in_wheelchair, family(accessibility=frozenset({terms.ACCESSIBILITY_WHEELCHAIR}))) == []


def test_r14_a_step_above_the_ceiling_is_refused_and_a_leader_may_raise_it() -> None:
    here = world([child()], [unit()])
    (refusal,) = refusals(unit_of([child()], world=here), unit(), here)
    assert refusal.words.en == "Step 5 (open residential) lies above the ceiling, step 3"
    assert refusal.change == ("At loftet hæves til trin 5", "The ceiling is raised to step 5")
    assert refusal.breach.waivable_by == (access.ROLE_LEADER,)


def test_r14_a_step_below_the_need_is_refused() -> None:
    assert broken(child(need_step=5), family()) == ["R14 STEP_BELOW_NEED"]


def test_r14_a_raised_ceiling_holds_through_its_last_day() -> None:
    assert broken(child(ceiling=CeilingDecision(5, until=TODAY)), unit()) == []
    assert broken(child(ceiling=CeilingDecision(5, until=days(-1))), unit()) == ["R14 STEP_ABOVE_CEILING"]


def test_r14_in_danger_the_ceiling_is_step_5() -> None:
    assert broken(child(danger_since=TODAY), unit()) == []


def test_r14_a_place_for_tonight_may_lie_below_the_need() -> None:
    assert broken(child(need_step=5, danger_since=TODAY), emergency()) == []


def test_r15_own_by_agreement_or_by_the_central_list() -> None:
    theirs = unit(authority=THEIRS)
    assert broken(child(need_step=5), theirs) == ["R15 NOT_OURS_TO_USE"]
    assert broken(child(need_step=5), replace(theirs, disposal=Disposal.CENTRAL_LIST)) == []
    by_agreement = replace(theirs, disposal=Disposal.BY_AGREEMENT, agreements=frozenset({OURS}))
    assert broken(child(need_step=5), by_agreement) == []


def test_another_authoritys_home_is_no_part_of_a_run() -> None:
    assert world([], [unit(authority=THEIRS), family()]).usable_homes == (family(),)


def test_every_broken_rule_is_told_in_the_order_of_the_rules() -> None:
    hopeless = family(free=None, pause=Pause(), ages=Ages(0, 2), need_level=terms.NEED_LEVEL_LIGHT)
    rules = [refusal.split()[0] for refusal in broken(child(), hopeless)]
    assert rules == ["R1", "R2", "R3", "R5"]


def test_every_constraint_says_its_rule() -> None:
    assert all(constraint.__doc__ and constraint.__doc__.startswith("R") for constraint in CONSTRAINTS)
