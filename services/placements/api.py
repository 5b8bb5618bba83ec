"""The RPCs of placements."""

from collections.abc import AsyncIterator

from sqlmodel import col

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements import events, rules
from services.placements.store import PLACEMENTS, REQUESTS, PlacementRow, Placements, RequestRow
from services.shared import importing, names, wire
from services.shared.checks import check
from services.shared.clock import Clock
from services.shared.records import Change
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store


class PlacementsApi(rpc.PlacementsServiceServicer):
    """Placement requests and placements."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def CreateRequest(self, request: pb.CreateRequestRequest, context: Context) -> pb.PlacementRequest:
        """Files a request."""
        return await self._store.change(request, pb.PlacementRequest, lambda change: self._file(change, request))

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        """One request."""
        return await self._store.view(lambda view: view.get(REQUESTS, request.name))

    async def ListRequests(self, request: pb.ListRequestsRequest, context: Context) -> pb.ListRequestsResponse:
        """A page of requests."""
        where = [col(RequestRow.state) == request.state] if request.state else []
        page = await self._store.view(lambda view: view.page(REQUESTS, request.page_size, request.page_token, *where))
        return pb.ListRequestsResponse(requests=page.items, next_page_token=page.next_token)

    async def UpdateRequest(self, request: pb.UpdateRequestRequest, context: Context) -> pb.PlacementRequest:
        """Changes an open request."""

        def update(change: Change) -> pb.PlacementRequest:
            kept = change.get(REQUESTS, request.request.name)
            rules.require_open(kept)
            updated = wire.merged(kept, request.request, request.update_mask, rules.CHANGEABLE)
            check(updated)
            rules.check_request(updated, self._clock.today())
            change.save(REQUESTS, updated, request.request.etag)
            change.announce(*events.request_changed(updated, events.UPDATED))
            return updated

        return await self._store.change(request, pb.PlacementRequest, update)

    async def WithdrawRequest(self, request: pb.WithdrawRequestRequest, context: Context) -> pb.PlacementRequest:
        """Takes an open request off the list."""

        def withdraw(change: Change) -> pb.PlacementRequest:
            withdrawn = rules.withdrawn(change.get(REQUESTS, request.name), request.reason)
            change.save(REQUESTS, withdrawn, request.etag)
            change.announce(*events.request_changed(withdrawn, events.WITHDRAWN))
            return withdrawn

        return await self._store.change(request, pb.PlacementRequest, withdraw)

    async def RecordPlacement(self, request: pb.RecordPlacementRequest, context: Context) -> pb.Placement:
        """Records where a child lives."""
        return await self._store.change(request, pb.Placement, lambda change: self._record(change, request))

    async def GetPlacement(self, request: pb.GetPlacementRequest, context: Context) -> pb.Placement:
        """One placement."""
        return await self._store.view(lambda view: view.get(PLACEMENTS, request.name))

    async def ListPlacements(self, request: pb.ListPlacementsRequest, context: Context) -> pb.ListPlacementsResponse:
        """A page of placements."""
        where = [col(PlacementRow.home) == request.home] if request.home else []
        page = await self._store.view(lambda view: view.page(PLACEMENTS, request.page_size, request.page_token, *where))
        return pb.ListPlacementsResponse(placements=page.items, next_page_token=page.next_token)

    async def ImportPlacements(
        self, request_iterator: AsyncIterator[pb.ImportPlacementsRequest], context: Context
    ) -> pb.ImportPlacementsResponse:
        """Takes requests and placements, all or none."""
        return await importing.take_all(self._store, request_iterator, pb.ImportPlacementsResponse, self._enter)

    def _enter(self, change: Change, row: pb.ImportPlacementsRequest) -> pb.PlacementRequest | pb.Placement:
        if row.HasField("placement"):
            importing.check_row(row.placement)
            return self._record(change, row.placement)
        importing.check_row(row.request)
        return self._file(change, row.request)

    def _file(self, change: Change, request: pb.CreateRequestRequest) -> pb.PlacementRequest:
        filed = request.request
        rules.check_request(filed, self._clock.today())
        filed.name = f"requests/{names.chosen_id(request.id)}"
        filed.state = pb.REQUEST_STATE_OPEN
        filed.filed_by = change.caller.subject
        filed.create_time.CopyFrom(wire.timestamp(change.now))
        filed.ClearField("withdrawal_reason")
        change.add(REQUESTS, filed)
        change.announce(*events.request_changed(filed, events.CREATED))
        return filed

    def _record(self, change: Change, request: pb.RecordPlacementRequest) -> pb.Placement:
        placement = request.placement
        rules.check_placement(placement, self._clock.today())
        placement.name = f"placements/{names.chosen_id(request.id)}"
        change.add(PLACEMENTS, placement)
        change.announce(*events.placement_changed(placement, events.CREATED))
        return placement


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    api = PlacementsApi(store, platform.clock)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["PlacementsService"],
        register=lambda server: rpc.add_PlacementsServiceServicer_to_server(api, server),
    )


DEFINITION = Definition("placements", Placements.metadata, build)
