"""How far a confirmed vacancy is trusted, by its age (W2)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from havn.capacity.v1 import capacity_pb2 as pb
from tests import cast
from tests.conftest import Havn

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def clock(havn: Havn) -> Iterator[cast.FixedClock]:
    yield havn.clock
    havn.clock.moment = cast.NOW


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (timedelta(), pb.FRESHNESS_FRESH),
        (timedelta(days=7), pb.FRESHNESS_FRESH),
        (timedelta(days=7) + MOMENT, pb.FRESHNESS_AGEING),
        (timedelta(days=21), pb.FRESHNESS_AGEING),
        (timedelta(days=21) + MOMENT, pb.FRESHNESS_STALE),
        (timedelta(days=400), pb.FRESHNESS_STALE),
    ],
    ids=str,
)
async def test_the_trust_in_a_vacancy_of_this_age(
    age: timedelta, freshness: pb.Freshness.ValueType, havn: Havn, clock: cast.FixedClock
) -> None:
    institution = (await havn.as_(cast.ADMINISTRATOR).capacity.CreateInstitution(cast.founding())).name
    unit = (await havn.as_(cast.ADMINISTRATOR).capacity.CreateUnit(cast.opening(institution))).name
    staff = havn.as_(cast.staff_of(institution))
    assert (await staff.capacity.ReportVacancy(cast.reporting(unit))).freshness == pb.FRESHNESS_FRESH
    clock.moment = cast.NOW + age
    listed = await staff.capacity.ListVacancies(pb.ListVacanciesRequest())
    assert [vacancy.freshness for vacancy in listed.vacancies] == [freshness]


async def test_a_new_confirmation_is_fresh_again(havn: Havn, clock: cast.FixedClock) -> None:
    institution = (await havn.as_(cast.ADMINISTRATOR).capacity.CreateInstitution(cast.founding())).name
    unit = (await havn.as_(cast.ADMINISTRATOR).capacity.CreateUnit(cast.opening(institution))).name
    staff = havn.as_(cast.staff_of(institution))
    await staff.capacity.ReportVacancy(cast.reporting(unit))
    clock.moment = cast.NOW + timedelta(days=30)
    assert (await staff.capacity.ReportVacancy(cast.reporting(unit))).freshness == pb.FRESHNESS_FRESH
