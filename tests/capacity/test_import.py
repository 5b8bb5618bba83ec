"""Imports of institutions, units and vacancies: all or none."""

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from sqlmodel import Session, func, select

from havn.capacity.v1 import capacity_pb2 as pb
from services.shared.tables import OutboxEvent
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused


def rows(*taken: pb.ImportCapacityRequest) -> list[pb.ImportCapacityRequest]:
    taken[0].request_id = cast.fresh()
    return list(taken)


def institution(name: str, **differing: cast.Value) -> pb.ImportCapacityRequest:
    return pb.ImportCapacityRequest(institution=cast.founding(cast.an_institution(**differing), id=name, request_id=""))


def unit(name: str, **differing: cast.Value) -> pb.ImportCapacityRequest:
    opening = cast.opening(f"institutions/{name}", cast.a_unit(**differing), id="a", request_id="")
    return pb.ImportCapacityRequest(unit=opening)


def vacancy(name: str, **differing: cast.Value) -> pb.ImportCapacityRequest:
    reporting = cast.reporting(f"institutions/{name}/units/a", cast.a_vacancy(**differing), request_id="")
    return pb.ImportCapacityRequest(vacancy=reporting)


async def imported(client: Client, taken: Sequence[pb.ImportCapacityRequest]) -> pb.ImportCapacityResponse:
    return await client.capacity.ImportCapacity(cast.one_by_one(taken))


async def exists(client: Client, name: str) -> bool:
    page = await client.capacity.ListInstitutions(pb.ListInstitutionsRequest(page_size=200))
    return f"institutions/{name}" in {institution.name for institution in page.institutions}


async def test_an_institution_its_unit_and_the_vacancy_are_taken_in_this_order(
    administrator: Client, coordinator: Client
) -> None:
    week_ago = timestamp(cast.NOW - timedelta(days=8))
    told = vacancy("in-1", confirmed_time=week_ago, confirmed_by="Their leader (invented)")
    answer = await imported(administrator, rows(institution("in-1"), unit("in-1"), told))
    assert cast.counts(answer) == (3, 0, 0)
    [kept] = (await coordinator.capacity.ListVacancies(pb.ListVacanciesRequest())).vacancies
    assert (kept.confirmed_time, kept.confirmed_by) == (week_ago, "Their leader (invented)")
    assert kept.freshness == pb.FRESHNESS_AGEING


async def test_one_wrong_row_keeps_all_out_and_each_problem_has_its_row_and_field(administrator: Client) -> None:
    taken = rows(
        institution("out-1"),
        institution("out-2", town="Atlantis"),
        unit("out-1", step=3, disposal=0),
        vacancy("out-1"),
    )
    answer = await imported(administrator, taken)
    assert answer.created_count == 0
    assert [(problem.index, problem.field) for problem in answer.problems] == [
        (1, "institution.town"),
        (2, "unit.disposal"),
        (3, ""),
    ]
    assert not await exists(administrator, "out-1")


async def test_a_unit_before_its_institution_is_a_problem(administrator: Client) -> None:
    answer = await imported(administrator, rows(unit("late"), institution("late")))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "")]


async def test_a_vacancy_beyond_the_units_places_is_a_problem(administrator: Client) -> None:
    taken = rows(institution("full"), unit("full"), vacancy("full", free_place_count=7))
    answer = await imported(administrator, taken)
    assert [(problem.index, problem.field) for problem in answer.problems] == [(2, "vacancy.free_place_count")]


async def test_a_time_that_no_calendar_has_is_a_problem_and_not_a_list_that_nobody_can_read(
    administrator: Client, coordinator: Client
) -> None:
    never = vacancy("never", confirmed_time=Timestamp(seconds=10**15))
    answer = await imported(administrator, rows(institution("never"), unit("never"), never))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(2, "vacancy.confirmed_time")]
    await coordinator.capacity.ListVacancies(pb.ListVacanciesRequest())


async def test_a_confirmation_from_the_future_is_a_problem(administrator: Client) -> None:
    ahead = vacancy("ahead", confirmed_time=timestamp(cast.NOW + timedelta(days=2)))
    answer = await imported(administrator, rows(institution("ahead"), unit("ahead"), ahead))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(2, "vacancy.confirmed_time")]


async def test_a_row_that_holds_nothing_is_a_problem(administrator: Client) -> None:
    answer = await imported(administrator, rows(institution("empty"), pb.ImportCapacityRequest()))
    assert {problem.index for problem in answer.problems} == {1}


async def test_validation_alone_writes_nothing(administrator: Client) -> None:
    taken = rows(institution("later"), unit("later"), vacancy("later"))
    taken[0].validate_only = True
    assert cast.counts(await imported(administrator, taken)) == (3, 0, 0)
    assert not await exists(administrator, "later")


async def test_nothing_is_announced_of_an_import_that_was_not_taken(administrator: Client, havn: Havn) -> None:
    def announced(session: Session) -> int:
        return session.exec(select(func.count()).select_from(OutboxEvent)).one()

    before = await havn.rows("capacity", announced)
    wrong = rows(institution("silent"), institution("silent-2", town="Atlantis"))
    assert (await imported(administrator, wrong)).problems
    wrong[1].institution.institution.town = "Nuuk"
    wrong[0].validate_only = True
    assert not (await imported(administrator, wrong)).problems
    assert await havn.rows("capacity", announced) == before


async def test_the_same_import_again_gives_the_first_answer(administrator: Client) -> None:
    taken = rows(institution("again"), unit("again"))
    first = await imported(administrator, taken)
    assert await imported(administrator, taken) == first
    assert cast.counts(first) == (2, 0, 0)


async def test_another_content_under_the_same_key_is_refused(administrator: Client) -> None:
    taken = rows(institution("key"))
    await imported(administrator, taken)
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await imported(administrator, [*taken, unit("key")])


async def test_the_same_rows_again_change_nothing_and_confirm_nothing_anew(
    administrator: Client, coordinator: Client, havn: Havn
) -> None:
    def taken() -> list[pb.ImportCapacityRequest]:
        return rows(institution("same"), unit("same"), vacancy("same"))

    await imported(administrator, taken())
    before = await havn.rows("capacity", cast.announced)
    havn.clock.moment += timedelta(hours=1)
    assert cast.counts(await imported(administrator, taken())) == (0, 0, 3)
    assert await havn.rows("capacity", cast.announced) == before
    kept = await kept_vacancy(coordinator, "same")
    assert (kept.etag, kept.confirmed_time) == ("1", timestamp(cast.NOW))
    havn.clock.moment = cast.NOW


async def kept_vacancy(coordinator: Client, name: str) -> pb.Vacancy:
    page = await coordinator.capacity.ListVacancies(pb.ListVacanciesRequest(page_size=200))
    return next(each for each in page.vacancies if each.name == f"institutions/{name}/units/a/vacancy")


async def test_another_number_of_free_places_is_confirmed_now(administrator: Client, coordinator: Client) -> None:
    week_ago = timestamp(cast.NOW - timedelta(days=8))
    told = vacancy("fuller", confirmed_time=week_ago, confirmed_by="Their leader (invented)")
    await imported(administrator, rows(institution("fuller"), unit("fuller"), told))
    assert cast.counts(await imported(administrator, rows(vacancy("fuller", free_place_count=0)))) == (0, 1, 0)
    kept = await kept_vacancy(coordinator, "fuller")
    assert (kept.free_place_count, kept.confirmed_time) == (0, timestamp(cast.NOW))
    assert (kept.confirmed_by, kept.etag) == (cast.ADMINISTRATOR.subject, "2")


async def test_deliveries_come_behind_the_institution_that_promised_them(
    administrator: Client, coordinator: Client
) -> None:
    def delivery(**differing: cast.Value) -> pb.ImportCapacityRequest:
        told = cast.delivering("institutions/giver", cast.a_delivery(**differing), id="d", request_id="")
        return pb.ImportCapacityRequest(delivery=told)

    assert cast.counts(await imported(administrator, rows(institution("giver"), delivery()))) == (2, 0, 0)
    assert cast.counts(await imported(administrator, rows(delivery()))) == (0, 0, 1)
    answer = await imported(administrator, rows(delivery(promised_service="meals")))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "delivery.promised_service")]
    asked = pb.ListDeliveriesRequest(parent="institutions/giver")
    [kept] = (await coordinator.capacity.ListDeliveries(asked)).deliveries
    assert (kept.recorded_by, kept.etag) == (cast.ADMINISTRATOR.subject, "1")


async def test_an_institution_that_loses_its_approval_takes_it_from_its_units(
    administrator: Client, coordinator: Client, havn: Havn
) -> None:
    await imported(administrator, rows(institution("closed"), unit("closed")))
    taken = rows(institution("closed", approved=False), unit("closed", place_count=5))
    assert cast.counts(await imported(administrator, taken)) == (0, 2, 0)
    kept = await coordinator.capacity.GetUnit(pb.GetUnitRequest(name="institutions/closed/units/a"))
    assert (kept.approved, kept.place_count, kept.etag) == (False, 5, "2")
    assert (await havn.rows("capacity", cast.announced))[-2:] == [
        "havn.capacity.v1.institution.updated.closed",
        "havn.capacity.v1.unit.updated.closed.a",
    ]
    await imported(administrator, rows(institution("closed")))
    kept = await coordinator.capacity.GetUnit(pb.GetUnitRequest(name="institutions/closed/units/a"))
    assert (kept.approved, kept.etag) == (True, "3")
