"""A supplier's sheet: what came of placements (V11), and what of it others may read (V12)."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta

import pytest

from havn.capacity.v1 import capacity_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules.occupancy import Stay
from services.capacity.rules.suppliers import Stays, Year, counted, occupied, outcomes, promises
from services.shared.access import Caller
from tests import cast
from tests.conftest import Client, Havn

HERE = "institutions/i"
YEAR = Year(cast.TODAY)


def on(after: int) -> date:
    return cast.TODAY + timedelta(days=after)


def stay(starts: int, leaves: int | None = None, child: str = "c", **facts: cast.Value) -> Stay:
    """A child that came some days ago, or is to come, and left or is to leave."""
    known: dict[str, cast.Value] = {
        "placement": f"placements/{child}-{starts}-{facts.get('home', '')}",
        "authority": cast.MUNICIPALITY,
        "child": f"children/{child}",
        "home": f"{HERE}/units/u",
        "starts": on(starts),
        "ends": None if leaves is None else on(leaves),
    }
    return Stay(**known | facts)


def found(*stays: Stay, authorities: Collection[str] | None = None) -> dict[str, int]:
    by_child: dict[str, list[Stay]] = {}
    for each in stays:
        by_child.setdefault(each.child, []).append(each)
    here = [each for each in stays if each.home.startswith(f"{HERE}/")]
    return {name: count for name, count in counted(Stays(HERE, here, by_child), YEAR, authorities).items() if count}


ELSEWHERE = "families/f"
CAME_OF: dict[str, tuple[list[Stay], dict[str, int]]] = {
    "who came on the first day of the year": ([stay(-364)], {"started_count": 1}),
    "not who came the day before": ([stay(-365)], {}),
    "who left as planned": ([stay(-400, -20, planned_end=on(-6))], {"ended_as_planned_count": 1}),
    "who left too early": ([stay(-400, -20, planned_end=on(-5))], {"ended_otherwise_count": 1}),
    "who left without a plan": ([stay(-400, -20)], {"ended_without_plan_count": 1}),
    "not who is to leave": ([stay(-400, 20)], {}),
    "not who left before the year": ([stay(-900, -365)], {}),
    "who moved on": (
        [stay(-400, -60), stay(-30, home=ELSEWHERE)],
        {"ended_without_plan_count": 1, "moved_on_count": 1},
    ),
    "not as moved on who lives elsewhere only later": (
        [stay(-400, -60), stay(-29, home=ELSEWHERE)],
        {"ended_without_plan_count": 1},
    ),
    "no move between its units": ([stay(-400, -60), stay(-60, home=f"{HERE}/units/v")], {}),
}


@pytest.mark.parametrize(("stays", "counts"), CAME_OF.values(), ids=CAME_OF)
def test_v11_a_sheet_counts(stays: list[Stay], counts: dict[str, int]) -> None:
    assert found(*stays) == counts


def test_v11_placements_of_an_authority_are_counted_by_themselves() -> None:
    others = [stay(-9, child=f"o{number}", authority=cast.OTHER_MUNICIPALITY) for number in range(3)]
    assert found(stay(-9), *others, authorities={cast.MUNICIPALITY}) == {"started_count": 1}


@pytest.mark.parametrize(
    ("stays", "percent"),
    [([stay(-900)], 50), ([stay(-900, -182)], 25), ([stay(-900, solo=True)], 100), ([stay(-900, -364)], 0), ([], 0)],
    ids=["one of two", "half of the time", "both", "until the first day", "none"],
)
def test_v11_the_share_of_place_days_that_were_used(stays: list[Stay], percent: int) -> None:
    assert occupied([cast.a_unit(name=f"{HERE}/units/u", place_count=2)], stays, YEAR) == percent


def test_v11_a_family_in_its_department_uses_one_place_from_its_first_to_its_last_day() -> None:
    family = [stay(-365, -183, group="g"), stay(-300, group="g", child="sibling")]
    unit = cast.a_unit(name=f"{HERE}/units/u", place_count=2, kind=pb.UNIT_KIND_FAMILY_DEPARTMENT)
    assert occupied([unit], family, YEAR) == 50


def test_v11_what_was_promised_for_some_of_the_year_stands_with_what_was_delivered_in_it() -> None:
    over = cast.a_promise(key="over", from_date=cast.day(-900), until_date=cast.day(-365))
    institution = cast.an_institution(promised_services=[cast.a_promise(), over, cast.a_promise(key="meals")])
    delivered = [cast.a_delivery(delivered_date=cast.day(-after)) for after in (3, 9, 365)]
    told = list(promises(institution, delivered, YEAR))
    assert [(each.promised.key, each.delivery_count) for each in told] == [("talks", 2), ("meals", 0)]
    assert told[0].last_delivery_date == cast.day(-3)
    assert not told[1].HasField("last_delivery_date")


def test_v12_a_count_with_a_few_of_others_is_not_told_and_its_sum_is_not_either() -> None:
    everybody = Counter(started_count=9, ended_as_planned_count=4, ended_otherwise_count=7, moved_on_count=2)
    others = Counter(started_count=6, ended_as_planned_count=1, ended_otherwise_count=6)
    told = outcomes(everybody, others)
    assert told == pb.Outcomes(started_count=9, ended_otherwise_count=7, ended_without_plan_count=0, moved_on_count=2)
    assert not told.HasField("ended_count")
    assert outcomes(everybody, Counter()).ended_count == 11


@pytest.mark.parametrize(("others", "is_told"), [(0, True), (1, False), (5, False), (6, True)])
def test_v12_the_few_are_up_to_five(others: int, is_told: bool) -> None:
    assert outcomes(Counter(started_count=6), Counter(started_count=others)).HasField("started_count") is is_told


async def test_v12_the_sheet_tells_an_institution_all_and_a_municipality_its_own(
    administrator: Client, coordinator: Client, havn: Havn
) -> None:
    institution = (await administrator.capacity.CreateInstitution(cast.founding())).name
    unit = (await administrator.capacity.CreateUnit(cast.opening(institution))).name
    staff = havn.as_(cast.staff_of(institution))
    await staff.capacity.RecordDelivery(cast.delivering(institution))
    placement = cast.a_placement(home=unit, step=5, start_date=cast.day(-40))
    await coordinator.placements.RecordPlacement(cast.recording(placement))

    async def sheet(caller: Caller) -> pb.SupplierSheet:
        asked = pb.GetSupplierSheetRequest(name=institution)
        return await havn.as_(caller).capacity.GetSupplierSheet(asked)

    async def known() -> bool:
        return (await sheet(cast.LEADER)).own_outcomes.started_count == 1

    await havn.until("capacity", known)
    of_staff, of_others = await sheet(staff.caller), await sheet(cast.elsewhere(cast.LEADER))
    assert (of_staff.own_outcomes.started_count, of_staff.all_outcomes.started_count) == (1, 1)
    assert (of_others.own_outcomes.started_count, of_others.all_outcomes.HasField("started_count")) == (0, False)
    [of_unit] = of_others.units
    assert of_unit.disposal == terms.DISPOSAL_BY_AGREEMENT
    assert list(of_unit.accessibility) == [terms.ACCESSIBILITY_WHEELCHAIR]
    assert (of_unit.occupancy.used_place_count, of_unit.rate_today) == (1, cast.kroner(4000))
    assert [each.delivery_count for each in of_others.promises] == [1]
