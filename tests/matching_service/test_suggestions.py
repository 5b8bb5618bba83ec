"""Suggestions: for those who wait, kept as they were shown, with every child that they are about in the audit trail."""

import json
import sys
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import Session, col, select

from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.matching.rules import explain
from services.matching.rules.facts import World
from services.matching.rules.plan import Plan
from services.matching.store import FAMILIES, REQUESTS
from services.shared import turns
from services.shared.records import View
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Client, Havn, refused

Ask = Callable[..., Awaitable[bytes]]

SERVICE = "/havn.matching.v1.MatchingService"


async def filed(havn: Havn, *requests: placements.PlacementRequest) -> list[placements.PlacementRequest]:
    """The requests, once matching knows of them."""
    client = havn.as_(cast.COORDINATOR)
    kept = [await client.placements.CreateRequest(cast.filing(request)) for request in requests]
    await havn.until("matching", lambda: knows(havn, *kept))
    return kept


async def knows(havn: Havn, *requests: placements.PlacementRequest) -> bool:
    def copies(session: Session) -> list[placements.PlacementRequest | None]:
        return [View(session, cast.SERVICE).find(REQUESTS, request.name) for request in requests]

    return await havn.rows("matching", copies) == list(requests)


async def test_what_is_read_later_is_what_was_shown_byte_for_byte(havn: Havn, coordinator: Client) -> None:
    [waiting] = await filed(havn, cast.a_request())
    channel = coordinator.channels["matching"]
    suggest: Ask = channel.unary_unary(f"{SERVICE}/SuggestMatches", pb.SuggestMatchesRequest.SerializeToString)
    read: Ask = channel.unary_unary(f"{SERVICE}/GetSuggestions", pb.GetSuggestionsRequest.SerializeToString)
    shown: bytes = await suggest(pb.SuggestMatchesRequest(request=waiting.name))
    name = pb.Suggestions.FromString(shown).name
    assert await read(pb.GetSuggestionsRequest(name=name)) == shown


async def test_a_part_is_word_for_word_what_was_shown_and_the_audit_trail_names_no_more_homes(
    havn: Havn, coordinator: Client
) -> None:
    [waiting] = await filed(havn, cast.a_request())
    shown = await coordinator.matching.SuggestMatches(pb.SuggestMatchesRequest(request=waiting.name))
    homes = await anext(aiter(coordinator.matching.WatchHomes(pb.WatchHomesRequest())))
    asked = pb.GetSuggestionsPartRequest(name=shown.name)
    read = await coordinator.matching.GetSuggestionsPart(asked)
    assert read.suggestions.create_time == shown.create_time
    assert (read.suggestion_count, read.excluded_home_count) == (len(shown.suggestions), len(shown.excluded_homes))
    assert read.homes_version == homes.version
    assert (await havn.rows("matching", last_read))[cast.MUNICIPALITY] == [shown.name, waiting.name]
    asked = pb.GetSuggestionsPartRequest(name=shown.name, suggestion_count=2**31 - 1, excluded_homes=True)
    read = await coordinator.matching.GetSuggestionsPart(asked)
    read.suggestions.levels.extend(shown.levels)
    assert read.suggestions == shown


async def test_less_than_no_suggestions_are_refused(havn: Havn, coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "suggestion_count"):
        await coordinator.matching.GetSuggestionsPart(
            pb.GetSuggestionsPartRequest(name="suggestions/none", suggestion_count=-1)
        )


async def test_the_audit_trail_names_the_siblings_that_suggestions_are_about(havn: Havn, coordinator: Client) -> None:
    one, other = cast.a_child(), cast.a_child()
    first, second = await filed(
        havn,
        cast.a_request(child=one, siblings=[cast.a_sibling(child=other.reference)]),
        cast.a_request(child=other, siblings=[cast.a_sibling(child=one.reference)]),
    )
    shown = await coordinator.matching.SuggestMatches(pb.SuggestMatchesRequest(request=first.name))
    assert list(shown.requests) == [first.name, second.name]
    assert (await havn.rows("matching", last_read))[cast.MUNICIPALITY] == [shown.name, first.name, second.name]


def last_read(session: Session) -> dict[str, list[str]]:
    reads = select(AuditRow.names).where(AuditRow.action == "read").order_by(col(AuditRow.sequence).desc())
    names: dict[str, list[str]] = json.loads(session.exec(reads).first() or "{}")
    return names


async def test_a_request_that_is_not_open_is_refused(havn: Havn, coordinator: Client) -> None:
    [waiting] = await filed(havn, cast.a_request())
    withdrawn = await coordinator.placements.WithdrawRequest(cast.withdrawing(waiting))
    await havn.until("matching", lambda: knows(havn, withdrawn))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.matching.SuggestMatches(pb.SuggestMatchesRequest(request=waiting.name))


async def test_answers_go_on_soon_while_suggestions_are_made(
    havn: Havn, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    [waiting] = await filed(havn, cast.a_request())
    seconds, suggest = list[float](), explain.suggest

    def watched(world: World, plan: Plan, request: str) -> pb.Suggestions:
        seconds.append(sys.getswitchinterval())
        return suggest(world, plan, request)

    monkeypatch.setattr(explain, "suggest", watched)
    await coordinator.matching.SuggestMatches(pb.SuggestMatchesRequest(request=waiting.name))
    assert seconds == [pytest.approx(turns.SHORT_SECONDS)]


async def test_f9_what_is_not_settled_about_a_family_stands_at_its_suggestion_until_it_is(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    ready = cast.a_ready_family(household=[cast.a_sound_member()])
    entered = await consultant.families.CreateFosterFamily(cast.entering(ready))
    stating = families.StateFactRequest(
        name=entered.name,
        etag=entered.etag,
        fact=families.PROFILE_FACT_LIMITS,
        says="Saidsofreely",
        request_id=cast.fresh(),
    )
    stated = await consultant.families.StateFact(stating)
    [waiting] = await filed(havn, cast.a_request())
    await havn.until("matching", lambda: copied(havn, stated))
    about = "What is said about what the family does not take differs"
    shown, told = await suggestion_of(coordinator, waiting, entered.name)
    assert [note for note in told if note.startswith(about)]
    assert b"Saidsofreely" not in shown.SerializeToString()
    resolving = families.ResolveConflictRequest(
        name=stated.name, etag=stated.etag, fact=stating.fact, resolution="Settled", request_id=cast.fresh()
    )
    settled = await consultant.families.ResolveConflict(resolving)
    await havn.until("matching", lambda: copied(havn, settled))
    _, told = await suggestion_of(coordinator, waiting, entered.name)
    assert not [note for note in told if note.startswith(about)]
    assert await coordinator.matching.GetSuggestions(pb.GetSuggestionsRequest(name=shown.name)) == shown


async def copied(havn: Havn, family: families.FosterFamily) -> bool:
    kept = await havn.rows("matching", lambda session: View(session, cast.SERVICE).find(FAMILIES, family.name))
    return kept is not None and kept.etag == family.etag


async def suggestion_of(
    client: Client, waiting: placements.PlacementRequest, home: str
) -> tuple[pb.Suggestions, list[str]]:
    """What is suggested, and the notes at a home."""
    shown = await client.matching.SuggestMatches(pb.SuggestMatchesRequest(request=waiting.name))
    [place] = [each for each in shown.suggestions if each.home.name == home]
    return shown, [note.en for note in place.notes]
