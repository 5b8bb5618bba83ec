"""What a part of suggestions holds."""

import pytest

from havn.matching.v1 import matching_pb2 as pb
from services.matching.reading import part

HOMES = ("families/one", "families/two", "families/three", "families/four")


def kept() -> pb.Suggestions:
    """Four places, the plan's the third, two homes that do not fit, and a level of the plan."""
    suggestions = [
        pb.Suggestion(rank=rank, home=pb.Home(name=name), in_plan=rank == 3) for rank, name in enumerate(HOMES, start=1)
    ]
    excluded = [pb.ExcludedHome(home=pb.Home(name=f"families/not-{number}")) for number in range(2)]
    return pb.Suggestions(
        name="suggestions/s", suggestions=suggestions, excluded_homes=excluded, levels=[pb.PlanLevel()]
    )


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (pb.GetSuggestionsPartRequest(), []),
        (pb.GetSuggestionsPartRequest(suggestion_count=1), [1, 3]),
        (pb.GetSuggestionsPartRequest(suggestion_count=9), [1, 2, 3, 4]),
        (pb.GetSuggestionsPartRequest(homes=[HOMES[3], "families/unknown"]), [4]),
        (pb.GetSuggestionsPartRequest(suggestion_count=2, homes=[HOMES[1]]), [1, 2, 3]),
    ],
)
def test_the_first_places_the_plans_and_those_in_named_homes(
    asked: pb.GetSuggestionsPartRequest, places: list[int]
) -> None:
    read = part(kept(), asked, "v")
    assert [each.rank for each in read.suggestions.suggestions] == places
    assert (read.suggestion_count, read.excluded_home_count, read.homes_version) == (4, 2, "v")


def test_homes_that_do_not_fit_are_told_to_whoever_asks_for_them() -> None:
    assert not part(kept(), pb.GetSuggestionsPartRequest(), "v").suggestions.excluded_homes
    read = part(kept(), pb.GetSuggestionsPartRequest(excluded_homes=True), "v")
    assert read.suggestions.excluded_homes == kept().excluded_homes
    assert not read.suggestions.levels
