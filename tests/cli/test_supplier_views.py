"""Vacancies and suppliers as the commands tell them."""

from collections.abc import Iterable

import pytest
from rich.console import Console, RenderableType

from havn.capacity.v1 import capacity_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.havn.commands.block_places import left
from services.havn.views.phrases import Lang
from services.havn.views.suppliers import breaches, deliveries, sheet, suppliers, units
from services.havn.views.vacancies import blocked, differences, history, vacancies
from tests import cast

# It is about words, which no database changes.
pytestmark = pytest.mark.once

UNIT = "institutions/i/units/a"
BUILDING, CALM, OTHER = pb.BLOCK_REASON_BUILDING, pb.BLOCK_REASON_CALM, pb.BLOCK_REASON_OTHER


def lines(told: Iterable[RenderableType]) -> list[str]:
    console = Console(width=120)
    with console.capture() as captured:
        for piece in told:
            console.print(piece)
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_a_difference_is_told_with_its_sign() -> None:
    occupancy = pb.Occupancy(place_count=8, used_place_count=5, blocked_place_count=1, free_place_count=2)
    vacancy = pb.Vacancy(name=f"{UNIT}/vacancy", free_place_count=3, difference=1, occupancy=occupancy)
    told = lines(differences(pb.ListVacanciesResponse(vacancies=[vacancy]), Lang.EN))
    assert told[0] == "1 unit differs from what placements leave."
    assert told[-1] == "i/a 8 5 1 2 3 +1"


def test_a_vacancy_is_told_with_who_disposes_of_it_and_what_is_blocked_and_held() -> None:
    occupancy = pb.Occupancy(place_count=8, blocked_place_count=2, held_place_count=1)
    trusted: dict[str, cast.Value] = {"freshness": pb.FRESHNESS_FRESH, "disposal": terms.DISPOSAL_BY_AGREEMENT}
    vacancy = cast.a_vacancy(name=f"{UNIT}/vacancy", free_place_count=3, occupancy=occupancy, **trusted)
    vacancy.confirmed_time.FromDatetime(cast.NOW)
    told = lines(vacancies(pb.ListVacanciesResponse(vacancies=[vacancy]), Lang.EN))
    assert "i/a 3 2026-03-02 2026-03-02 12:00 UTC fresh" in told
    assert told[-1] == "by agreement 2 1 i/a"


def test_what_stays_out_of_use_is_told_with_why() -> None:
    out = pb.BlockedPlaces(place_count=2, reason=pb.BLOCK_REASON_STAFFING, until_date=cast.day(), note="Spring")
    vacancy = pb.Vacancy(name=f"{UNIT}/vacancy", blocked=[out], occupancy=pb.Occupancy(blocked_place_count=2))
    told = lines(blocked(vacancy, Lang.DA))
    assert told[0] == "i/a har 2 pladser ude af brug og 0 ledige pladser."
    assert told[-1] == "2 mangel på personale 2026-03-02 Spring"


@pytest.mark.parametrize(
    ("reason", "places", "stays"),
    [
        (0, 0, []),
        (0, 2, [(1, CALM), (1, OTHER)]),
        (CALM, 0, [(1, BUILDING), (1, OTHER)]),
        (CALM, 1, [(1, BUILDING), (1, CALM), (1, OTHER)]),
        (pb.BLOCK_REASON_STAFFING, 0, [(1, BUILDING), (2, CALM), (1, OTHER)]),
    ],
)
def test_places_that_may_be_used_again_leave_the_others_out_of_use(
    reason: int, places: int, stays: list[tuple[int, int]]
) -> None:
    out = ((1, BUILDING), (2, CALM), (1, OTHER))
    kept = [pb.BlockedPlaces(place_count=number, reason=why) for number, why in out]
    assert [(each.place_count, each.reason) for each in left(kept, reason, places)] == stays


def test_a_change_is_told_with_who_made_it() -> None:
    change = pb.VacancyChange(
        kind=pb.VACANCY_CHANGE_KIND_CONFIRMED, changed_by="users/night-watch", free_place_count=2, from_date=cast.day()
    )
    change.change_time.FromDatetime(cast.NOW)
    told = lines(history(UNIT, pb.ListVacancyChangesResponse(changes=[change]), Lang.EN))
    assert told[-1] == "2026-03-02 12:00 UTC confirmed night-watch 2 2026-03-02 0"


def test_what_a_sheet_does_not_tell_is_a_dash() -> None:
    of_unit = pb.SupplierUnit(unit=UNIT, rate_today=cast.kroner(2740), occupancy=pb.Occupancy(place_count=8))
    told = lines(
        sheet(
            pb.SupplierSheet(
                institution=cast.an_institution(display_name="Home Siku (invented)"),
                units=[of_unit],
                promises=[pb.PromiseKept(promised=cast.a_promise(), delivery_count=3, last_delivery_date=cast.day())],
                own_outcomes=pb.Outcomes(started_count=0),
                occupancy_percent=94,
            ),
            Lang.EN,
        )
    )
    assert "i/a 2,740 kr. 8 0 0 0 0 0 %" in told
    assert "talks A talk each week (invented) 3 2026-03-02" in told
    assert "began 0 –" in told


def test_institutions_and_breaches_are_told_in_danish_too() -> None:
    institution = cast.an_institution(name="institutions/i", kind=pb.INSTITUTION_KIND_SECURE)
    told = lines(suppliers(pb.ListInstitutionsResponse(institutions=[institution]), Lang.DA))
    assert told[-1] == "i Home Siku (invented) Nuuk Selvstyret sikret 1"
    breach = pb.Breach(home=UNIT, place_count=1, from_date=cast.day(), what="Lejlighed", noticed_by="users/leader")
    told = lines(breaches(pb.ListBreachesResponse(breaches=[breach]), Lang.DA))
    assert told[0] == "1 brud på reglen om, at pladser er godkendt."
    assert told[-1].startswith("i/a 1 2026-03-02 Lejlighed")


def test_units_and_deliveries_are_told_in_words() -> None:
    unit = cast.a_unit(name=UNIT, place_count=8, step=5, rate_today=cast.kroner(2740))
    last = lines(units(pb.ListUnitsResponse(units=[unit]), Lang.EN))[-1]
    assert last.startswith(f"i/a {unit.display_name} residential 5 8 ")
    assert "2,740 kr." in last
    delivery = pb.Delivery(
        name="institutions/i/deliveries/1", promised_service="talks", delivered_date=cast.day(), what="A talk"
    )
    told = lines(deliveries(pb.ListDeliveriesResponse(deliveries=[delivery]), Lang.DA))
    assert told[0] == "1 leverance."
    assert told[-1] == "i talks 2026-03-02 A talk"
