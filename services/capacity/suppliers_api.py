"""The RPC of suppliers: one institution, as those see it who place children there."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1.wellbeing_pb2 import WellbeingObservation
from services.capacity import wire
from services.capacity.institutions_api import InstitutionsApi
from services.capacity.occupied import SERVICE, used_places
from services.capacity.rules import suppliers as rules
from services.capacity.rules.occupancy import Stay
from services.capacity.rules.wellbeing import trend
from services.capacity.store import (
    DELIVERIES,
    INSTITUTIONS,
    STAYS,
    UNITS,
    VACANCIES,
    WELLBEING,
    StayRow,
)
from services.shared.rates import rate_of
from services.shared.records import View
from services.shared.scope import everywhere
from services.shared.server import Context
from services.shared.wire import date_message


class SuppliersApi(InstitutionsApi):
    """Supplier sheets, and with them institutions and units."""

    async def GetSupplierSheet(self, request: pb.GetSupplierSheetRequest, context: Context) -> pb.SupplierSheet:
        """An institution's sheet, of the year up to today."""
        return await self._store.view(lambda view: self._sheet(view, request.name))

    def _sheet(self, view: View, name: str) -> pb.SupplierSheet:
        institution = view.get(INSTITUTIONS, name)
        units = view.all(UNITS, parent=name)
        deliveries = view.all(DELIVERIES, parent=name)
        stays, year = _stays(view, name), rules.Year(self._clock.today())
        own = rules.counted(stays, year, None if view.caller.institution else {view.caller.authority})
        everybody = rules.counted(stays, year, None)
        return pb.SupplierSheet(
            institution=institution,
            from_date=date_message(year.first),
            until_date=date_message(year.last),
            units=self._units(view, units, stays.here, year),
            promises=rules.promises(institution, deliveries, year),
            own_outcomes=rules.outcomes(own, others=Counter()),
            all_outcomes=rules.outcomes(everybody, others=everybody - own),
            occupancy_percent=rules.occupied(units, stays.here, year),
            wellbeing=trend(_observations(view, stays), year.last, of_own=bool(view.caller.institution)),
        )

    def _units(
        self, view: View, units: Sequence[pb.InstitutionUnit], here: Sequence[Stay], year: rules.Year
    ) -> list[pb.SupplierUnit]:
        names = [unit.name for unit in units]
        vacancies = view.among(VACANCIES, "name", [f"{name}/vacancy" for name in names])
        used = used_places(view, names, vacancies)
        return [
            pb.SupplierUnit(
                unit=unit.name,
                display_name=unit.display_name,
                rate_today=rate_of(unit, year.last),
                daily_rates=unit.daily_rates,
                occupancy=used[unit.name].occupancy(year.last),
                occupancy_percent=rules.occupied([unit], here, year),
                disposal=unit.disposal,
                accessibility=unit.accessibility,
            )
            for unit in units
        ]


def _observations(view: View, stays: rules.Stays) -> list[WellbeingObservation]:
    """What the institution observed of those who live, or lived, there."""
    with everywhere(view.connection, view.caller):
        whole = View(view.session, SERVICE)
        found = whole.among(WELLBEING, "child", {stay.child for stay in stays.here})
    return [observation for observation in found if observation.home.startswith(f"{stays.institution}/")]


def _stays(view: View, institution: str) -> rules.Stays:
    """Who lived there, whoever placed them, and where else they lived."""
    with everywhere(view.connection, view.caller):
        whole = View(view.session, SERVICE)
        under = col(StayRow.home).startswith(f"{institution}/", autoescape=True)
        here = [wire.stay(placement) for placement in whole.all(STAYS, under)]
        children = {stay.child for stay in here}
        by_child: defaultdict[str, list[Stay]] = defaultdict(list)
        for placement in whole.among(STAYS, "child", children):
            by_child[placement.child].append(wire.stay(placement))
    return rules.Stays(institution, here, by_child)
