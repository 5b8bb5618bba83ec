"""A vacancy confirmed by a tap, blocked, asked for when it is stale, and seen beside what placements tell."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
from havn.placements.v1.placements_pb2 import Placement
from services.capacity.decaying import ask
from services.shared.names import last_part
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused


@pytest_asyncio.fixture
async def institution(administrator: Client) -> str:
    return (await administrator.capacity.CreateInstitution(cast.founding())).name


@pytest_asyncio.fixture
async def unit(institution: str, administrator: Client) -> str:
    return (await administrator.capacity.CreateUnit(cast.opening(institution))).name


@pytest.fixture
def staff(institution: str, havn: Havn) -> Client:
    return havn.as_(cast.staff_of(institution))


@pytest_asyncio.fixture
async def clock(havn: Havn) -> AsyncIterator[cast.FixedClock]:
    yield havn.clock
    havn.clock.moment = cast.NOW


async def vacancy_of(unit: str, client: Client, **asked: cast.Value) -> pb.Vacancy | None:
    page = await client.capacity.ListVacancies(pb.ListVacanciesRequest(names=[f"{unit}/vacancy"], **asked))
    return next(iter(page.vacancies), None)


async def counted(unit: str, client: Client, **asked: cast.Value) -> int:
    request = pb.ListVacanciesRequest(names=[f"{unit}/vacancy"], counted=True, **asked)
    return (await client.capacity.ListVacancies(request)).total_count


async def told_apart(client: Client) -> tuple[int, int]:
    """How many of all that a caller sees are stale and how many differ, as a list of each counts them too."""
    listed = client.capacity.ListVacancies
    told = await listed(pb.ListVacanciesRequest(page_size=1, told_apart=True))
    stale = await listed(pb.ListVacanciesRequest(page_size=1, counted=True, stale=True))
    differing = await listed(pb.ListVacanciesRequest(page_size=1, counted=True, differing=True))
    assert (told.stale_count, told.differing_count) == (stale.total_count, differing.total_count)
    return told.stale_count, told.differing_count


async def history(unit: str, client: Client) -> list[tuple[str, str]]:
    page = await client.capacity.ListVacancyChanges(pb.ListVacancyChangesRequest(parent=unit))
    kinds = pb.VacancyChangeKind
    return [(kinds.Name(each.kind).removeprefix("VACANCY_CHANGE_KIND_"), each.changed_by) for each in page.changes]


async def test_v4_a_tap_confirms_what_was_last_said(unit: str, staff: Client, clock: cast.FixedClock) -> None:
    said = await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(from_date=cast.day(3))))
    clock.moment += timedelta(days=30)
    confirmed = await staff.capacity.ConfirmVacancy(cast.confirming(unit, etag=said.etag))
    assert (confirmed.free_place_count, confirmed.from_date, confirmed.etag) == (1, cast.day(3), "2")
    assert confirmed.confirmed_time == timestamp(clock.moment)
    assert confirmed.freshness == pb.FRESHNESS_FRESH
    with refused("ABORTED", "ETAG_STALE"):
        await staff.capacity.ConfirmVacancy(cast.confirming(unit, etag=said.etag))


async def test_v4_nothing_is_confirmed_or_blocked_before_it_was_reported(unit: str, staff: Client) -> None:
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as told:
        await staff.capacity.ConfirmVacancy(cast.confirming(unit))
    assert told[0].rule == "V4"
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await staff.capacity.BlockPlaces(cast.blocking(unit, cast.blocked()))


async def test_an_institution_reads_its_own_page_by_page_and_none_whose_name_begins_alike(
    institution: str, unit: str, staff: Client, administrator: Client
) -> None:
    await administrator.capacity.CreateUnit(cast.opening(institution))
    for key in (f"{institution}0", f"{institution}-2"):
        alike = await administrator.capacity.CreateInstitution(cast.founding(id=key.removeprefix("institutions/")))
        await administrator.capacity.CreateUnit(cast.opening(alike.name))
    for asked in ({}, {"parent": institution}):
        first = await staff.capacity.ListUnits(pb.ListUnitsRequest(page_size=1, **asked))
        then = await staff.capacity.ListUnits(
            pb.ListUnitsRequest(page_size=1, page_token=first.next_page_token, **asked)
        )
        units = [*first.units, *then.units]
        assert unit in [each.name for each in units]
        assert [each.name.startswith(f"{institution}/") for each in units] == [True, True]
        assert then.next_page_token == ""


async def test_vacancies_come_with_their_units_where_somebody_asks_and_without_their_prices(
    unit: str, staff: Client, coordinator: Client
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    expected = await coordinator.capacity.GetUnit(pb.GetUnitRequest(name=unit))
    assert expected.HasField("daily_rate")
    expected.ClearField("daily_rate")
    expected.ClearField("rate_today")
    for asked, units in ((True, [expected]), (False, [])):
        request = pb.ListVacanciesRequest(names=[f"{unit}/vacancy"], with_units=asked)
        assert list((await coordinator.capacity.ListVacancies(request)).units) == units


async def test_v5_blocked_places_stay_blocked_when_others_are_reported(unit: str, staff: Client) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=3)))
    note = cast.blocked(place_count=2, reason=pb.BLOCK_REASON_OTHER, note="Lent out (invented)")
    blocked = await staff.capacity.BlockPlaces(cast.blocking(unit, note))
    assert (blocked.free_place_count, blocked.occupancy.blocked_place_count) == (1, 2)
    forged = cast.a_vacancy(free_place_count=4, blocked=[cast.blocked()])
    reported = await staff.capacity.ReportVacancy(cast.reporting(unit, forged))
    assert list(reported.blocked) == [note]
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "vacancy.free_place_count"):
        await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=5)))
    assert (await staff.capacity.BlockPlaces(cast.blocking(unit))).free_place_count == 6


async def test_v7_every_change_is_kept_with_who_made_it(
    unit: str, institution: str, staff: Client, havn: Havn, administrator: Client
) -> None:
    colleague = havn.as_(cast.staff_of(institution, cast.SELF_GOVERNMENT, "users/colleague"))
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    await colleague.capacity.ConfirmVacancy(cast.confirming(unit))
    await staff.capacity.BlockPlaces(cast.blocking(unit, cast.blocked()))
    told = cast.reporting(unit, cast.a_vacancy(free_place_count=2), request_id="")
    row = pb.ImportCapacityRequest(request_id=cast.fresh(), vacancy=told)
    assert not (await administrator.capacity.ImportCapacity(cast.one_by_one([row]))).problems
    mine = staff.caller.subject
    assert await history(unit, havn.as_(cast.AUDITOR)) == [
        ("IMPORTED", cast.ADMINISTRATOR.subject),
        ("BLOCKED", mine),
        ("CONFIRMED", "users/colleague"),
        ("REPORTED", mine),
    ]


async def test_v7_of_all_units_an_institution_reads_what_happened_in_its_own(
    unit: str, staff: Client, havn: Havn, administrator: Client
) -> None:
    other = await administrator.capacity.CreateInstitution(cast.founding())
    elsewhere = await administrator.capacity.CreateUnit(cast.opening(other.name))
    await havn.as_(cast.staff_of(other.name)).capacity.ReportVacancy(cast.reporting(elsewhere.name))
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    told = await staff.capacity.ListVacancyChanges(pb.ListVacancyChangesRequest(parent="institutions/-/units/-"))
    assert {each.name.partition("/vacancyChanges/")[0] for each in told.changes} == {unit}


async def test_v6_a_stale_vacancy_is_asked_for_once_until_it_is_confirmed(
    unit: str, staff: Client, havn: Havn, clock: cast.FixedClock
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))

    async def asked() -> int:
        path = unit.replace("institutions/", "").replace("/units/", ".")
        told = await havn.rows("capacity", cast.announced)
        return told.count(f"havn.capacity.v1.vacancy.confirmation_asked.{path}")

    async def asked_again() -> bool:
        return await asked() == 2

    async def asked_at_all() -> bool:
        return await asked() > 0

    clock.moment = cast.NOW + timedelta(days=21)
    await havn.services["capacity"].store.keep(cast.SERVICE, ask)
    assert await vacancy_of(unit, staff, stale=True) is None
    assert not await asked()
    clock.moment += timedelta(seconds=1)
    await havn.until("capacity", asked_at_all)
    stale = await vacancy_of(unit, staff, stale=True)
    assert stale is not None
    assert (stale.freshness, stale.etag) == (pb.FRESHNESS_STALE, "1")
    assert await counted(unit, staff, stale=True) == 1
    assert (await told_apart(staff))[0] > 0
    await staff.capacity.ConfirmVacancy(cast.confirming(unit, etag=stale.etag))
    assert await vacancy_of(unit, staff, stale=True) is None
    assert await asked() == 1
    clock.moment += timedelta(days=22)
    await havn.until("capacity", asked_again)
    kinds = [kind for kind, _ in await history(unit, staff)]
    assert kinds == ["CONFIRMATION_ASKED", "CONFIRMED", "CONFIRMATION_ASKED", "REPORTED"]


async def lives_there(havn: Havn, placement: Placement) -> None:
    """Returns once capacity knows of a placement."""
    client = havn.as_(cast.LEADER)

    async def known() -> bool:
        found = await vacancy_of(placement.home, client)
        return found is not None and found.occupancy.used_place_count > 0

    await havn.until("capacity", known)


async def test_v8_what_was_reported_stands_beside_what_placements_tell(
    unit: str, staff: Client, coordinator: Client, havn: Havn
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=6)))
    assert await vacancy_of(unit, staff, differing=True) is None
    placement = cast.a_placement(home=unit, step=5, planned_end_date=cast.day(40))
    await coordinator.placements.RecordPlacement(cast.recording(placement))
    await lives_there(havn, placement)
    differing = await vacancy_of(unit, havn.as_(cast.LEADER), differing=True)
    assert differing is not None
    assert (differing.difference, differing.occupancy.free_place_count) == (1, 5)
    assert [await counted(unit, staff, stale=True), await counted(unit, staff, differing=True)] == [0, 1]
    assert (await told_apart(havn.as_(cast.LEADER)))[1] > 0
    assert list(differing.planned) == [pb.PlannedVacancy(from_date=cast.day(40), place_count=1)]


async def test_v8_what_is_told_of_a_unit_is_as_all_that_it_follows_from_stands_now(
    unit: str, staff: Client, coordinator: Client, administrator: Client, havn: Havn
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=3)))

    async def told() -> list[int]:
        found = await vacancy_of(unit, staff)
        assert found is not None
        counts = found.occupancy
        return [counts.place_count, counts.blocked_place_count, counts.used_place_count, counts.held_place_count]

    assert await told() == [6, 0, 0, 0]
    kept = await administrator.capacity.GetUnit(pb.GetUnitRequest(name=unit))
    kept.place_count = 5
    await administrator.capacity.UpdateUnit(cast.changing_unit(kept, "place_count"))
    assert await told() == [5, 0, 0, 0]
    await staff.capacity.BlockPlaces(cast.blocking(unit, cast.blocked()))
    assert await told() == [5, 1, 0, 0]
    request = await coordinator.placements.CreateRequest(cast.filing())
    await coordinator.placements.OfferPlace(cast.offering(request, unit))

    async def is_held() -> bool:
        return await told() == [5, 1, 0, 1]

    await havn.until("capacity", is_held)
    await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit, step=5)))

    async def one_lives_there() -> bool:
        return await told() == [5, 1, 1, 1]

    await havn.until("capacity", one_lives_there)
    havn.clock.day += timedelta(days=1)
    try:
        found = await vacancy_of(unit, staff)
        assert found is not None
        assert found.occupancy.as_of_date == cast.day(1)
    finally:
        havn.clock.day = cast.TODAY


async def test_v10_a_child_in_a_unit_that_loses_its_approval_is_a_breach_that_its_municipality_reads(
    institution: str, unit: str, staff: Client, coordinator: Client, administrator: Client, havn: Havn
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    placement = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit, step=5)))
    await lives_there(havn, placement)
    kept = await administrator.capacity.GetInstitution(pb.GetInstitutionRequest(name=institution))
    kept.approved = False
    await administrator.capacity.UpdateInstitution(cast.changing_institution(kept, "approved"))
    asked = pb.ListBreachesRequest(page_size=200)
    [breach] = [
        each for each in (await havn.as_(cast.LEADER).capacity.ListBreaches(asked)).breaches if each.home == unit
    ]
    assert (breach.placement, breach.noticed_by, breach.place_count) == (placement.name, "services/capacity", 1)
    for home, known in ((institution, [breach]), (unit, [breach]), (institution[:-1], []), (f"{unit}/x", [])):
        of_home = await havn.as_(cast.LEADER).capacity.ListBreaches(pb.ListBreachesRequest(home=home))
        assert list(of_home.breaches) == known, home
    elsewhere = await havn.as_(cast.elsewhere(cast.LEADER)).capacity.ListBreaches(asked)
    assert unit not in {each.home for each in elsewhere.breaches}
    recorded = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit, step=5)))

    async def noticed() -> bool:
        page = await havn.as_(cast.AUDITOR).capacity.ListBreaches(asked)
        return recorded.name in {each.placement for each in page.breaches}

    await havn.until("capacity", noticed)


async def test_v10_an_import_that_takes_an_approval_away_shows_breaches_too(
    institution: str, unit: str, staff: Client, coordinator: Client, administrator: Client, havn: Havn
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    placed = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit, step=5)))
    await lives_there(havn, placed)
    closed = cast.founding(cast.an_institution(approved=False), id=institution.split("/")[1], request_id="")
    row = pb.ImportCapacityRequest(request_id=cast.fresh(), institution=closed)
    assert not (await administrator.capacity.ImportCapacity(cast.one_by_one([row]))).problems
    page = await havn.as_(cast.LEADER).capacity.ListBreaches(pb.ListBreachesRequest(page_size=200))
    assert placed.name in {breach.placement for breach in page.breaches}


async def test_v10_a_person_records_a_breach_of_a_place_in_no_registry(coordinator: Client, havn: Havn) -> None:
    forged = cast.recording_breach(placement="placements/forged", noticed_by="users/forged")
    breach = await coordinator.capacity.RecordBreach(forged)
    assert (breach.placement, breach.noticed_by) == ("", cast.COORDINATOR.subject)
    assert breach.authority == cast.MUNICIPALITY
    listed = await havn.as_(cast.AUDITOR).capacity.ListBreaches(pb.ListBreachesRequest(page_size=200))
    assert breach in listed.breaches
    with refused("NOT_FOUND"):
        await coordinator.capacity.RecordBreach(cast.recording_breach(authority=cast.OTHER_MUNICIPALITY))
    with refused("NOT_FOUND"):
        await coordinator.capacity.RecordBreach(cast.recording_breach(home="institutions/none"))


async def test_v10_one_child_too_many_is_a_breach_until_a_leader_closes_it(
    institution: str, coordinator: Client, administrator: Client, havn: Havn
) -> None:
    small = cast.opening(institution, cast.a_unit(place_count=1, severe_need_limit=0))
    unit = await administrator.capacity.CreateUnit(small)
    leader = havn.as_(replace(cast.LEADER, authority=unit.authority))
    for _ in range(2):
        await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit.name, step=5)))

    async def breaches() -> list[pb.Breach]:
        return list((await leader.capacity.ListBreaches(pb.ListBreachesRequest(home=unit.name))).breaches)

    async def noticed() -> bool:
        return bool(await breaches())

    await havn.until("capacity", noticed)
    (breach,) = await breaches()
    assert (breach.too_many, breach.place_count, breach.noticed_by) == (True, 1, "services/capacity")
    closed = await leader.capacity.CloseBreach(cast.closing_breach(breach))
    assert (closed.closed_by, await breaches()) == (cast.LEADER.subject, [closed])
    told = await havn.rows("capacity", cast.announced)
    assert told.count(f"havn.capacity.v1.breach.closed.{last_part(breach.name)}") == 1
