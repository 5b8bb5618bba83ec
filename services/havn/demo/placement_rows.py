"""Rows of placements.csv."""

from collections.abc import Iterator

from services.havn.demo.capacity_rows import unit_rate
from services.havn.demo.families import Family
from services.havn.demo.people import Cells, Stay
from services.havn.demo.rates import FAMILY_RATES
from services.havn.demo.residents import Residents, grown_up

LAST_YEAR = 17
"""The age at which placements are planned to end."""


def placement_rows(families: tuple[Family, ...], units: tuple[Residents, ...]) -> list[Cells]:
    """A row for every child in a family or a unit, and for those who moved out lately."""
    return [{"key": f"pl-{number:04}", **row} for number, row in enumerate(_rows(families, units), start=1)]


def _rows(families: tuple[Family, ...], units: tuple[Residents, ...]) -> Iterator[Cells]:
    for family in families:
        rate = FAMILY_RATES[family.type]
        for stay in family.residents:
            yield _row(stay) | {"home": family.key, "step": str(family.step), "daily_cost": str(rate)}
    for of_unit in units:
        unit = of_unit.unit
        for stay in of_unit.stays:
            yield _row(stay) | {"home": unit.name, "step": str(unit.step), "daily_cost": str(unit_rate(unit))}


def _planned(stay: Stay) -> str:
    """The day by the plan: of who is to grow up within the year, the 18th birthday."""
    planned = stay.planned_end or (grown_up(stay.child) if stay.child.age == LAST_YEAR and not stay.end else None)
    return planned.isoformat() if planned else ""


def _row(stay: Stay) -> Cells:
    return {
        "authority": stay.child.authority,
        "child": stay.child.key,
        "birth_date": stay.child.birth_date.isoformat(),
        "gender": stay.child.gender,
        "need_level": stay.child.need_level,
        "start_date": stay.start.isoformat(),
        "end_date": stay.end.isoformat() if stay.end else "",
        "planned_end": _planned(stay),
    }
