"""Parts of suggestions that were kept: what is read of them stays word for word as it was shown."""

from havn.matching.v1 import matching_pb2 as pb


def part(kept: pb.Suggestions, asked: pb.GetSuggestionsPartRequest, homes_version: str) -> pb.SuggestionsPart:
    """What is asked for of the suggestions, with how much there is; takes the rest from `kept`."""
    all_places, homes = len(kept.suggestions), frozenset(asked.homes)
    excluded = len(kept.excluded_homes)
    wanted = [
        each
        for each in kept.suggestions
        if each.rank <= asked.suggestion_count or (each.in_plan and asked.suggestion_count) or each.home.name in homes
    ]
    del kept.suggestions[:], kept.levels[:]
    kept.suggestions.extend(wanted)
    if not asked.excluded_homes:
        del kept.excluded_homes[:]
    return pb.SuggestionsPart(
        suggestions=kept, suggestion_count=all_places, excluded_home_count=excluded, homes_version=homes_version
    )
