"""The RPCs of capacity."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from google.protobuf.field_mask_pb2 import FieldMask
from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import capacity_pb2_grpc as rpc
from havn.placements.v1.events_pb2 import PlacementRequestChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.capacity import events, reports, rules, waiting_lists
from services.capacity.store import (
    INSTITUTIONS,
    UNITS,
    VACANCIES,
    WAITING,
    Capacity,
    InstitutionRow,
    UnitRow,
    VacancyRow,
)
from services.capacity.waiting_lists import WaitingLists
from services.shared import access, importing, names, wire
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.consumers import Subscription
from services.shared.drafts import Draft, Entry
from services.shared.importing import UNCHANGED, Difference, Names, Taking, difference
from services.shared.rebuilding import Copy
from services.shared.records import Change, positions
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched

INSTITUTION = Entry(
    INSTITUTIONS,
    "institution",
    rules.INSTITUTION_CHANGEABLE,
    events.institution_created,
    events.institution_updated,
)
UNIT = Entry(UNITS, "unit", rules.UNIT_CHANGEABLE, events.unit_created, events.unit_updated)
VACANCY = Entry(VACANCIES, "vacancy", rules.VACANCY_CHANGEABLE, events.vacancy_reported, events.vacancy_reported)


class CapacityApi(rpc.CapacityServiceServicer):
    """Institutions, units, vacancies and the waiting list."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        caller = access.service("capacity")
        self.reported = Watched(store, caller, reports.reported)
        self.versions = Watched(store, caller, lambda view: waiting_lists.versions(view, clock.today()))
        self._reports = reports.Reports()
        self._lists = WaitingLists()

    async def CreateInstitution(self, request: pb.CreateInstitutionRequest, context: Context) -> pb.Institution:
        """Enters an institution."""
        return await self._store.change(request, pb.Institution, lambda change: self._enter(change, request))

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
        return await self._store.change(request, pb.InstitutionUnit, lambda change: self._enter_unit(change, request))

    async def GetUnit(self, request: pb.GetUnitRequest, context: Context) -> pb.InstitutionUnit:
        """One unit."""
        return await self._store.view(lambda view: view.get(UNITS, request.name))

    async def ListUnits(self, request: pb.ListUnitsRequest, context: Context) -> pb.ListUnitsResponse:
        """A page of units."""
        where = [col(UnitRow.parent) == request.parent] if request.parent else []
        where += [col(UnitRow.name).in_(request.names)] if request.names else []
        page = await self._store.view(lambda view: view.page(UNITS, request.page_size, request.page_token, *where))
        return pb.ListUnitsResponse(units=page.items, next_page_token=page.next_token)

    async def ReportVacancy(self, request: pb.ReportVacancyRequest, context: Context) -> pb.Vacancy:
        """Says how many places are free."""

        def report(change: Change) -> pb.Vacancy:
            for told_later in ("confirmed_time", "confirmed_by"):
                request.vacancy.ClearField(told_later)
            return self._fresh(self._report(change, request))

        return await self._store.change(request, pb.Vacancy, report)

    async def ListVacancies(self, request: pb.ListVacanciesRequest, context: Context) -> pb.ListVacanciesResponse:
        """A page of vacancies."""
        where = [col(VacancyRow.name).in_(request.names)] if request.names else []
        page = await self._store.view(lambda view: view.page(VACANCIES, request.page_size, request.page_token, *where))
        vacancies = [self._fresh(vacancy) for vacancy in page.items]
        return pb.ListVacanciesResponse(vacancies=vacancies, next_page_token=page.next_token)

    async def WatchVacancies(
        self, request: pb.WatchVacanciesRequest, context: Context
    ) -> AsyncIterator[pb.WatchVacanciesResponse]:
        """Vacancies as they are reported."""
        caller = current().caller
        seen: reports.Reported | None = None
        async with aclosing(self.reported.each()) as states:
            async for state in states:
                news = self._reports.between(seen, state)
                told = [self._fresh(vacancy) for vacancy in news if caller.sees(caller.authority, vacancy.name)]
                if told or seen is None:
                    yield pb.WatchVacanciesResponse(vacancies=told)
                seen = state

    async def ListWaitingList(self, request: pb.ListWaitingListRequest, context: Context) -> pb.ListWaitingListResponse:
        """A page of the waiting list, as of today."""
        today = self._clock.today()
        ordered = await self._store.view(lambda view: self._lists.ordered(view, today))
        entries = rules.asked_for(ordered, request)
        page = positions(entries, request.page_size, request.page_token, request.skip)
        return pb.ListWaitingListResponse(entries=page.items, next_page_token=page.next_token, total_count=len(entries))

    async def WatchWaitingList(
        self, request: pb.WatchWaitingListRequest, context: Context
    ) -> AsyncIterator[pb.WatchWaitingListResponse]:
        """The version of the waiting list, whenever it is another."""
        caller, seen = current().caller, None
        async with aclosing(self.versions.each()) as known:
            async for versions in known:
                version = waiting_lists.version_for(caller, versions)
                if version != seen:
                    yield pb.WatchWaitingListResponse(version=version)
                seen = version

    async def ImportCapacity(
        self, request_iterator: AsyncIterator[pb.ImportCapacityRequest], context: Context
    ) -> pb.ImportCapacityResponse:
        """Takes institutions, units and vacancies, new or known by their key, all or none."""
        taking = Taking(self._take, _looked_at)
        return await importing.take_all(self._store, request_iterator, pb.ImportCapacityResponse, taking)

    def _take(self, draft: Draft, row: pb.ImportCapacityRequest) -> Difference:
        if row.HasField("institution"):
            return self._take_institution(draft, row.institution, row.update_mask)
        if row.HasField("unit"):
            return self._take_unit(draft, row.unit, row.update_mask)
        return self._take_vacancy(draft, row.vacancy, row.update_mask)

    def _take_institution(self, draft: Draft, request: pb.CreateInstitutionRequest, mask: FieldMask) -> Difference:
        institution = request.institution
        institution.name = f"institutions/{names.chosen_id(request.id)}"
        kept = draft.kept(INSTITUTION, institution, mask)
        changed = difference(institution, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            rules.check_institution(institution)
            draft.put(INSTITUTION, institution)
        if kept and kept.approved != institution.approved:
            for unit in draft.all(UNITS, col(UnitRow.parent) == institution.name):
                unit.approved = institution.approved
                draft.put(UNIT, unit)
        return changed

    def _take_unit(self, draft: Draft, request: pb.CreateUnitRequest, mask: FieldMask) -> Difference:
        institution, unit = draft.get(INSTITUTIONS, request.parent), request.unit
        unit.name = f"{institution.name}/units/{names.chosen_id(request.id)}"
        kept = draft.kept(UNIT, unit, mask)
        unit.authority = institution.authority
        unit.approved = institution.approved
        changed = difference(unit, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            rules.check_unit(unit)
            draft.put(UNIT, unit)
        return changed

    def _take_vacancy(self, draft: Draft, request: pb.ReportVacancyRequest, mask: FieldMask) -> Difference:
        unit, vacancy = draft.get(UNITS, request.parent), request.vacancy
        vacancy.name = f"{unit.name}/vacancy"
        vacancy.authority = unit.authority
        confirmed = vacancy.HasField("confirmed_time")
        kept = draft.kept(VACANCY, vacancy, mask)
        if not confirmed:
            rules.confirm(vacancy, kept, draft.caller.subject, draft.now)
        changed = difference(vacancy, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            rules.check_vacancy(vacancy, unit, self._clock.today())
            draft.put(VACANCY, vacancy)
        return changed

    def _enter(self, change: Change, request: pb.CreateInstitutionRequest) -> pb.Institution:
        institution = request.institution
        rules.check_institution(institution)
        institution.name = f"institutions/{names.chosen_id(request.id)}"
        change.add(INSTITUTIONS, institution)
        change.announce(*events.institution_created(institution))
        return institution

    def _enter_unit(self, change: Change, request: pb.CreateUnitRequest) -> pb.InstitutionUnit:
        institution, unit = change.get(INSTITUTIONS, request.parent), request.unit
        rules.check_unit(unit)
        unit.name = f"{institution.name}/units/{names.chosen_id(request.id)}"
        unit.authority = institution.authority
        unit.approved = institution.approved
        change.add(UNITS, unit)
        change.announce(*events.unit_created(unit))
        return unit

    def _report(self, change: Change, request: pb.ReportVacancyRequest) -> pb.Vacancy:
        unit, vacancy = change.get(UNITS, request.parent), request.vacancy
        rules.check_vacancy(vacancy, unit, self._clock.today())
        vacancy.name = f"{unit.name}/vacancy"
        vacancy.authority = unit.authority
        vacancy.ClearField("freshness")
        if not vacancy.HasField("confirmed_time"):
            vacancy.confirmed_time.CopyFrom(wire.timestamp(change.now))
        vacancy.confirmed_by = vacancy.confirmed_by or change.caller.subject
        earlier = change.find(VACANCIES, vacancy.name)
        if earlier is None:
            change.add(VACANCIES, vacancy)
        else:
            change.save(VACANCIES, vacancy, vacancy.etag or earlier.etag)
        change.announce(*events.vacancy_reported(vacancy))
        return vacancy

    def _fresh(self, vacancy: pb.Vacancy) -> pb.Vacancy:
        vacancy.freshness = rules.freshness(wire.time(vacancy.confirmed_time), self._clock.now())
        return vacancy


def _looked_at(row: pb.ImportCapacityRequest) -> Names:
    """Records that a row is compared with, or belongs to."""
    if row.HasField("institution"):
        return [(InstitutionRow, f"institutions/{row.institution.id}")]
    if row.HasField("unit"):
        return [(InstitutionRow, row.unit.parent), (UnitRow, f"{row.unit.parent}/units/{row.unit.id}")]
    return [(UnitRow, row.vacancy.parent), (VacancyRow, f"{row.vacancy.parent}/vacancy")]


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    api = CapacityApi(store, platform.clock)
    channel = platform.channel("capacity", to="placements")
    waiting_list = events.WaitingList(PlacementsServiceStub(channel), platform.clock)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["CapacityService"],
        register=lambda server: rpc.add_CapacityServiceServicer_to_server(api, server),
        subscriptions=[Subscription("placements", "requests", {PlacementRequestChanged: waiting_list.request_changed})],
        channels=[channel],
        copies=[Copy(WAITING, "placements", waiting_list.all)],
        watched=[api.reported, api.versions],
    )


DEFINITION = Definition("capacity", Capacity.metadata, build, listens=[("placements", "requests")])
