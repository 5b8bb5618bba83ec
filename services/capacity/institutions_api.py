"""The RPCs of institutions, their units and what they deliver."""

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import capacity_pb2_grpc as rpc
from services.capacity import breaches, events
from services.capacity.rules import institutions as rules
from services.capacity.rules import units as unit_rules
from services.capacity.store import DELIVERIES, INSTITUTIONS, UNITS, UnitRow
from services.shared import names, rates, wire
from services.shared.checks import check
from services.shared.clock import Clock
from services.shared.records import Change
from services.shared.server import Context
from services.shared.store import Store


class InstitutionsApi(rpc.CapacityServiceServicer):
    """Institutions, units and deliveries."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def CreateInstitution(self, request: pb.CreateInstitutionRequest, context: Context) -> pb.Institution:
        """Enters an institution."""

        def enter(change: Change) -> pb.Institution:
            institution = request.institution
            rules.check_institution(institution)
            institution.name = f"institutions/{names.chosen_id(request.id)}"
            change.add(INSTITUTIONS, institution)
            change.announce(*events.institution_created(institution))
            return institution

        return await self._store.change(request, pb.Institution, enter)

    async def UpdateInstitution(self, request: pb.UpdateInstitutionRequest, context: Context) -> pb.Institution:
        """Changes an institution, and with its approval that of its units."""

        def update(change: Change) -> pb.Institution:
            kept = change.get(INSTITUTIONS, request.institution.name)
            updated = wire.merged(kept, request.institution, request.update_mask, rules.INSTITUTION_CHANGEABLE)
            check(updated)
            rules.check_institution(updated)
            units = change.all(UNITS, col(UnitRow.parent) == updated.name)
            rules.check_kind(updated, units)
            change.save(INSTITUTIONS, updated, request.institution.etag)
            change.announce(*events.institution_updated(updated))
            for unit in units:
                if unit.approved != updated.approved:
                    unit.approved = updated.approved
                    _save_unit(change, unit, unit.etag)
            breaches.note_all(change, units, self._clock.today())
            return updated

        return await self._store.change(request, pb.Institution, update)

    async def GetInstitution(self, request: pb.GetInstitutionRequest, context: Context) -> pb.Institution:
        """One institution."""
        return await self._store.view(lambda view: view.get(INSTITUTIONS, request.name))

    async def ListInstitutions(
        self, request: pb.ListInstitutionsRequest, context: Context
    ) -> pb.ListInstitutionsResponse:
        """A page of institutions."""
        page = await self._store.view(lambda view: view.page(INSTITUTIONS, request.page_size, request.page_token))
        return pb.ListInstitutionsResponse(institutions=page.items, next_page_token=page.next_token)

    async def CreateUnit(self, request: pb.CreateUnitRequest, context: Context) -> pb.InstitutionUnit:
        """Enters a unit."""

        def enter(change: Change) -> pb.InstitutionUnit:
            institution, unit = change.get(INSTITUTIONS, request.parent), request.unit
            unit_rules.check_unit(unit, institution)
            unit.name = f"{institution.name}/units/{names.chosen_id(request.id)}"
            unit.authority = institution.authority
            unit.approved = institution.approved
            unit.ClearField("rate_today")
            change.add(UNITS, unit)
            change.announce(*events.unit_created(unit))
            return self._as_of_today(unit)

        return await self._store.change(request, pb.InstitutionUnit, enter)

    async def UpdateUnit(self, request: pb.UpdateUnitRequest, context: Context) -> pb.InstitutionUnit:
        """Changes a unit."""

        def update(change: Change) -> pb.InstitutionUnit:
            kept = change.get(UNITS, request.unit.name)
            updated = wire.merged(kept, request.unit, request.update_mask, unit_rules.UNIT_CHANGEABLE)
            check(updated)
            unit_rules.check_unit(updated, change.get(INSTITUTIONS, names.parent(updated.name)))
            _save_unit(change, updated, request.unit.etag)
            breaches.note_number(change, updated, self._clock.today())
            return self._as_of_today(updated)

        return await self._store.change(request, pb.InstitutionUnit, update)

    async def GetUnit(self, request: pb.GetUnitRequest, context: Context) -> pb.InstitutionUnit:
        """One unit."""
        return self._as_of_today(await self._store.view(lambda view: view.get(UNITS, request.name)))

    async def ListUnits(self, request: pb.ListUnitsRequest, context: Context) -> pb.ListUnitsResponse:
        """A page of units."""
        within = {"parent": request.parent} if request.parent else {}
        page = await self._store.view(
            lambda view: view.page(UNITS, request.page_size, request.page_token, names=request.names, **within)
        )
        units = [self._as_of_today(unit) for unit in page.items]
        return pb.ListUnitsResponse(units=units, next_page_token=page.next_token)

    async def RecordDelivery(self, request: pb.RecordDeliveryRequest, context: Context) -> pb.Delivery:
        """Notes a delivery."""

        def note(change: Change) -> pb.Delivery:
            institution, delivery = change.get(INSTITUTIONS, request.parent), request.delivery
            rules.check_delivery(delivery, institution, self._clock.today())
            delivery.name = f"{institution.name}/deliveries/{names.chosen_id(request.id)}"
            delivery.authority = institution.authority
            delivery.recorded_by = change.caller.subject
            change.add(DELIVERIES, delivery)
            change.announce(*events.delivery_created(delivery))
            return delivery

        return await self._store.change(request, pb.Delivery, note)

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: Context) -> pb.ListDeliveriesResponse:
        """A page of deliveries."""
        within = {"parent": request.parent} if request.parent else {}
        page = await self._store.view(
            lambda view: view.page(DELIVERIES, request.page_size, request.page_token, **within)
        )
        return pb.ListDeliveriesResponse(deliveries=page.items, next_page_token=page.next_token)

    def _as_of_today(self, unit: pb.InstitutionUnit) -> pb.InstitutionUnit:
        rate = rates.rate_of(unit, self._clock.today())
        if rate is not None:
            unit.rate_today.CopyFrom(rate)
        return unit


def _save_unit(change: Change, unit: pb.InstitutionUnit, etag: str) -> None:
    change.save(UNITS, unit, etag)
    change.announce(*events.unit_updated(unit))
