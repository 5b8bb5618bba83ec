"""What people read: a child's own list, why a home is not on it, what a choice costs others, and why a child waits."""

from havn.matching.v1 import matching_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
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
)
from services.matching.rules.explain import plan_message, ranking, siblings_by_home, suggest
from services.matching.rules.facts import World
from services.matching.rules.homes import Ages, Disposal, Limits, ProfileFact, Training
from services.matching.rules.plan import make_plan
from services.matching.rules.reasons import Siblings, summary
from services.matching.rules.units import unit_for
from tests.matching.facts import (
    DANISH,
    IF_POSSIBLE,
    THEIRS,
    TODAY,
    TOGETHER,
    Facts,
    adult,
    child,
    days,
    emergency,
    family,
    free,
    resident,
    unit,
    world,
)

CONSENT = LegalBasis(Basis.CONSENT)


def told(here: World, name: str = "a") -> pb.Suggestions:
    """The list of a child."""
    return suggest(here, make_plan(here), f"requests/{name}")


def homes_of(suggestions: pb.Suggestions) -> list[str]:
    """The homes by rank."""
    assert [suggestion.rank for suggestion in suggestions.suggestions] == list(
        range(1, len(suggestions.suggestions) + 1)
    )
    return [suggestion.home.name.split("/")[-1] for suggestion in suggestions.suggestions]


def notes(a_child: Child, home_facts: Facts) -> list[str]:
    """The notes of the only suggestion."""
    (suggestion,) = told(world([a_child], [family(**home_facts)])).suggestions
    return [note.en for note in suggestion.notes]


def test_fewest_steps_above_the_need_come_first_then_fit_then_cost() -> None:
    raised = child(ceiling=Ceiling(5, until=days(9)))
    homes = [
        unit("u"),
        family("danish", languages=DANISH),
        family("dear", daily_rate=90_000),
        family("cheap", daily_rate=17_400),
    ]
    assert homes_of(told(world([raised], homes))) == ["cheap", "dear", "danish", "u"]


def test_a_wished_sibling_comes_before_a_better_fit() -> None:
    home = family("theirs", languages=DANISH)
    here = world([child(siblings={"x": IF_POSSIBLE})], [home, family("f")], [resident("x", home)])
    assert homes_of(told(here)) == ["theirs", "f"]


def test_in_danger_tonight_comes_before_later() -> None:
    homes = [family("later", free=free(from_date=days(3))), emergency("e"), family("now", languages=DANISH)]
    suggestions = told(world([child(danger_since=TODAY)], homes))
    assert homes_of(suggestions) == ["now", "e", "later"]
    assert [suggestion.emergency for suggestion in suggestions.suggestions] == [False, True, False]


def test_the_place_in_one_sentence() -> None:
    pupil = child("a", town="Paamiut", siblings={"b": TOGETHER}, school=School("Tuiisaq", "Paamiut"))
    here = world(
        [pupil, child("b", town="Paamiut", school=School("Tuiisaq", "Paamiut"))],
        [family(town="Paamiut", schools=frozenset({"Tuiisaq"}), free=free(2), daily_rate=8_700)],
    )
    plan = make_plan(here)
    (option,) = plan.found.of(unit_for(pupil, here))
    assert summary(option, Siblings(0, 0), here) == (
        "Familie i Paamiut, plejefamilie som vurderet, samme by, taler kalaallisut, tager begge søskende, "
        "skolen er uændret, 174 kr. pr. dag.",
        "Family in Paamiut, foster family as assessed, same town, speaks Kalaallisut, takes both siblings, "
        "school unchanged, 174 kr. a day.",
    )


def test_reasons_stand_by_weight_behind_step_and_siblings() -> None:
    here = world([child("a", siblings={"b": TOGETHER}), child("b")], [family(free=free(2))])
    (suggestion,) = told(here).suggestions
    assert [reason.criterion for reason in suggestion.reasons][:3] == ["step", "siblings", "language"]
    weights = [reason.weight for reason in suggestion.reasons if reason.weight]
    assert weights == sorted(weights, reverse=True)


def test_at_least_two_alternatives_stand_beside_the_planned_place() -> None:
    suggestions = told(world([child()], [family("f"), family("g"), family("h")]))
    assert [suggestion.in_plan for suggestion in suggestions.suggestions].count(True) == 1
    assert len(suggestions.suggestions) == 3


def test_a_choice_that_leaves_another_child_waiting_says_so_as_a_count() -> None:
    here = world([child("a"), child("b", age=14)], [family("f"), family("g", ages=Ages(0, 12))])
    effects = {s.home.name: [effect.words for effect in s.effects] for s in told(here).suggestions}
    assert effects == {
        "families/f": [terms.Words(da="Ét andet barn venter", en="One other child waits")],
        "families/g": [],
    }


def test_effects_are_computed_for_the_first_few() -> None:
    here = world([child()], [family(name) for name in "fghijk"])
    assert [s.effects_known for s in told(here).suggestions].count(True) == 4


def test_an_excluded_home_names_its_rules_and_the_single_change() -> None:
    near, far = family("near", ages=Ages(6, 7)), family("far", ages=Ages(6, 7), free=None)
    excluded = {home.home.name: home.refusals for home in told(world([child()], [near, far])).excluded_homes}
    (refusal,) = excluded["families/near"]
    assert (refusal.rule, refusal.code) == ("R3", "AGE_OUTSIDE_APPROVAL")
    assert refusal.change.en == "The approval is extended to age 8"
    assert [(r.rule, r.HasField("change")) for r in excluded["families/far"]] == [("R1", False), ("R3", False)]


def test_another_authoritys_home_is_not_even_listed_as_excluded() -> None:
    assert told(world([child()], [family(authority=THEIRS)])).excluded_homes == []


def test_notes_say_what_to_do_before_asking() -> None:
    ready = child(basis=CONSENT)
    assert notes(ready, {}) == []
    assert notes(child(), {}) == ["The legal basis is missing"]
    assert notes(child(basis=LegalBasis(Basis.CONSENT, days(-1))), {}) == ["The legal basis has expired"]
    assert notes(ready, {"free": free(confirmed=10)}) == [
        "Have the place confirmed: last confirmed on 21 February 2025"
    ]
    assert notes(ready, {"free": free(from_date=days(2))}) == ["Free from 5 March 2025"]
    assert notes(ready, {"household": (adult(criminal_record=days(-2)),)}) == [
        "A certificate was due for renewal by 1 March 2025; it is to be obtained by 31 March 2025"
    ]
    assert notes(ready, {"limits": Limits(has_note=True)}) == [
        "The family has written what it will not take: read it in its profile"
    ]
    assert notes(ready, {"training": Training(waived_until=days(30))}) == [
        "The KRITH course is waived until 2 April 2025"
    ]
    assert notes(ready, {"daily_rate": None}) == ["The daily rate is unknown and not part of the cost"]


def test_f9_what_is_said_differently_of_a_profile_is_a_note_and_changes_nothing_else() -> None:
    ready = child(basis=CONSENT)
    assert notes(ready, {"disputed": (ProfileFact.PETS, ProfileFact.SCHOOLS)}) == [
        "What is said about animals and schools differs and is not settled: read both sides in the family's profile"
    ]
    assert notes(ready, {"disputed": (ProfileFact.LANGUAGES, ProfileFact.LIMITS, ProfileFact.HOUSEHOLD)}) == [
        "What is said about what the family does not take and who lives there differs and is not settled. "
        "The profile was used as it stands (R2, R6 and R8): have it settled before asking",
        "What is said about languages differs and is not settled: read both sides in the family's profile",
    ]
    agreed, disputed = (
        told(world([ready], [family(disputed=facts)])).suggestions[0] for facts in ((), tuple(ProfileFact))
    )
    assert disputed.notes
    disputed.ClearField("notes")
    assert disputed == agreed


def test_a_place_of_the_central_list_needs_an_application() -> None:
    central = unit(authority=THEIRS, disposal=Disposal.CENTRAL_LIST)
    (suggestion,) = told(world([child(need_step=5, basis=CONSENT)], [central])).suggestions
    assert [note.da for note in suggestion.notes] == [
        "Kræver ansøgning til den centrale venteliste, som tildeler pladsen efter placering på listen"
    ]


def test_in_danger_a_family_may_take_the_course_later() -> None:
    in_danger = child(danger_since=TODAY, basis=CONSENT)
    assert notes(in_danger, {"training": Training()}) == ["The KRITH course must be completed by 2 April 2025"]


def test_cost_says_its_parts_and_what_is_unknown() -> None:
    visits = child(contact=Contact("Paamiut", 1), languages=DANISH)
    (suggestion,) = told(world([visits], [family()])).suggestions
    cost = suggestion.cost
    # One return ticket of 2 × (1,500 + 265 × 3) kr. a month; half an hour of interpreting a day at 400 kr.
    assert (cost.rate.units, cost.contact_travel.units, cost.interpreter.units) == (174, 150, 200)
    assert cost.per_day.units == 524
    (unknown,) = told(world([child()], [family(daily_rate=None)])).suggestions
    assert unknown.cost.rate_unknown
    assert not unknown.cost.HasField("rate")


def test_ways_are_told_in_the_figures_that_the_sentences_and_the_cost_go_by() -> None:
    away = child(town="Paamiut", contact=Contact("Paamiut", 2))
    (suggestion,) = told(world([away], [family()])).suggestions
    ways = suggestion.travel
    assert ways.to_home == ways.to_parents == pb.Trip(leg_count=1, hours=ways.to_home.hours)
    assert 2 < ways.to_home.hours < 4
    assert (ways.visits_per_month, ways.cost_per_visit.units) == (2, 2 * (1_500 + 265 * 3))
    assert suggestion.cost.contact_travel.units == 2 * ways.cost_per_visit.units * 12 // 365
    (near,) = told(world([child()], [family()])).suggestions
    assert near.travel == pb.Travel(to_home=pb.Trip())


def test_a_way_that_is_not_known_has_no_figures() -> None:
    lost = child(town="Nowhere", contact=Contact("Nowhere", 1))
    (suggestion,) = told(world([lost], [family()])).suggestions
    assert suggestion.travel == pb.Travel(visits_per_month=1)


def test_staying_put_is_possible_unless_it_is_unsafe() -> None:
    assert told(world([child(current_home=CurrentHome())], [])).staying_put.possible
    assert not told(world([child(current_home=CurrentHome(unsafe=True))], [])).staying_put.possible
    assert not told(world([child(current_home=CurrentHome(), danger_since=TODAY)], [])).staying_put.possible
    assert not told(world([child()], [])).staying_put.possible


def test_nobody_stays_where_a_protection_forbids_it_to_live() -> None:
    protected = child(
        current_home=CurrentHome("families/f"), protection=Protection(persons=frozenset({"persons/kala"}))
    )
    assert not told(world([protected], [family("f")])).staying_put.possible
    assert told(world([protected], [family("g")])).staying_put.possible


def test_siblings_are_not_told_which_of_them_is_unsafe() -> None:
    siblings = [
        child("a", siblings={"b": TOGETHER}, current_home=CurrentHome()),
        child("b", current_home=CurrentHome(unsafe=True)),
    ]
    assert told(world(siblings, [])).staying_put.words.en == (
        "The siblings who must stay together cannot all stay where they are: it is not safe"
    )


def test_in_danger_a_place_from_next_week_says_that_tonight_is_open() -> None:
    in_danger = child(danger_since=TODAY, basis=CONSENT)
    tonight, later = told(world([in_danger], [family("f", free=free(from_date=days(7))), emergency("e")])).suggestions
    assert [note.en for note in tonight.notes] == [
        "Only for tonight: the child stays on the list, and a lasting place is still to be found"
    ]
    assert [note.en for note in later.notes] == [
        "Not safe tonight: until 10 March 2025 another place is needed",
        "Free from 10 March 2025",
    ]


def test_a_place_for_tonight_below_the_need_is_not_called_as_assessed() -> None:
    (suggestion,) = told(world([child(danger_since=TODAY, need_step=5)], [emergency()])).suggestions
    assert suggestion.reasons[0].words.en == "Foster family below the need step, only for tonight"


def test_a_cost_with_an_unknown_part_stands_behind_a_known_one() -> None:
    far = child(contact=Contact("Kapisillit", 1))
    homes = [family("unknown", daily_rate=1), family("known", town="Kapisillit", daily_rate=99_000)]
    known, unknown = told(world([far], homes)).suggestions[:2]
    assert (known.home.name, unknown.home.name) == ("families/known", "families/unknown")


def test_residents_who_have_left_are_not_counted_as_living_there() -> None:
    home = family("f")
    gone = [resident("x", home, ends=days(-1)), resident("y", home, ends=TODAY)]
    assert told(world([child()], [home], gone)).suggestions[0].home.resident_count == 1


def test_a_child_without_a_place_is_told_why_and_what_would_change_it() -> None:
    here = world([child()], [family("f", ages=Ages(0, 7)), family("g", ages=Ages(0, 7), free=free(0)), unit("u")])
    unplaced = told(here).unplaced
    assert unplaced.words.en == "None of 3 homes fits, most often because of age and a lack of free places"
    assert [change.en for change in unplaced.changes] == [
        "With the ceiling raised to step 5, 1 home fits",
        "Familien F: the approval is extended to age 8",
    ]


def test_the_only_home_is_not_one_of_one() -> None:
    unplaced = told(world([child()], [family("f", ages=Ages(0, 7))])).unplaced
    assert (unplaced.words.da, unplaced.words.en) == (
        "Det eneste hjem passer ikke på grund af alder",
        "The only home does not fit because of age",
    )


def test_a_full_home_that_fits_is_named_as_one_more_place() -> None:
    unplaced = told(world([child()], [family("f", free=free(0))])).unplaced
    assert [change.da for change in unplaced.changes] == ["Én plads mere hos Familien F"]


def test_siblings_are_told_how_many_more_places_they_need() -> None:
    siblings = [child("a", siblings={"b": TOGETHER}), child("b", siblings={"c": TOGETHER}), child("c")]
    unplaced = told(world(siblings, [family("f", place_count=3, free=free(1))])).unplaced
    assert [change.en for change in unplaced.changes] == ["2 more places with Familien F"]


def test_a_family_that_applies_still_is_refused_for_that_alone() -> None:
    excluded = told(world([child()], [family("f", approval=None, place_count=0, need_level=0)])).excluded_homes
    assert [refusal.code for home in excluded for refusal in home.refusals] == ["FAMILY_WITHOUT_APPROVAL"]


def test_a_child_whose_homes_others_get_is_told_so_without_a_word_on_them() -> None:
    here = world([child("a"), child("b", place_by_date=days(-99), danger_since=TODAY)], [family()])
    unplaced = told(here).unplaced
    assert unplaced.words.en == "The homes that fit do not have places for all who wait"
    assert [change.en for change in unplaced.changes] == ["One more place with Familien F"]


def test_homes_above_the_need_step_are_listed_but_not_planned_for_others() -> None:
    suggestions = told(world([child(ceiling=Ceiling(5, until=days(9)))], [unit()]))
    assert homes_of(suggestions) == ["u"]
    assert suggestions.unplaced.words.en.startswith("Only homes above the need step fit")


def test_a_protection_is_never_put_up_for_change() -> None:
    protected = child(protection=Protection(towns=frozenset({"Nuuk"})))
    assert told(world([protected], [family()])).unplaced.changes == []


def test_a_step_down_has_a_list_of_its_own_and_no_place_in_the_plan() -> None:
    suggestions = told(world([child(seeks=Seeks.STEP_DOWN)], [family()]))
    assert homes_of(suggestions) == ["f"]
    assert suggestions.unplaced.words.en.startswith("Stepping down is not part of the plan")


def test_siblings_share_a_list_and_the_asked_one_comes_first() -> None:
    here = world([child("a", siblings={"b": TOGETHER}), child("b")], [family(free=free(2))])
    assert told(here, "b").requests == ["requests/b", "requests/a"]
    assert told(here, "b").suggestions[0].places == 2


def test_wished_siblings_are_named_and_a_home_for_both_is_marked() -> None:
    here = world([child("a", siblings={"b": IF_POSSIBLE}), child("b")], [family("one"), family("two", free=free(2))])
    suggestions = told(here)
    assert suggestions.wished_siblings == ["requests/b"]
    said = {s.home.name: s.reasons[1].words.en for s in suggestions.suggestions}
    assert said == {
        "families/two": "Keeps 1 of 1 wished sibling bonds",
        "families/one": "Cannot unite the siblings wished together",
    }


def test_a_place_that_parts_siblings_for_tonight_says_until_when() -> None:
    siblings = [child("a", danger_since=TODAY, siblings={"b": TOGETHER}, basis=CONSENT), child("b", danger_since=TODAY)]
    here = world(siblings, [emergency("e1", place_count=1), emergency("e2", place_count=1)])
    suggestions = told(here)
    assert [note.en for note in suggestions.suggestions[0].notes] == [
        "Only for tonight: the child stays on the list, and a lasting place is still to be found",
        "Siblings are split for tonight, to be reunited by 2 April 2025",
    ]
    run = plan_message(here, make_plan(here))
    assert {(p.reunite_by_date.month, p.reunite_by_date.day) for p in run.places} == {(4, 2)}


def test_the_run_tells_places_unplaced_levels_and_counts() -> None:
    here = world([child("a"), child("b"), child("c", seeks=Seeks.STEP_DOWN)], [family("f"), unit("u")])
    run = plan_message(here, make_plan(here))
    assert [list(place.requests) for place in run.places] + [list(gone.requests) for gone in run.unplaced] in (
        [["requests/a"], ["requests/b"]],
        [["requests/b"], ["requests/a"]],
    )
    assert (run.request_count, run.home_count, run.option_count) == (2, 2, 2)
    assert [level.result.name for level in run.levels] == ["placed", "misfit", "cost", "misfit_at_cost", "order"]
    assert all(level.words.da and level.words.en and level.result.proven for level in run.levels)
    assert run.policy_version == "default-1"


def test_no_text_about_a_child_tells_what_a_sibling_needs() -> None:
    siblings = [
        child("a", siblings={"b": TOGETHER}),
        child(
            "b",
            need_level=terms.NEED_LEVEL_SEVERE,
            needed_competences=frozenset({terms.COMPETENCE_TRAUMA}),
            wished_competences=frozenset({terms.COMPETENCE_AUTISM}),
            accessibility=frozenset({terms.ACCESSIBILITY_WHEELCHAIR}),
        ),
    ]
    homes = [
        family("f", need_level=terms.NEED_LEVEL_MODERATE, free=free(2)),
        family(
            "g",
            free=free(2),
            competences=frozenset({terms.COMPETENCE_TRAUMA, terms.COMPETENCE_AUTISM}),
            accessibility=frozenset({terms.ACCESSIBILITY_WHEELCHAIR}),
        ),
    ]
    text = str(told(world(siblings, homes))).lower()
    assert not any(word in text for word in ("trauma", "autis", "wheelchair", "the child's are severe"))


def test_ranking_is_the_same_whatever_the_order_of_the_homes() -> None:
    homes = [family(name) for name in "fgh"]
    for order in (homes, homes[::-1]):
        here = world([child()], order)
        plan, asked = make_plan(here), unit_for(here.children[0], here)
        ranked = ranking(asked, here.children[0], plan, siblings_by_home(asked, plan))
        assert [option.home.name for option in ranked] == ["families/f", "families/g", "families/h"]
