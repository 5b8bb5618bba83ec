"""A coordinator opens the list, asks for a plan, and reads suggestions that say why."""

import pytest

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.matching.v1 import matching_pb2 as matching
from services.havn.demo.journey import FIRST_REQUEST
from tests import cast
from tests.conftest import Client, Havn, refused
from tests.journeys.conftest import everything_arrived, plan, suggestions

FIRST = f"requests/{FIRST_REQUEST}"


async def test_the_first_on_the_list_has_at_least_three_places_to_choose_from(coordinator: Client) -> None:
    page = await coordinator.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_size=1))
    shown = await suggestions(coordinator, page.entries[0].request)
    assert shown.request == FIRST
    assert len(shown.suggestions) >= 3
    assert [suggestion.rank for suggestion in shown.suggestions] == list(range(1, len(shown.suggestions) + 1))


async def test_every_reason_is_a_sentence_in_both_languages(coordinator: Client) -> None:
    shown = await suggestions(coordinator, FIRST)
    words = [reason.words for suggestion in shown.suggestions for reason in suggestion.reasons]
    words += [refusal.words for home in shown.excluded_homes for refusal in home.refusals]
    assert words
    assert all(each.da and each.en and each.da != each.en for each in words)


async def test_every_home_is_suggested_or_excluded_by_a_named_rule(coordinator: Client) -> None:
    shown = await suggestions(coordinator, FIRST)
    suggested = {suggestion.home.name for suggestion in shown.suggestions}
    excluded = {home.home.name: [refusal.rule for refusal in home.refusals] for home in shown.excluded_homes}
    homes = await coordinator.matching.ListHomes(matching.ListHomesRequest(page_size=200))
    assert suggested | set(excluded) == {home.name for home in homes.homes}
    assert not suggested & set(excluded)
    assert all(excluded.values())


async def test_the_plan_is_proven_level_by_level_and_its_place_is_marked(coordinator: Client) -> None:
    run = await plan(coordinator)
    shown = await suggestions(coordinator, FIRST)
    assert run.state == matching.RUN_STATE_DONE
    assert run.levels
    assert all(level.result.proven for level in run.levels)
    planned = {request: place.home.name for place in run.places for request in place.requests}
    assert [suggestion.home.name for suggestion in shown.suggestions if suggestion.in_plan] == [planned[FIRST]]


async def test_everybody_on_the_list_has_a_planned_place_or_a_reason(coordinator: Client) -> None:
    run = await plan(coordinator)
    placed = [request for place in run.places for request in place.requests]
    without = [request for unplaced in run.unplaced for request in unplaced.requests]
    assert len(placed) + len(without) == len(set(placed) | set(without)) == run.request_count
    assert all(unplaced.words.da and unplaced.words.en for unplaced in run.unplaced)


async def test_no_home_is_planned_beyond_its_free_places(coordinator: Client) -> None:
    run = await plan(coordinator)
    for home in {place.home.name: place.home for place in run.places}.values():
        used = sum(len(place.requests) for place in run.places if place.home.name == home.name)
        assert used <= min(home.free_place_count, home.place_count - home.resident_count)


async def test_a_second_run_without_news_changes_nobodys_place(coordinator: Client) -> None:
    first, second = await plan(coordinator), await plan(coordinator)
    assert first.name != second.name
    assert list(first.places) == list(second.places)


async def test_an_auditor_reads_later_exactly_what_the_coordinator_saw(havn: Havn, coordinator: Client) -> None:
    shown = await suggestions(coordinator, FIRST)
    auditor = havn.as_(cast.AUDITOR)
    later = await auditor.matching.GetSuggestions(matching.GetSuggestionsRequest(name=shown.name))
    assert later == shown


async def test_another_municipality_finds_neither_the_child_nor_the_plan(
    coordinator: Client, coordinator_elsewhere: Client
) -> None:
    run, shown = await plan(coordinator), await suggestions(coordinator, FIRST)
    with refused("NOT_FOUND"):
        await suggestions(coordinator_elsewhere, FIRST)
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.matching.GetMatchRun(matching.GetMatchRunRequest(name=run.name))
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.matching.GetSuggestions(matching.GetSuggestionsRequest(name=shown.name))


async def test_another_municipalitys_own_families_are_never_searched(coordinator_elsewhere: Client) -> None:
    homes = await coordinator_elsewhere.matching.ListHomes(matching.ListHomesRequest(page_size=200))
    families = [home for home in homes.homes if home.kind == matching.HOME_KIND_FAMILY]
    assert families
    assert {home.authority for home in families} == {cast.OTHER_MUNICIPALITY}


async def test_a_repeated_key_starts_one_run(coordinator: Client) -> None:
    request = matching.CreateMatchRunRequest(request_id=cast.fresh("run"))
    first = await coordinator.matching.CreateMatchRun(request)
    again = await coordinator.matching.CreateMatchRun(request)
    assert again.name == first.name


async def test_k17_a_suggestion_costs_what_families_say_of_a_child_of_this_age(havn: Havn) -> None:
    """In Denmark, where board and lodging depend on it: a child of ten costs more."""
    consultant, coordinator = (
        havn.as_(cast.elsewhere(who, "authorities/svendborg")) for who in (cast.CONSULTANT, cast.COORDINATOR)
    )
    levels = families.FeeTerms(
        model=families.FEE_MODEL_LEVELS,
        from_date=cast.day(-30),
        levels=[families.FeeLevel(fee_units=3, month_count=12)],
    )
    home = cast.a_ready_family(
        authority="authorities/svendborg", type=families.FAMILY_TYPE_GENERAL, daily_rate=None, fee_terms=levels
    )
    family = await consultant.families.CreateFosterFamily(cast.entering(home))
    child = cast.a_child(birth_date=cast.day(-5 * 366))
    asked = cast.a_request(authority="authorities/svendborg", child=child)
    request = await coordinator.placements.CreateRequest(cast.filing(asked))
    await havn.until("matching", lambda: everything_arrived(havn))

    (suggestion,) = (await suggestions(coordinator, request.name)).suggestions
    told = await coordinator.support.GetFamilyCost(support.GetFamilyCostRequest(name=family.name, age=5))
    dearest = await coordinator.support.GetFamilyCost(support.GetFamilyCostRequest(name=family.name))
    assert suggestion.home.name == family.name
    assert suggestion.cost.rate == told.amount != dearest.amount


@pytest.mark.parametrize("name", ["", "requests/", "requests/none", "families/f-001", "x" * 500])
async def test_an_unknown_request_is_refused_in_words(coordinator: Client, name: str) -> None:
    code, field = ("NOT_FOUND", "") if name else ("INVALID_ARGUMENT", "request")
    with refused(code, "FIELD_INVALID" if field else "", field):
        await suggestions(coordinator, name)
