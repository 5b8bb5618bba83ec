"""The RPCs of the central list, of those who left a list, and of how long groups wait."""

from collections import Counter
from collections.abc import Callable, Iterable

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from sqlmodel import col

from havn.access.v1.access_pb2 import ROLE_AUDITOR, ROLE_LEADER
from havn.capacity.v1 import waiting_pb2 as pb
from havn.capacity.v1 import waiting_pb2_grpc as rpc
from havn.capacity.v1.capacity_pb2 import EXIT_REASON_UNSPECIFIED, WaitingListEntry, WaitingListExit
from services.capacity import assigning, central_list
from services.capacity.rules.waiting_times import NOT_CROSSING, suppressed, waiting_times
from services.capacity.store import APPLICATIONS, WAITING, ApplicationRow, WaitingListRow
from services.capacity.waiting_lists import WaitingLists
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.records import View, positions
from services.shared.server import Context
from services.shared.store import Store
from services.shared.wire import date_message


class WaitingListsApi(rpc.WaitingListsServiceServicer):
    """Municipalities apply, and Socialstyrelsen sees all who wait in one order."""

    def __init__(self, store: Store, clock: Clock, lists: WaitingLists) -> None:
        self._store = store
        self._clock = clock
        self._lists = lists
        self._central_list = central_list.CentralList()
        self._assignable = assigning.Assignable(clock)

    def answers(self) -> tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]:
        """Its RPCs, and how they are registered beside the service's own."""
        descriptor = pb.DESCRIPTOR.services_by_name["WaitingListsService"]
        return descriptor, lambda server: rpc.add_WaitingListsServiceServicer_to_server(self, server)

    async def ApplyToCentralList(
        self, request: pb.ApplyToCentralListRequest, context: Context
    ) -> pb.CentralListApplication:
        """Puts one who waits on the central list too."""
        return await self._store.change(
            request, pb.CentralListApplication, lambda change: central_list.apply(change, request)
        )

    async def ListCentralListApplications(
        self, request: pb.ListCentralListApplicationsRequest, context: Context
    ) -> pb.ListCentralListApplicationsResponse:
        """A page of applications."""
        where = [col(ApplicationRow.request) == request.request] if request.request else []
        where += [col(ApplicationRow.state) == request.state] if request.state else []
        today = self._clock.today()

        def read(view: View) -> pb.ListCentralListApplicationsResponse:
            page = view.page(APPLICATIONS, request.page_size, request.page_token, *where)
            told = self._central_list.with_positions(view, page.items, today)
            return pb.ListCentralListApplicationsResponse(applications=told, next_page_token=page.next_token)

        return await self._store.view(read)

    async def WithdrawCentralListApplication(
        self, request: pb.WithdrawCentralListApplicationRequest, context: Context
    ) -> pb.CentralListApplication:
        """Takes an application back."""
        return await self._store.change(
            request, pb.CentralListApplication, lambda change: central_list.withdraw(change, request)
        )

    async def ListCentralList(self, request: pb.ListCentralListRequest, context: Context) -> pb.ListCentralListResponse:
        """A page of the central list, as of today, or of those who left it."""
        today = self._clock.today()

        def read(view: View) -> pb.ListCentralListResponse:
            entries = central_list.entries_left(view) if request.left else self._central_list.entries(view, today)
            page = positions(entries, request.page_size, request.page_token)
            return pb.ListCentralListResponse(
                entries=page.items, next_page_token=page.next_token, total_count=len(entries)
            )

        return await self._store.view(read)

    async def RemoveFromCentralList(
        self, request: pb.RemoveFromCentralListRequest, context: Context
    ) -> pb.CentralListEntry:
        """Removes an entry."""
        return await self._store.change(
            request, pb.CentralListEntry, lambda change: central_list.remove(change, request)
        )

    async def AssignPlace(self, request: pb.AssignPlaceRequest, context: Context) -> pb.CentralListEntry:
        """Assigns a place to an entry."""
        return await self._store.change(
            request, pb.CentralListEntry, lambda change: assigning.assign(change, request, self._clock)
        )

    async def TakePlaceBack(self, request: pb.TakePlaceBackRequest, context: Context) -> pb.CentralListEntry:
        """Takes an assigned place back."""
        return await self._store.change(
            request, pb.CentralListEntry, lambda change: assigning.take_back(change, request, self._clock)
        )

    async def ListAssignablePlaces(
        self, request: pb.ListAssignablePlacesRequest, context: Context
    ) -> pb.ListAssignablePlacesResponse:
        """A page of what may be assigned."""
        places = await self._store.view(self._assignable.places)
        page = positions(places, request.page_size, request.page_token)
        return pb.ListAssignablePlacesResponse(places=page.items, next_page_token=page.next_token)

    async def GetWaitingTimes(self, request: pb.GetWaitingTimesRequest, context: Context) -> pb.WaitingTimes:
        """How long groups of children have waited, as of today."""
        today = self._clock.today()
        of_own_list = not current().caller.roles.isdisjoint({ROLE_LEADER, ROLE_AUDITOR})

        def read(view: View) -> pb.WaitingTimes:
            if of_own_list:
                known = self._lists.times(view, today)
                return suppressed(known) if request.for_others else known
            return suppressed(waiting_times(central_list.waiting(view, today), without=NOT_CROSSING))

        times = pb.WaitingTimes(as_of_date=date_message(today))
        times.MergeFrom(await self._store.view(read))
        return times

    async def ListWaitingListExits(
        self, request: pb.ListWaitingListExitsRequest, context: Context
    ) -> pb.ListWaitingListExitsResponse:
        """A page of those who left."""
        return await self._store.view(lambda view: _exits(view, request))


def _exits(view: View, request: pb.ListWaitingListExitsRequest) -> pb.ListWaitingListExitsResponse:
    left = col(WaitingListRow.waiting).is_(False)
    if not request.reason and not request.counted:
        page = view.page(WAITING, request.page_size, request.page_token, left)
        return pb.ListWaitingListExitsResponse(exits=_of(page.items), next_page_token=page.next_token)
    known = _of(view.all(WAITING, left))
    wanted = [each for each in known if request.reason in (each.reason, EXIT_REASON_UNSPECIFIED)]
    some = positions(wanted, request.page_size, request.page_token)
    counted = Counter(each.reason for each in known) if request.counted else Counter()
    counts = [pb.ExitCount(reason=reason, count=count) for reason, count in sorted(counted.items())]
    return pb.ListWaitingListExitsResponse(exits=some.items, next_page_token=some.next_token, counts=counts)


def _of(entries: Iterable[WaitingListEntry]) -> list[WaitingListExit]:
    return [entry.exit for entry in entries if entry.HasField("exit")]
