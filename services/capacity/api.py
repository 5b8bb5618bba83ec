"""The RPCs of capacity."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import capacity_pb2_grpc as rpc
from havn.placements.v1.events_pb2 import OfferChanged, PlacementRequestChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.capacity import events, reports, waiting_lists
from services.capacity.institutions_api import InstitutionsApi
from services.capacity.rules import vacancies, waiting_list
from services.capacity.store import UNITS, VACANCIES, WAITING, WAITING_OFFERS, Capacity
from services.capacity.taking import Rows, looked_at
from services.capacity.waiting_lists import WaitingLists
from services.capacity.waiting_lists_api import WaitingListsApi
from services.shared import access, importing, wire
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.consumers import Subscription
from services.shared.importing import Taking
from services.shared.rebuilding import Copy
from services.shared.records import Change, View, positions
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched


class CapacityApi(InstitutionsApi):
    """Vacancies and the waiting list, and with them institutions and units."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock)
        caller = access.service("capacity")
        self.reported = Watched(store, caller, reports.reported)
        self.versions = Watched(store, caller, lambda view: waiting_lists.versions(view, clock.today()))
        self._reports = reports.Reports()
        self.lists = WaitingLists()

    async def ReportVacancy(self, request: pb.ReportVacancyRequest, context: Context) -> pb.Vacancy:
        """Says how many places are free."""

        def report(change: Change) -> pb.Vacancy:
            for told_later in ("confirmed_time", "confirmed_by"):
                request.vacancy.ClearField(told_later)
            return self._fresh(self._report(change, request))

        return await self._store.change(request, pb.Vacancy, report)

    async def ListVacancies(self, request: pb.ListVacanciesRequest, context: Context) -> pb.ListVacanciesResponse:
        """A page of vacancies."""
        page = await self._store.view(
            lambda view: view.page(VACANCIES, request.page_size, request.page_token, names=request.names)
        )
        shown = [self._fresh(vacancy) for vacancy in page.items]
        return pb.ListVacanciesResponse(vacancies=shown, next_page_token=page.next_token)

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

        def read(view: View) -> pb.ListWaitingListResponse:
            entries = waiting_list.asked_for(self.lists.ordered(view, today), request)
            urgent = waiting_list.urgent(entries)
            page = positions(entries, request.page_size, request.page_token, request.skip)
            return pb.ListWaitingListResponse(
                entries=waiting_lists.with_offers(view, page.items),
                next_page_token=page.next_token,
                total_count=len(entries),
                in_danger_count=sum(entry.in_danger for entry in urgent),
                overdue_count=sum(entry.days_overdue > 0 for entry in urgent),
            )

        return await self._store.view(read)

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
        """Takes rows, new or known by their key, all or none."""
        taking = Taking(Rows(self._clock).take, looked_at)
        return await importing.take_all(self._store, request_iterator, pb.ImportCapacityResponse, taking)

    def _report(self, change: Change, request: pb.ReportVacancyRequest) -> pb.Vacancy:
        unit, vacancy = change.get(UNITS, request.parent), request.vacancy
        vacancies.check_vacancy(vacancy, unit, self._clock.today())
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
        vacancy.freshness = vacancies.freshness(wire.time(vacancy.confirmed_time), self._clock.now())
        return vacancy


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    api = CapacityApi(store, platform.clock)
    channel = platform.channel("capacity", to="placements")
    waiting = events.WaitingList(PlacementsServiceStub(channel), platform.clock)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["CapacityService"],
        register=lambda server: rpc.add_CapacityServiceServicer_to_server(api, server),
        subscriptions=[
            Subscription(
                "placements",
                "requests",
                {PlacementRequestChanged: waiting.request_changed, OfferChanged: waiting.offer_changed},
            )
        ],
        channels=[channel],
        copies=[
            Copy(WAITING, "placements", waiting.all),
            Copy(WAITING_OFFERS, "placements", waiting.all_offers),
        ],
        watched=[api.reported, api.versions],
        also=[WaitingListsApi(store, platform.clock, api.lists).answers()],
    )


DEFINITION = Definition("capacity", Capacity.metadata, build, listens=[("placements", "requests")])
