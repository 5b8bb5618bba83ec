"""Institutions, units and vacancies."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
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


async def vacancy_of(unit: str, client: Client) -> pb.Vacancy:
    page = await client.capacity.ListVacancies(pb.ListVacanciesRequest(page_size=200))
    return next(vacancy for vacancy in page.vacancies if vacancy.name == f"{unit}/vacancy")


async def test_a_founded_institution_is_read_as_it_was_answered(administrator: Client) -> None:
    founded = await administrator.capacity.CreateInstitution(
        cast.founding(cast.an_institution(name="institutions/forged", etag="77"), id="first")
    )
    assert (founded.name, founded.etag) == ("institutions/first", "1")
    assert await administrator.capacity.GetInstitution(pb.GetInstitutionRequest(name=founded.name)) == founded


async def test_institutions_are_listed_by_name(administrator: Client) -> None:
    founded = [(await administrator.capacity.CreateInstitution(cast.founding())).name for _ in range(3)]
    page = await administrator.capacity.ListInstitutions(pb.ListInstitutionsRequest(page_size=200))
    names = [institution.name for institution in page.institutions]
    assert names == sorted(names)
    assert set(founded) <= set(names)


async def test_every_authority_may_search_institutions_their_units_and_vacancies(
    institution: str, unit: str, staff: Client, coordinator_elsewhere: Client
) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    capacity = coordinator_elsewhere.capacity
    assert (await capacity.GetInstitution(pb.GetInstitutionRequest(name=institution))).name == institution
    assert (await capacity.GetUnit(pb.GetUnitRequest(name=unit))).name == unit
    assert (await vacancy_of(unit, coordinator_elsewhere)).free_place_count == 1


async def test_a_unit_has_the_authority_and_approval_of_its_institution(administrator: Client) -> None:
    closed = await administrator.capacity.CreateInstitution(cast.founding(cast.an_institution(approved=False)))
    forged = cast.a_unit(name="institutions/i/units/forged", authority=cast.MUNICIPALITY, approved=True, etag="77")
    opened = await administrator.capacity.CreateUnit(cast.opening(closed.name, forged, id="a"))
    assert (opened.name, opened.etag) == (f"{closed.name}/units/a", "1")
    assert (opened.authority, opened.approved) == (cast.SELF_GOVERNMENT, False)
    assert await administrator.capacity.GetUnit(pb.GetUnitRequest(name=opened.name)) == opened


async def test_a_unit_of_an_unknown_institution_is_refused(administrator: Client) -> None:
    with refused("NOT_FOUND"):
        await administrator.capacity.CreateUnit(cast.opening("institutions/none"))


async def test_a_taken_id_is_refused(institution: str, administrator: Client) -> None:
    await administrator.capacity.CreateUnit(cast.opening(institution, id="taken"))
    with refused("ALREADY_EXISTS", "NAME_TAKEN"):
        await administrator.capacity.CreateUnit(cast.opening(institution, id="taken"))
    with refused("ALREADY_EXISTS", "NAME_TAKEN"):
        await administrator.capacity.CreateInstitution(cast.founding(id=institution.removeprefix("institutions/")))


async def test_units_are_listed_by_institution(institution: str, unit: str, administrator: Client) -> None:
    other = await administrator.capacity.CreateInstitution(cast.founding())
    elsewhere = await administrator.capacity.CreateUnit(cast.opening(other.name))
    named = await administrator.capacity.ListUnits(pb.ListUnitsRequest(names=[elsewhere.name]))
    assert list(named.units) == [elsewhere]
    of_one = await administrator.capacity.ListUnits(pb.ListUnitsRequest(parent=institution))
    assert [listed.name for listed in of_one.units] == [unit]
    of_all = await administrator.capacity.ListUnits(pb.ListUnitsRequest(page_size=200))
    assert len(of_all.units) >= 2


async def test_an_institution_sees_itself_and_no_other(institution: str, unit: str, staff: Client, havn: Havn) -> None:
    other = havn.as_(cast.staff_of(f"{institution}-2"))
    assert [one.name for one in (await staff.capacity.ListUnits(pb.ListUnitsRequest())).units] == [unit]
    assert not (await other.capacity.ListUnits(pb.ListUnitsRequest())).units
    assert not (await other.capacity.ListInstitutions(pb.ListInstitutionsRequest())).institutions
    with refused("NOT_FOUND"):
        await other.capacity.GetInstitution(pb.GetInstitutionRequest(name=institution))
    with refused("NOT_FOUND"):
        await other.capacity.GetUnit(pb.GetUnitRequest(name=unit))


async def test_a_reported_vacancy_says_who_confirmed_it_now(unit: str, staff: Client) -> None:
    long_ago = timestamp(cast.NOW - timedelta(days=400))
    forged = cast.a_vacancy(confirmed_by="users/forged", confirmed_time=long_ago, freshness=pb.FRESHNESS_STALE)
    reported = await staff.capacity.ReportVacancy(cast.reporting(unit, forged))
    assert (reported.name, reported.etag, reported.authority) == (f"{unit}/vacancy", "1", cast.SELF_GOVERNMENT)
    assert (reported.confirmed_by, reported.confirmed_time) == (staff.caller.subject, timestamp(cast.NOW))
    assert reported.freshness == pb.FRESHNESS_FRESH
    assert await vacancy_of(unit, staff) == reported


async def test_a_later_report_takes_the_place_of_the_earlier(unit: str, staff: Client) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    again = await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(free_place_count=0)))
    assert (again.etag, again.free_place_count) == ("2", 0)
    assert await vacancy_of(unit, staff) == again


async def test_a_report_on_an_etag_that_is_stale_is_refused(unit: str, staff: Client) -> None:
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(etag="1")))
    with refused("ABORTED", "ETAG_STALE"):
        await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(etag="1")))


async def test_an_institution_can_not_report_another_institutions_vacancy(unit: str, staff: Client, havn: Havn) -> None:
    reported = await staff.capacity.ReportVacancy(cast.reporting(unit))
    with refused("NOT_FOUND"):
        await havn.as_(cast.staff_of("institutions/another")).capacity.ReportVacancy(cast.reporting(unit))
    assert await vacancy_of(unit, havn.as_(cast.LEADER)) == reported


async def test_a_vacancy_of_an_unknown_unit_is_refused(institution: str, staff: Client) -> None:
    with refused("NOT_FOUND"):
        await staff.capacity.ReportVacancy(cast.reporting(f"{institution}/units/none"))


async def test_an_institution_is_changed_as_it_was_last_read_and_its_units_follow(
    institution: str, unit: str, administrator: Client, havn: Havn
) -> None:
    kept = await administrator.capacity.GetInstitution(pb.GetInstitutionRequest(name=institution))
    kept.kind, kept.approved, kept.town = pb.INSTITUTION_KIND_SECURE, False, "Tasiilaq"
    changed = await administrator.capacity.UpdateInstitution(cast.changing_institution(kept, "kind", "approved"))
    assert (changed.kind, changed.approved, changed.town, changed.etag) == (kept.kind, False, "Nuuk", "2")
    follows = await administrator.capacity.GetUnit(pb.GetUnitRequest(name=unit))
    assert (follows.approved, follows.etag) == (False, "2")
    told = await havn.rows("capacity", cast.announced)
    assert [subject.split(".")[3:5] for subject in told[-2:]] == [["institution", "updated"], ["unit", "updated"]]
    with refused("ABORTED", "ETAG_STALE"):
        await administrator.capacity.UpdateInstitution(cast.changing_institution(kept, "kind"))


async def test_a_unit_is_changed_and_shows_the_rate_of_today(unit: str, administrator: Client) -> None:
    kept = await administrator.capacity.GetUnit(pb.GetUnitRequest(name=unit))
    kept.daily_rates.add(from_date=cast.day(-1), amount=cast.kroner(2740), source="Rates (invented)")
    kept.rate_today.CopyFrom(cast.kroner(1))
    changed = await administrator.capacity.UpdateUnit(cast.changing_unit(kept, "daily_rates"))
    assert (changed.rate_today, changed.etag) == (cast.kroner(2740), "2")
    assert await administrator.capacity.GetUnit(pb.GetUnitRequest(name=unit)) == changed
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "update_mask"):
        await administrator.capacity.UpdateUnit(cast.changing_unit(changed, "rate_today"))


async def test_v1_a_kind_that_does_not_suit_a_unit_is_refused(institution: str, administrator: Client) -> None:
    await administrator.capacity.CreateUnit(cast.opening(institution, cast.a_unit(step=6)))
    kept = await administrator.capacity.GetInstitution(pb.GetInstitutionRequest(name=institution))
    kept.kind = pb.INSTITUTION_KIND_OPEN
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "institution.kind"):
        await administrator.capacity.UpdateInstitution(cast.changing_institution(kept, "kind"))


async def test_what_was_delivered_is_listed_newest_first_to_every_authority(
    institution: str, staff: Client, coordinator_elsewhere: Client, havn: Havn
) -> None:
    await staff.capacity.RecordDelivery(cast.delivering(institution))
    newest = await staff.capacity.RecordDelivery(
        cast.delivering(institution, cast.a_delivery(delivered_date=cast.day(), recorded_by="users/forged"))
    )
    assert newest.recorded_by == staff.caller.subject
    asked = pb.ListDeliveriesRequest(parent=institution)
    listed = (await coordinator_elsewhere.capacity.ListDeliveries(asked)).deliveries
    assert [each.delivered_date for each in listed] == [cast.day(), cast.day(-1)]
    with refused("NOT_FOUND"):
        await havn.as_(cast.staff_of("institutions/another")).capacity.RecordDelivery(cast.delivering(institution))


INSTITUTION_REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "an authority that is no authority's name": ("institution.authority", {"authority": "Selvstyret"}),
    "a town that Havn does not know": ("institution.town", {"town": "Atlantis"}),
}


@pytest.mark.parametrize(("field", "facts"), INSTITUTION_REFUSALS.values(), ids=INSTITUTION_REFUSALS)
async def test_an_institution_is_refused_with(field: str, facts: dict[str, Any], administrator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await administrator.capacity.CreateInstitution(cast.founding(cast.an_institution(**facts)))


UNIT_REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "a town that Havn does not know": ("unit.town", {"town": "Atlantis"}),
    "a step below the institutions'": ("unit.step", {"step": 3}),
    "a step above the ladder": ("unit.step", {"step": 9}),
    "more than 200 places": ("unit.place_count", {"place_count": 201}),
    "ages in the wrong order": ("unit.age_min", {"age_min": 9, "age_max": 8}),
    "ages below none": ("unit.age_min", {"age_min": -1}),
    "ages beyond 23": ("unit.age_min", {"age_max": 24}),
    "a limit above its places": ("unit.severe_need_limit", {"place_count": 6, "severe_need_limit": 7}),
    "a limit below none": ("unit.severe_need_limit", {"severe_need_limit": -1}),
    "an agreement with what is no authority": ("unit.agreements[0]", {"agreements": ["Nuuk"]}),
}


@pytest.mark.parametrize(("field", "facts"), UNIT_REFUSALS.values(), ids=UNIT_REFUSALS)
async def test_a_unit_is_refused_with(
    field: str, facts: dict[str, Any], institution: str, administrator: Client
) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await administrator.capacity.CreateUnit(cast.opening(institution, cast.a_unit(**facts)))


UNITS_ALLOWED: dict[str, dict[str, Any]] = {
    "the lowest step": {"step": 4},
    "the highest step": {"step": 8},
    "one place": {"place_count": 1, "severe_need_limit": 1},
    "200 places": {"place_count": 200},
    "one age": {"age_min": 23, "age_max": 23},
    "no limit": {"severe_need_limit": 0},
}


@pytest.mark.parametrize("facts", UNITS_ALLOWED.values(), ids=UNITS_ALLOWED)
async def test_a_unit_is_opened_with(facts: dict[str, Any], institution: str, administrator: Client) -> None:
    assert (await administrator.capacity.CreateUnit(cast.opening(institution, cast.a_unit(**facts)))).etag == "1"


VACANCY_REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "more free places than the unit has": ("vacancy.free_place_count", {"free_place_count": 7}),
    "fewer free places than none": ("vacancy.free_place_count", {"free_place_count": -1}),
    "a day more than a year away": ("vacancy.from_date", {"from_date": cast.day(367)}),
}


@pytest.mark.parametrize(("field", "facts"), VACANCY_REFUSALS.values(), ids=VACANCY_REFUSALS)
async def test_a_vacancy_is_refused_with(field: str, facts: dict[str, Any], unit: str, staff: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(**facts)))


VACANCIES_ALLOWED: dict[str, dict[str, Any]] = {
    "no free place": {"free_place_count": 0},
    "every place free": {"free_place_count": 6},
    "a day a year away": {"from_date": cast.day(366)},
    "a day gone by": {"from_date": cast.day(-400)},
}


@pytest.mark.parametrize("facts", VACANCIES_ALLOWED.values(), ids=VACANCIES_ALLOWED)
async def test_a_vacancy_is_taken_with(facts: dict[str, Any], unit: str, staff: Client) -> None:
    assert (await staff.capacity.ReportVacancy(cast.reporting(unit, cast.a_vacancy(**facts)))).etag == "1"
