"""An institution reports a vacancy, and the suggestions change: also when NATS dies in between."""

import os
import signal
from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.matching.v1 import matching_pb2 as matching
from services.havn.demo.journey import REPORTING_UNIT, RESIDENTIAL_REQUEST
from services.shared.tables import InboxEvent, OutboxEvent
from tests import cast
from tests.conftest import Client, Havn
from tests.journeys.conftest import everything_arrived, suggestions

WAITING = f"requests/{RESIDENTIAL_REQUEST}"


@pytest.fixture
def institution(havn: Havn) -> Client:
    return havn.as_(cast.USERS["institution"])


async def report(client: Client, free: int, key: str = "") -> capacity.Vacancy:
    vacancy = cast.a_vacancy(free_place_count=free)
    request = capacity.ReportVacancyRequest(
        parent=REPORTING_UNIT, vacancy=vacancy, request_id=key or cast.fresh("vacancy")
    )
    return await client.capacity.ReportVacancy(request)


def suggested(shown: matching.Suggestions) -> list[str]:
    return [suggestion.home.name for suggestion in shown.suggestions]


def rules_against(shown: matching.Suggestions, home: str) -> list[str]:
    return [refusal.rule for each in shown.excluded_homes if each.home.name == home for refusal in each.refusals]


async def test_a_reported_vacancy_becomes_a_suggestion_and_goes_again(
    havn: Havn, coordinator: Client, institution: Client
) -> None:
    await report(institution, free=0)
    await havn.until("matching", lambda: everything_arrived(havn))
    assert rules_against(await suggestions(coordinator, WAITING), REPORTING_UNIT) == ["R1"]

    await report(institution, free=1)
    await havn.until("matching", lambda: everything_arrived(havn))
    assert REPORTING_UNIT in suggested(await suggestions(coordinator, WAITING))

    await report(institution, free=0)
    await havn.until("matching", lambda: everything_arrived(havn))
    assert REPORTING_UNIT not in suggested(await suggestions(coordinator, WAITING))


async def test_a_vacancy_reported_while_nats_is_dead_arrives_once_it_lives(
    havn: Havn, coordinator: Client, institution: Client
) -> None:
    await report(institution, free=0)
    await havn.until("matching", lambda: everything_arrived(havn))

    os.kill(havn.nats.pid, signal.SIGKILL)
    key = cast.fresh("vacancy")
    first, again = await report(institution, 1, key), await report(institution, 1, key)
    assert again == first

    await havn.until("matching", lambda: everything_arrived(havn))
    assert REPORTING_UNIT in suggested(await suggestions(coordinator, WAITING))
    last = await havn.rows("capacity", _last_event)
    assert await havn.rows("matching", lambda session: _times_applied(session, last)) == 1


async def test_a_stale_vacancy_is_asked_for_ranks_lower_and_is_fresh_again_after_a_tap(
    havn: Havn, coordinator: Client, institution: Client
) -> None:
    await report(institution, free=1)
    await havn.until("matching", lambda: everything_arrived(havn))
    fresh = freshness(await suggestions(coordinator, WAITING))

    async def asked() -> bool:
        changes = await institution.capacity.ListVacancyChanges(
            capacity.ListVacancyChangesRequest(parent=REPORTING_UNIT, page_size=1)
        )
        return [each.kind for each in changes.changes] == [capacity.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED]

    try:
        havn.clock.moment, havn.clock.day = cast.NOW + timedelta(days=22), cast.TODAY + timedelta(days=22)
        await havn.until("capacity", asked)
        await havn.until("matching", lambda: everything_arrived(havn))
        stale = freshness(await suggestions(coordinator, WAITING))
        await institution.capacity.ConfirmVacancy(cast.confirming(REPORTING_UNIT))
        await havn.until("matching", lambda: everything_arrived(havn))
        confirmed = freshness(await suggestions(coordinator, WAITING))
    finally:
        havn.clock.moment, havn.clock.day = cast.NOW, cast.TODAY
        await report(institution, free=0)
        await havn.until("matching", lambda: everything_arrived(havn))
    assert (fresh[0], stale[0], confirmed[0]) == (100, 0, 100)
    assert stale[1] < fresh[1] == confirmed[1]


def freshness(shown: matching.Suggestions) -> tuple[int, int]:
    """What C10 gives to the reporting unit, and its whole fit."""
    [unit] = [each for each in shown.suggestions if each.home.name == REPORTING_UNIT]
    [reason] = [each for each in unit.reasons if each.criterion == "freshness"]
    return reason.met, unit.fit


async def test_a_tap_that_blocks_the_last_place_takes_it_out_of_the_suggestions(
    havn: Havn, coordinator: Client, institution: Client
) -> None:
    await report(institution, free=1)
    blocked = await institution.capacity.BlockPlaces(cast.blocking(REPORTING_UNIT, cast.blocked()))
    assert blocked.free_place_count == 0
    await havn.until("matching", lambda: everything_arrived(havn))
    assert rules_against(await suggestions(coordinator, WAITING), REPORTING_UNIT) == ["R1"]
    await institution.capacity.BlockPlaces(cast.blocking(REPORTING_UNIT))
    await havn.until("matching", lambda: everything_arrived(havn))
    assert REPORTING_UNIT in suggested(await suggestions(coordinator, WAITING))
    await report(institution, free=0)


def _last_event(session: Session) -> str:
    return session.exec(select(OutboxEvent.event_id).order_by(col(OutboxEvent.sequence).desc())).first() or ""


def _times_applied(session: Session, event_id: str) -> int:
    applied = select(func.count()).select_from(InboxEvent).where(col(InboxEvent.event_id) == event_id)
    return session.exec(applied).one()
