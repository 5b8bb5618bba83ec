"""The RPCs of capacity."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import capacity_pb2_grpc as rpc
from havn.placements.v1.events_pb2 import OfferChanged, PlacementChanged, PlacementRequestChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.capacity import breaches, events, overview, waiting_lists
from services.capacity.breaches_api import BreachesApi
from services.capacity.decaying import Decaying
from services.capacity.rules import waiting_list
from services.capacity.store import HOLDS, STAYS, WAITING, WAITING_OFFERS, Capacity
from services.capacity.suppliers_api import SuppliersApi
from services.capacity.taking import Rows, looked_at
from services.capacity.vacancies_api import VacanciesApi
from services.capacity.waiting_lists import WaitingLists
from services.capacity.waiting_lists_api import WaitingListsApi
from services.capacity.wellbeing_api import WellbeingApi
from services.shared import access, importing
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.consumers import Subscription
from services.shared.events import Listening
from services.shared.importing import Taking
from services.shared.rebuilding import Copy
from services.shared.records import View, positions
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched


class CapacityApi(BreachesApi, SuppliersApi, VacanciesApi):
    """The waiting list and imports, and with them vacancies, breaches, institutions and units."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock)
        caller = access.service("capacity")
        self.versions = Watched(store, caller, lambda view: waiting_lists.versions(view, clock.today()))
        self.lists = WaitingLists()

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

    async def GetCapacityOverview(
        self, request: pb.GetCapacityOverviewRequest, context: Context
    ) -> pb.CapacityOverview:
        """What waits for the caller."""
        found = await self._store.view(lambda view: overview.overview(view, self.lists, self.occupied, self._clock))
        if found.waits_by_town:
            await self._store.record_seen({})
        return found

    async def ImportCapacity(
        self, request_iterator: AsyncIterator[pb.ImportCapacityRequest], context: Context
    ) -> pb.ImportCapacityResponse:
        """Takes rows, new or known by their key, all or none."""
        rows = Rows(self._clock)
        taking = Taking(rows.take, looked_at, rows.follow)
        return await importing.take_all(self._store, request_iterator, pb.ImportCapacityResponse, taking)


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    api = CapacityApi(store, platform.clock)
    channel = platform.channel("capacity", to="placements")
    stub, today = PlacementsServiceStub(channel), platform.clock.today
    residents = events.Residents(stub, lambda change, stay: breaches.note(change, stay, stay.starts, today()))
    waiting = events.WaitingList(stub, platform.clock)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["CapacityService"],
        register=lambda server: rpc.add_CapacityServiceServicer_to_server(api, server),
        subscriptions=[
            Subscription(
                REQUESTS,
                {
                    PlacementRequestChanged: waiting.request_changed,
                    PlacementChanged: residents.placement_changed,
                    OfferChanged: waiting.offer_changed,
                },
            )
        ],
        tasks=[Decaying(store, platform.clock).run],
        channels=[channel],
        copies=[
            Copy(WAITING, "placements", waiting.all),
            Copy(WAITING_OFFERS, "placements", waiting.all_offers),
            Copy(STAYS, "placements", residents.all_stays),
            Copy(HOLDS, "placements", waiting.all_holds),
        ],
        watched=[api.reported, api.versions],
        also=[
            WaitingListsApi(store, platform.clock, api.lists).answers(),
            WellbeingApi(store, platform.clock).answers(),
        ],
    )


REQUESTS = Listening("placements", "requests")
DEFINITION = Definition("capacity", Capacity.metadata, build, listens=(REQUESTS,))
