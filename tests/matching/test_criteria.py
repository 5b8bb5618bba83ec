"""Each criterion of fit: these facts, so far met, in these words."""

import pytest

from havn.matching.v1 import matching_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import Child, Contact, School, Wish
from services.matching.rules.criteria import CRITERIA
from services.matching.rules.homes import Ages, Home, Resident
from services.matching.rules.options import fit, weighted
from tests.matching.facts import DANISH, KALAALLISUT, POLICY, adult, born, child, family, free, resident, unit, world

FLUENT, GOOD, BASIC = terms.LANGUAGE_LEVEL_FLUENT, terms.LANGUAGE_LEVEL_GOOD, terms.LANGUAGE_LEVEL_BASIC


def met(criterion: str, a_child: Child, home: Home, *residents: Resident) -> tuple[int | None, str]:
    """How far the criterion is met, and its English words."""
    found = CRITERIA[criterion](a_child, home, world([a_child], [home], residents))
    return found.met, found.words.en


def test_competences_count_by_share_of_those_wished_beyond_the_needed() -> None:
    wishes = child(
        needed_competences=frozenset({terms.COMPETENCE_ADHD}),
        wished_competences=frozenset({terms.COMPETENCE_ADHD, terms.COMPETENCE_TRAUMA, terms.COMPETENCE_AUTISM}),
    )
    able = family(competences=frozenset({terms.COMPETENCE_ADHD, terms.COMPETENCE_TRAUMA}))
    assert met("competences", wishes, able) == (50, "Also has competence in trauma")
    assert met("competences", wishes, family()) == (0, "Lacks the wished competence in trauma and autism")
    assert met("competences", child(), able) == (None, "No further competence is wished")


@pytest.mark.parametrize(
    ("level", "share", "words"),
    [
        (FLUENT, 100, "Speaks Kalaallisut"),
        (GOOD, 67, "Holds a conversation in Kalaallisut"),
        (BASIC, 33, "Knows everyday words of Kalaallisut"),
    ],
)
def test_the_childs_best_language_counts_by_how_well_the_home_speaks_it(level: int, share: int, words: str) -> None:
    home = family(languages={terms.LANGUAGE_KALAALLISUT: level})
    assert met("language", child(languages=KALAALLISUT), home) == (share, words)


def test_another_language_of_the_child_counts_less() -> None:
    bilingual = child(languages={terms.LANGUAGE_KALAALLISUT: FLUENT, terms.LANGUAGE_DANISH: GOOD})
    assert met("language", bilingual, family(languages=DANISH)) == (40, "Speaks Danish, not the child's best language")


def test_another_language_is_said_as_well_as_the_home_speaks_it() -> None:
    bilingual = child(languages={terms.LANGUAGE_KALAALLISUT: FLUENT, terms.LANGUAGE_DANISH: FLUENT - 1})
    home = family(languages={terms.LANGUAGE_DANISH: BASIC})
    assert met("language", bilingual, home) == (20, "Knows everyday words of Danish, not the child's best language")


def test_the_childs_best_language_counts_whole_where_the_child_still_learns_it() -> None:
    small = child(languages={terms.LANGUAGE_KALAALLISUT: BASIC})
    assert met("language", small, family(languages=KALAALLISUT)) == (100, "Speaks Kalaallisut")


def test_languages_that_are_not_stated_are_not_called_different() -> None:
    assert met("language", child(languages={}), family()) == (None, "The child's languages are not stated")
    assert met("language", child(), family(languages={})) == (0, "The home's languages are not stated")


def test_tunumiisut_is_not_kalaallisut() -> None:
    from_the_east = child(languages={terms.LANGUAGE_TUNUMIISUT: FLUENT})
    assert met("language", from_the_east, family(languages=KALAALLISUT)) == (0, "No language in common")


def test_school_is_unchanged_or_at_least_in_the_same_town() -> None:
    pupil = child(school=School("Nalunnguarfiup Atuarfia", "Nuuk"))
    assert met("school", pupil, family(schools=frozenset({"Nalunnguarfiup Atuarfia"}))) == (100, "School unchanged")
    assert met("school", pupil, family(schools=frozenset({"Hans Lynge"}))) == (60, "Another school in the same town")
    assert met("school", pupil, family(town="Paamiut")) == (0, "Another school in another town")
    assert met("school", child(), family()) == (None, "No school is stated")


def test_school_in_the_same_town_is_not_called_another_where_the_home_states_none() -> None:
    pupil = child(school=School("Nalunnguarfiup Atuarfia", "Nuuk"))
    assert met("school", pupil, family()) == (60, "The school's town; the home's schools are not stated")


def test_another_town_counts_by_the_way_there() -> None:
    assert met("town", child(town="Nuuk"), family(town="Nuuk")) == (100, "Same town")
    assert met("town", child(town="Nuuk"), family(town="Paamiut")) == (42, "1 leg from Nuuk, about 3.5 hours")
    assert met("town", child(town="Nuuk"), family(town="Tasiilaq")) == (
        21,
        "2 legs from Nuuk, about 7.5 hours",
    )


def test_an_unknown_way_is_called_unknown_and_counts_nothing() -> None:
    assert met("town", child(town="Nuuk"), family(town="Kapisillit")) == (
        0,
        "The way from Nuuk to Kapisillit is unknown",
    )
    far = child(contact=Contact("Kapisillit", 1))
    assert met("contact", far, family()) == (0, "The journey between Nuuk and Kapisillit is unknown")


def test_contact_counts_by_hours_of_travel_a_month() -> None:
    assert met("contact", child(contact=Contact("Nuuk", 4)), family()) == (100, "The parents live in the same town")
    assert met("contact", child(contact=Contact("Paamiut", 1.5)), family()) == (
        78,
        "Contact 1.5 times a month, about 7.5 hours of travel per visit",
    )
    assert met("contact", child(contact=Contact("Paamiut", 8)), family())[0] == 0
    assert CRITERIA["contact"](child(contact=Contact("Paamiut", 1)), family(), world()).words == (
        "Samvær 1 gang om måneden, omkring 7,5 timer på rejse pr. besøg",
        "Contact once a month, about 7.5 hours of travel per visit",
    )
    assert met("contact", child(), family()) == (None, "No contact is stated")


def test_the_childs_wish_for_a_home_or_a_town() -> None:
    wish = child(wish=Wish(child_town="Nuuk", child_home="families/aja"))
    assert met("child_wish", wish, family("aja")) == (100, "The child wishes this home")
    assert met("child_wish", wish, family("f")) == (60, "The child wishes another home in the same town")
    assert met("child_wish", wish, family("f", town="Paamiut")) == (0, "The child wishes another place")
    assert met("child_wish", child(wish=Wish(child_town="Nuuk")), family()) == (100, "The child wishes this town")
    assert met("child_wish", child(), family()) == (None, "The child stated no wish")


def test_the_parents_wish_for_a_town() -> None:
    wish = child(wish=Wish(parents_town="Nuuk"))
    assert met("parents_wish", wish, family()) == (100, "The parents wish this town")
    assert met("parents_wish", wish, family(town="Paamiut")) == (0, "The parents wish another town")
    assert met("parents_wish", child(), family()) == (None, "The parents stated no wish")


def test_experience_with_the_age_and_with_just_this_need() -> None:
    moderate = family(experience=Ages(6, 10), need_level=terms.NEED_LEVEL_MODERATE)
    assert met("experience", child(age=8), moderate) == (
        100,
        "Experience with ages 6–10, approved for moderate needs",
    )
    assert met("experience", child(age=12), moderate)[0] == 75
    assert met("experience", child(age=13), moderate)[0] == 50
    assert met("experience", child(age=8), family(experience=Ages(6, 10)))[0] == 85
    assert met("experience", child(), family(experience=None)) == (
        35,
        "Experience is not stated, approved for severe needs",
    )


def test_a_unit_has_experience_with_the_ages_it_takes() -> None:
    assert met("experience", child(age=8), unit(ages=Ages(6, 12)))[0] == 85


def test_children_in_the_home_count_by_age_gap_and_load() -> None:
    home = family(place_count=3)
    assert met("household", child(age=8), home) == (100, "No other children in the home")
    assert met("household", child(age=8), home, resident("x", home, age=12)) == (
        87,
        "1 other child in the home, at least 4 years apart in age",
    )
    assert met("household", child(age=8), home, resident("x", home, age=9), resident("y", home, age=14)) == (
        45,
        "2 other children in the home, at least 1 year apart in age",
    )


def test_grown_up_members_of_the_household_are_no_children_in_the_home() -> None:
    assert met("household", child(), family(household=(adult(), adult("nuka", birth_date=born(18)))))[0] == 100


def test_a_familys_own_children_count_as_children_in_the_home() -> None:
    own = family(place_count=1, household=(adult(), adult("nuka", birth_date=born(8))))
    assert met("household", child(age=8), own) == (35, "1 other child in the home, one of the same age")


@pytest.mark.parametrize(
    ("confirmed", "share", "words"),
    [
        (7, 100, "The place was confirmed on 24 February 2025"),
        (8, 50, "The place was last confirmed on 23 February 2025"),
        (21, 50, "The place was last confirmed on 10 February 2025"),
        (22, 0, "The place was last confirmed on 9 February 2025"),
    ],
)
def test_freshness_of_the_vacancy(confirmed: int, share: int, words: str) -> None:
    assert met("freshness", child(), family(free=free(confirmed=confirmed))) == (share, words)


def test_fit_is_the_weighted_mean_of_the_criteria_that_apply() -> None:
    home = family(languages=DANISH, free=free(confirmed=30))
    # language 0 × 25, town 100 × 15, experience 85 × 10, household 100 × 10, freshness 0 × 5: 3350 / 65.
    assert fit(child(), home, world([child()], [home])).value == 52


def test_a_weight_of_zero_takes_a_criterion_out() -> None:
    criteria = fit(child(), family(languages=DANISH), world([child()], [family()])).criteria
    assert weighted(criteria, dict.fromkeys(POLICY.weights, 0) | {"town": 1}) == 100
    assert weighted(criteria, dict.fromkeys(POLICY.weights, 0) | {"language": 1}) == 0


@pytest.mark.parametrize(
    ("value", "fit_class"),
    [
        (70, pb.FIT_CLASS_GOOD),
        (69, pb.FIT_CLASS_FAIR),
        (45, pb.FIT_CLASS_FAIR),
        (44, pb.FIT_CLASS_POOR),
    ],
)
def test_classes_of_fit(value: int, fit_class: int) -> None:
    assert POLICY.fit_class(value) == fit_class


def test_every_criterion_has_a_weight_and_every_weight_a_criterion() -> None:
    assert set(POLICY.weights) == set(CRITERIA)
