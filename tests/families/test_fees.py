"""What a child costs a day by the tables of fees: pure rules, and that whoever asks is told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from havn.families.v1 import events_pb2 as announced
from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.families import events, fees
from services.families.rules.arrivals import Stay
from services.families.rules.fees import Placed, cost, costs, ore, terms_problems, total
from services.matching.rules.cost import rate
from services.matching.rules.units import unit_for
from services.matching.wire import family_home
from services.shared.wire import date_message, money
from tests import cast
from tests.conftest import Client, Havn
from tests.matching import facts

GREENLAND = fees.tables(cast.MUNICIPALITY)
DENMARK = fees.tables("authorities/svendborg")
BEGUN = date(2023, 2, 1)


def a_family(**given: cast.Value) -> pb.FosterFamily:
    return cast.a_family(**{"approval": cast.an_approval(ages=pb.AgeRange(min=0, max=17))} | given)


def levels(*told: tuple[int, int], averaged: bool = False) -> pb.FosterFamily:
    terms = pb.FeeTerms(
        model=pb.FEE_MODEL_LEVELS,
        from_date=date_message(BEGUN),
        levels=[pb.FeeLevel(fee_units=units, month_count=months) for units, months in told],
        averaged=averaged,
    )
    return a_family(authority="authorities/svendborg", type=pb.FAMILY_TYPE_GENERAL, fee_terms=terms)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("MUNICIPAL", 17_352), ("NETWORK", 17_352), ("EMERGENCY", 50_200), ("RELIEF", 35_200), ("PROFESSIONAL", 0)],
)
def test_k17_greenland_pays_by_type_and_of_professional_families_nothing_is_known(kind: str, amount: int) -> None:
    family = a_family(type=pb.FamilyType.Value(f"FAMILY_TYPE_{kind}"))
    assert total(cost(family, GREENLAND, cast.TODAY, Placed(5))) == amount


def test_k17_terms_go_before_the_type() -> None:
    family = a_family(type=pb.FAMILY_TYPE_PROFESSIONAL, fee_terms=pb.FeeTerms(model=pb.FEE_MODEL_ORDINARY))
    assert total(cost(family, GREENLAND, cast.TODAY, Placed())) == 17_352


# 4,694 a month and fee unit is 154.32 a day; board and lodging 201 under 10 years, 214 from 10, 184 for a third child.
@pytest.mark.parametrize(
    ("child", "board"), [(Placed(9), 20_100), (Placed(10), 21_400), (Placed(10, 3), 18_400), (Placed(9, 3), 20_100)]
)
def test_k17_denmark_pays_fee_units_and_board_by_age(child: Placed, board: int) -> None:
    unit, boarding = cost(levels((3, 12)), DENMARK, BEGUN, child)
    assert (ore(unit), ore(boarding)) == (46_297, board)
    assert "KL" in unit.source


def test_k17_levels_follow_each_other_and_the_last_one_lasts() -> None:
    family = levels((6, 12), (4, 12))
    days = (date(2024, 1, 31), date(2024, 2, 1), date(2030, 1, 1))
    assert [ore(cost(family, DENMARK, on, Placed(5))[0]) for on in days] == [92_594, 61_729, 61_729]


def test_k17_averaged_levels_pay_their_mean_from_the_first_day_on() -> None:
    family = levels((6, 12), (4, 36), averaged=True)
    days = (BEGUN, date(2030, 1, 1))
    assert [ore(cost(family, DENMARK, on, Placed(5))[0]) for on in days] == [69_445, 69_445]


def test_k17_what_the_tables_do_not_say_is_unknown() -> None:
    assert cost(levels((3, 12)), DENMARK, date(2022, 12, 31), Placed(5)) == []
    assert costs(a_family(type=pb.FAMILY_TYPE_PROFESSIONAL), GREENLAND) == []


def test_k17_what_is_told_holds_from_day_to_day_for_the_dearest_approved_age() -> None:
    told = costs(levels((6, 12), (4, 12)), DENMARK)
    found = [(each.from_date, each.amount.units) for each in told]
    assert found == [(date_message(BEGUN), 1139), (date_message(date(2024, 2, 1)), 831)]
    assert not costs(a_family(), GREENLAND)[0].HasField("from_date")


def test_k17_what_each_child_costs_is_told_where_age_or_number_makes_a_difference() -> None:
    (told,) = costs(levels((3, 12)), DENMARK)
    rates = [(rate.ages.min, rate.ages.max, rate.from_child_number, ore(rate)) for rate in told.rates]
    unit = 46_297
    assert rates == [
        (0, 9, 3, unit + 20_100),
        (10, 23, 3, unit + 18_400),
        (0, 9, 1, unit + 20_100),
        (10, 23, 1, unit + 21_400),
    ]


def test_k17_in_greenland_the_tables_make_no_difference_between_children() -> None:
    for kind in ("MUNICIPAL", "NETWORK", "EMERGENCY", "RELIEF"):
        (told,) = costs(a_family(type=pb.FamilyType.Value(f"FAMILY_TYPE_{kind}")), GREENLAND)
        assert not told.rates


def test_k17_a_lower_fee_of_the_third_child_is_told_from_its_day_on() -> None:
    lower = replace(DENMARK.fees[-1], from_date=date(2025, 1, 1))
    told = costs(levels((3, 12)), replace(DENMARK, fees=(*DENMARK.fees[:-1], lower)))
    assert [each.from_date.year for each in told] == [2023, 2025]
    assert told[0].parts == told[1].parts, "the dearest age costs the same"


def test_k17_a_rate_that_was_agreed_on_goes_before_the_tables() -> None:
    assert costs(a_family(daily_rate=cast.kroner(9)), GREENLAND) == []


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "levels of another model": (
        "levels",
        {
            "model": pb.FEE_MODEL_ORDINARY,
            "from_date": date_message(BEGUN),
            "levels": [{"fee_units": 1, "month_count": 1}],
        },
    ),
    "no level": ("levels", {"model": pb.FEE_MODEL_LEVELS}),
    "levels without a day": (
        "from_date",
        {"model": pb.FEE_MODEL_LEVELS, "levels": [{"fee_units": 1, "month_count": 1}]},
    ),
}


@pytest.mark.parametrize(("field", "given"), REFUSED.values(), ids=REFUSED)
def test_k17_terms_are_refused_with(field: str, given: dict[str, Any]) -> None:
    assert [each.field for each in terms_problems(pb.FeeTerms(**given))] == [f"family.fee_terms.{field}"]


def test_k17_matching_hears_what_a_child_costs() -> None:
    _subject, event = events.family_updated(a_family(name="families/f-1", etag="1"))
    assert isinstance(event, announced.FosterFamilyChanged)
    assert [each.amount.units for each in event.family.costs] == [173]


@pytest.mark.parametrize("lived_there", range(4))
@pytest.mark.parametrize("years", [0, 9, 10, 17])
def test_k17_a_suggestion_costs_what_is_told_of_such_a_child(years: int, lived_there: int) -> None:
    family = levels((3, 12))
    family.name, family.etag = "families/f", "1"
    _subject, event = events.family_updated(family)
    assert isinstance(event, announced.FosterFamilyChanged)
    home, sought = family_home(event.family, facts.TODAY), facts.child(age=years)
    here = facts.world([sought], [home], [facts.resident(f"r{one}", home) for one in range(lived_there)])
    of_tables = cost(family, DENMARK, facts.TODAY, Placed(years, lived_there + 1))
    assert rate(unit_for(sought, here), home, here) == total(of_tables) > 0


async def test_k17_whoever_asks_is_told_where_the_figure_comes_from(consultant: Client) -> None:
    family = await consultant.families.CreateFosterFamily(cast.entering(a_family()))
    assert [each.amount.units for each in family.costs] == [173]
    asked = support.GetFamilyCostRequest(name=family.name)
    told = await consultant.support.GetFamilyCost(asked)
    assert (told.agreed, told.amount.units, [part.source for part in told.parts]) == (
        False,
        173,
        ["qeqqata.gl plejefamilie-typer (undated)"],
    )
    family.daily_rate.CopyFrom(cast.kroner(500))
    await consultant.families.UpdateFosterFamily(cast.changing(family, "daily_rate"))
    told = await consultant.support.GetFamilyCost(asked)
    assert (told.agreed, told.amount, len(told.parts)) == (True, cast.kroner(500), 0)
    rows = (await consultant.support.ListFees(support.ListFeesRequest())).fees
    assert len(rows) == 8
    assert all(row.source for row in rows)


def test_k17_each_child_who_lives_there_costs_by_its_age_and_by_who_came_first() -> None:
    born = {"children/a": date(2014, 1, 1), "children/b": date(2020, 1, 1), "children/c": date(2013, 1, 1)}
    stays = [Stay(child, date(2024, 1, number), None, birth) for number, (child, birth) in enumerate(born.items(), 1)]
    gone = Stay("children/gone", date(2023, 1, 1), date(2025, 1, 1), date(2015, 1, 1))
    ageless = Stay("children/d", date(2024, 2, 1))
    told = list(fees.child_costs(levels((3, 12)), cast.TODAY, [*stays, gone, ageless], {*born, "children/d"}))
    found = [(each.child, each.child_number, each.HasField("age") and each.age, ore(each)) for each in told]
    unit = 46_297
    assert found == [
        ("children/a", 1, 12, unit + 21_400),
        ("children/b", 2, 6, unit + 20_100),
        ("children/c", 3, 13, unit + 18_400),
        ("children/d", 4, False, unit + 21_400),
    ]


def test_k17_of_a_child_that_another_authority_placed_only_the_cost_is_told() -> None:
    stay = Stay("children/a", date(2024, 1, 1), None, date(2020, 1, 1))
    (told,) = fees.child_costs(a_family(), cast.TODAY, [stay], set())
    assert told == support.ChildCost(child_number=1, amount=money(17_352))
    (unknown,) = fees.child_costs(a_family(type=pb.FAMILY_TYPE_PROFESSIONAL), cast.TODAY, [stay], set())
    assert unknown == support.ChildCost(child_number=1)


async def test_k17_whoever_asks_is_told_of_each_child_who_lives_there(havn: Havn, consultant: Client) -> None:
    family = (await consultant.families.CreateFosterFamily(cast.entering(a_family()))).name
    ours, theirs = (
        cast.a_placement(home=family, start_date=cast.day(-3 + number), authority=caller.authority)
        for number, caller in enumerate((cast.COORDINATOR, cast.elsewhere(cast.COORDINATOR)))
    )
    await havn.as_(cast.COORDINATOR).placements.RecordPlacement(cast.recording(ours))
    await havn.as_(cast.elsewhere(cast.COORDINATOR)).placements.RecordPlacement(cast.recording(theirs))

    async def children() -> list[support.ChildCost]:
        return list((await consultant.support.GetFamilyCost(support.GetFamilyCostRequest(name=family))).children)

    async def both() -> bool:
        return len(await children()) == 2

    await havn.until("families", both)
    assert [(each.child, each.child_number, each.age) for each in await children()] == [(ours.child, 1, 8), ("", 2, 0)]
