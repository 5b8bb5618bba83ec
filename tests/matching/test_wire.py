"""Messages of the other services as facts: what is given arrives, what is absent stays unknown."""

from datetime import UTC, date, datetime

import pytest
from google.protobuf import text_format
from google.type.money_pb2 import Money

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.matching import wire
from services.matching.rules.children import (
    Basis,
    Ceiling,
    Child,
    Contact,
    CurrentHome,
    LegalBasis,
    Protection,
    School,
    Seeks,
    SiblingRule,
    Wish,
)
from services.matching.rules.homes import (
    Ages,
    Approval,
    Disposal,
    Free,
    GenderRule,
    Home,
    HomeType,
    HouseholdMember,
    Limits,
    Pause,
    ProfileFact,
    Resident,
    Training,
)
from services.shared.reference import certificate_duties
from services.shared.wire import date_message

REQUEST = """
name: "requests/r" authority: "authorities/sermersooq" kind: REQUEST_KIND_STEP_DOWN
child {
  reference: "children/c" birth_date { year: 2017 month: 2 day: 1 } gender: GENDER_GIRL town: "Nuuk"
  languages { language: LANGUAGE_TUNUMIISUT level: LANGUAGE_LEVEL_FLUENT }
}
needs {
  level: NEED_LEVEL_SEVERE needed_competences: COMPETENCE_ADHD wished_competences: COMPETENCE_TRAUMA
  accessibility: ACCESSIBILITY_SIGHT
}
need_step { step: 3 } ceiling { step: 5 until_date { year: 2025 month: 3 day: 9 } }
from_date { year: 2025 month: 3 day: 1 } place_by_date { year: 2025 month: 3 day: 31 }
danger { since_date { year: 2025 month: 3 day: 2 } }
siblings { child: "children/d" rule: SIBLING_RULE_APART }
school { school: "Tuiisaq" town: "Paamiut" } contact { town: "Paamiut" visits_per_month: 1.5 }
protection { homes: "families/f" towns: "Tasiilaq" persons: "persons/p" children: "children/e" }
wish { child_town: "Nuuk" child_home: "families/g" parents_town: "Paamiut" }
legal_basis { kind: BASIS_KIND_COMMITTEE_DECISION expiry_date { year: 2025 month: 3 day: 8 } }
current_home { home: "families/h" step: 5 unsafe: true } solo_placement: true
"""
FAMILY = """
name: "families/f" authority: "authorities/sermersooq" display_name: "Familien F" type: FAMILY_TYPE_NETWORK town: "Nuuk"
approval {
  place_count: 2 ages { min: 6 max: 12 } need_level: NEED_LEVEL_MODERATE child: "children/c"
  valid_from_date { year: 2025 month: 3 day: 1 } valid_until_date { year: 2025 month: 3 day: 31 }
}
household {
  person: "persons/p" role: HOUSEHOLD_ROLE_OWN_CHILD birth_date { year: 2008 month: 3 day: 1 }
  criminal_record { renew_by_date { year: 2025 month: 3 day: 7 } }
}
languages { language: LANGUAGE_DANISH level: LANGUAGE_LEVEL_GOOD } competences: COMPETENCE_ADHD
experience { min: 3 max: 9 } accessibility: ACCESSIBILITY_HEARING schools: "Tuiisaq"
availability { free_place_count: 1 from_date { year: 2025 month: 3 day: 4 } confirmed_time { seconds: 1740906000 } }
pause { until_date { year: 2025 month: 3 day: 5 } } training { waived_until_date { year: 2025 month: 3 day: 6 } }
limits { ages { min: 5 max: 8 } need_level: NEED_LEVEL_LIGHT needs: COMPETENCE_TRAUMA has_note: true }
daily_rate { currency_code: "DKK" units: 173 nanos: 520000000 } agreements: "authorities/qeqqata"
disputed_facts: [PROFILE_FACT_LANGUAGES, PROFILE_FACT_PETS]
"""
UNIT = """
name: "institutions/i/units/u" authority: "authorities/selvstyret" approved: true display_name: "Afdeling" town: "Nuuk"
kind: UNIT_KIND_RESIDENTIAL step: 6 place_count: 4 age_min: 12 age_max: 17 gender_rule: GENDER_RULE_GIRLS
need_level: NEED_LEVEL_SEVERE competences: COMPETENCE_AUTISM
languages { language: LANGUAGE_INUKTUN level: LANGUAGE_LEVEL_BASIC } severe_need_limit: 2
disposal: DISPOSAL_CENTRAL_LIST
"""
VACANCY = """
free_place_count: 3 from_date { year: 2025 month: 3 day: 4 } confirmed_time { seconds: 1740906000 }
"""
CONFIRMED = datetime(2025, 3, 2, 9, tzinfo=UTC)


DAY = date(2025, 3, 2)


def march(day: int) -> date:
    """A day of March 2025."""
    return date(2025, 3, day)


def test_a_request_as_a_child() -> None:
    request = text_format.Parse(REQUEST, placements.PlacementRequest())
    assert wire.child(request) == Child(
        request="requests/r",
        reference="children/c",
        authority="authorities/sermersooq",
        birth_date=date(2017, 2, 1),
        gender=terms.GENDER_GIRL,
        town="Nuuk",
        languages={terms.LANGUAGE_TUNUMIISUT: terms.LANGUAGE_LEVEL_FLUENT},
        need_level=terms.NEED_LEVEL_SEVERE,
        need_step=3,
        from_date=march(1),
        place_by_date=march(31),
        seeks=Seeks.STEP_DOWN,
        needed_competences=frozenset({terms.COMPETENCE_ADHD}),
        wished_competences=frozenset({terms.COMPETENCE_TRAUMA}),
        accessibility=frozenset({terms.ACCESSIBILITY_SIGHT}),
        ceiling=Ceiling(5, march(9)),
        danger_since=march(2),
        siblings={"children/d": SiblingRule.APART},
        school=School("Tuiisaq", "Paamiut"),
        contact=Contact("Paamiut", 1.5),
        protection=Protection(
            frozenset({"families/f"}), frozenset({"Tasiilaq"}), frozenset({"persons/p"}), frozenset({"children/e"})
        ),
        wish=Wish("Nuuk", "families/g", "Paamiut"),
        basis=LegalBasis(Basis.COMMITTEE_DECISION, march(8)),
        current_home=CurrentHome("families/h", 5, unsafe=True),
        solo=True,
    )


def test_what_a_request_does_not_say_stays_unknown() -> None:
    request = text_format.Parse(REQUEST, placements.PlacementRequest())
    for part in ("ceiling", "danger", "school", "contact", "legal_basis", "current_home"):
        request.ClearField(part)
    child = wire.child(request)
    assert (child.ceiling, child.danger_since, child.school, child.contact) == (None, None, None, None)
    assert (child.basis, child.current_home) == (None, None)


def test_an_enum_that_is_not_given_is_refused() -> None:
    request = text_format.Parse(REQUEST, placements.PlacementRequest())
    request.kind = placements.REQUEST_KIND_UNSPECIFIED
    with pytest.raises(KeyError):
        wire.child(request)


def test_a_date_that_is_not_given_is_refused() -> None:
    request = text_format.Parse(REQUEST, placements.PlacementRequest())
    request.ClearField("from_date")
    with pytest.raises(ValueError, match="year"):
        wire.child(request)


def test_a_family_as_a_home() -> None:
    family = text_format.Parse(FAMILY, families.FosterFamily())
    assert wire.family_home(family, march(2)) == Home(
        name="families/f",
        display_name="Familien F",
        authority="authorities/sermersooq",
        type=HomeType.NETWORK,
        step=2,
        town="Nuuk",
        place_count=2,
        ages=Ages(6, 12),
        need_level=terms.NEED_LEVEL_MODERATE,
        languages={terms.LANGUAGE_DANISH: terms.LANGUAGE_LEVEL_GOOD},
        free=Free(1, march(4), CONFIRMED),
        approval=Approval(march(1), march(31), "children/c"),
        household=(HouseholdMember("persons/p", date(2008, 3, 1), march(7), None),),
        pause=Pause(march(5)),
        training=Training(waived_until=march(6)),
        competences=frozenset({terms.COMPETENCE_ADHD}),
        accessibility=frozenset({terms.ACCESSIBILITY_HEARING}),
        schools=frozenset({"Tuiisaq"}),
        experience=Ages(3, 9),
        certificate_duties=certificate_duties("authorities/sermersooq"),
        limits=Limits(Ages(5, 8), terms.NEED_LEVEL_LIGHT, frozenset({terms.COMPETENCE_TRAUMA}), has_note=True),
        daily_rate=17_352,
        disposal=Disposal.BY_AGREEMENT,
        agreements=frozenset({"authorities/qeqqata"}),
        disputed=(ProfileFact.LANGUAGES, ProfileFact.PETS),
    )


def test_each_fact_of_a_profile_is_known_by_its_name() -> None:
    assert set(wire.PROFILE_FACTS) == set(families.ProfileFact.values()) - {families.PROFILE_FACT_UNSPECIFIED}


def test_a_family_that_applies_has_no_approval_and_an_unknown_rate_is_not_zero() -> None:
    applies = families.FosterFamily(name="families/f", type=families.FAMILY_TYPE_MUNICIPAL)
    home = wire.family_home(applies, march(2))
    assert (home.approval, home.free, home.pause, home.daily_rate, home.step) == (None, None, None, None, 3)


@pytest.mark.parametrize(
    ("kind", "step"), [("RELIEF", 1), ("NETWORK", 2), ("MUNICIPAL", 3), ("PROFESSIONAL", 3), ("EMERGENCY", 3)]
)
def test_each_family_type_has_its_step_of_the_ladder(kind: str, step: int) -> None:
    family = families.FosterFamily(type=families.FamilyType.Value(f"FAMILY_TYPE_{kind}"))
    assert wire.family_home(family, march(2)).step == step


def test_a_family_that_is_approved_for_relief_alone_is_a_relief_family() -> None:
    approval = families.Approval(care=families.CARE_KIND_RELIEF)
    text_format.Merge("valid_from_date { year: 2025 month: 3 day: 1 }", approval)
    text_format.Merge("valid_until_date { year: 2025 month: 3 day: 31 }", approval)
    family = families.FosterFamily(type=families.FAMILY_TYPE_MUNICIPAL, approval=approval)
    assert (wire.family_home(family, march(2)).type, wire.family_home(family, march(2)).step) == (HomeType.RELIEF, 1)


def test_a_unit_as_a_home_with_the_free_places_of_its_vacancy() -> None:
    unit = text_format.Parse(UNIT, capacity.InstitutionUnit())
    vacancy = text_format.Parse(VACANCY, capacity.Vacancy())
    assert wire.unit_home(unit, vacancy, DAY) == Home(
        name="institutions/i/units/u",
        display_name="Afdeling",
        authority="authorities/selvstyret",
        type=HomeType.RESIDENTIAL,
        step=6,
        town="Nuuk",
        place_count=4,
        ages=Ages(12, 17),
        need_level=terms.NEED_LEVEL_SEVERE,
        languages={terms.LANGUAGE_INUKTUN: terms.LANGUAGE_LEVEL_BASIC},
        free=Free(3, march(4), CONFIRMED),
        gender_rule=GenderRule.GIRLS,
        competences=frozenset({terms.COMPETENCE_AUTISM}),
        severe_need_limit=2,
        disposal=Disposal.CENTRAL_LIST,
    )
    assert wire.unit_home(unit, None, DAY).free is None


@pytest.mark.parametrize(("day", "ore"), [(march(4), 270_000), (march(5), 274_050)])
def test_a_unit_costs_what_its_rate_of_the_day_says(day: date, ore: int) -> None:
    unit = text_format.Parse(UNIT, capacity.InstitutionUnit())
    for first, units, nanos in ((1, 2700, 0), (5, 2740, 500_000_000)):
        rate = unit.daily_rates.add(amount={"currency_code": "DKK", "units": units, "nanos": nanos})
        rate.from_date.CopyFrom(date_message(march(first)))
    assert wire.unit_home(unit, None, day).daily_rate == ore


def test_a_placement_as_a_resident() -> None:
    placement = placements.Placement(
        child="children/c", home="families/f", gender=terms.GENDER_BOY, need_level=terms.NEED_LEVEL_LIGHT
    )
    text_format.Merge(
        "birth_date { year: 2017 month: 2 day: 1 } start_date { year: 2025 month: 3 day: 1 } solo_placement: true",
        placement,
    )
    lives_there = Resident(
        "children/c", date(2017, 2, 1), terms.GENDER_BOY, terms.NEED_LEVEL_LIGHT, "families/f", march(1), solo=True
    )
    assert wire.resident(placement) == lives_there


def test_a_home_as_a_message() -> None:
    home = wire.family_home(text_format.Parse(FAMILY, families.FosterFamily()), march(2))
    message = wire.home_message(home, ())
    assert (message.kind, message.step, message.place_count, message.resident_count) == (pb.HOME_KIND_FAMILY, 2, 2, 0)
    assert (message.free_place_count, message.free_from_date.day) == (1, 4)
    assert message.confirmed_time.seconds == 1_740_906_000
    assert message.disposal == terms.DISPOSAL_BY_AGREEMENT


def test_k17_a_family_costs_what_was_agreed_else_what_the_tables_say_of_the_day() -> None:
    family = families.FosterFamily(type=families.FAMILY_TYPE_MUNICIPAL)
    for first, units in ((1, 100), (5, 200)):
        amount = {"currency_code": "DKK", "units": units}
        family.costs.add(from_date=date_message(march(first)), amount=amount)
    assert [wire.family_home(family, march(day)).daily_rate for day in (4, 5)] == [10_000, 20_000]
    assert wire.family_home(family, date(2025, 2, 28)).daily_rate is None
    family.costs[0].ClearField("from_date")
    assert wire.family_home(family, date(2025, 2, 28)).daily_rate == 10_000
    family.daily_rate.CopyFrom(Money(currency_code="DKK", units=7))
    assert wire.family_home(family, march(5)).daily_rate == 700
