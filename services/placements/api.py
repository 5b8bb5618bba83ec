"""The RPCs of placements."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import ColumnElement
from sqlmodel import col

from havn.access.v1.access_pb2 import (
    ROLE_AUDITOR,
    ROLE_CASEWORKER,
    ROLE_COORDINATOR,
    ROLE_COUNCIL,
    ROLE_LEADER,
    ROLE_SERVICE,
)
from havn.capacity.v1.events_pb2 import WellbeingFell
from havn.families.v1.events_pb2 import ConcernRaised
from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements import events, offering, overview, rules
from services.placements.expiring import Expiring
from services.placements.homes import FAMILY
from services.placements.offers_api import OffersApi
from services.placements.risk_views_api import RiskViewsApi
from services.placements.store import PLACEMENTS, REQUESTS, PlacementRow, Placements, RequestRow
from services.shared import importing, names, wire
from services.shared.access import Caller
from services.shared.call import current
from services.shared.checks import check
from services.shared.clock import Clock
from services.shared.consumers import Subscription
from services.shared.drafts import Draft, Entry
from services.shared.events import Listening
from services.shared.importing import UNCHANGED, Difference, Names, Taking, difference
from services.shared.records import Change
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store

REQUEST = Entry(
    REQUESTS, "request", rules.CHANGEABLE | rules.TOLD_BY_IMPORTS, events.request_created, events.request_updated
)
PLACEMENT = Entry(
    PLACEMENTS, "placement", rules.PLACEMENT_CHANGEABLE, events.placement_created, events.placement_updated
)

_SEE_ALL_PLACEMENTS = {ROLE_COORDINATOR, ROLE_CASEWORKER, ROLE_LEADER, ROLE_COUNCIL, ROLE_AUDITOR, ROLE_SERVICE}
"""Of those who may list placements, all but consultants."""


class PlacementsApi(OffersApi, RiskViewsApi):
    """Placement requests and placements, and with them offers and risk views."""

    async def CreateRequest(self, request: pb.CreateRequestRequest, context: Context) -> pb.PlacementRequest:
        """Files a request."""
        return await self._store.change(request, pb.PlacementRequest, lambda change: self._file(change, request))

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        """One request."""
        return await self._store.view(lambda view: view.get(REQUESTS, request.name))

    async def ListRequests(self, request: pb.ListRequestsRequest, context: Context) -> pb.ListRequestsResponse:
        """A page of requests."""
        where = [col(RequestRow.state) == request.state] if request.state else []
        where += [col(RequestRow.child) == request.child] if request.child else []
        page = await self._store.view(
            lambda view: view.page(REQUESTS, request.page_size, request.page_token, *where, names=request.names)
        )
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
            change.announce(*events.request_updated(updated))
            return updated

        return await self._store.change(request, pb.PlacementRequest, update)

    async def WithdrawRequest(self, request: pb.WithdrawRequestRequest, context: Context) -> pb.PlacementRequest:
        """Takes an open request off the list."""

        def withdraw(change: Change) -> pb.PlacementRequest:
            withdrawn = rules.withdrawn(change.get(REQUESTS, request.name), request.reason, change.now)
            change.save(REQUESTS, withdrawn, request.etag)
            change.announce(*events.request_updated(withdrawn))
            offering.settle(change, placed=[], closed=[withdrawn], today=self._clock.today())
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
        equal = {name: value for name, value in (("home", request.home), ("child", request.child)) if value}
        # Said of one family, it would say nothing more, and such a list is found soonest without.
        where = [] if request.home.startswith(FAMILY) else _in_families(current().caller)
        page = await self._store.view(
            lambda view: view.page(
                PLACEMENTS, request.page_size, request.page_token, *where, names=request.names, **equal
            )
        )
        return pb.ListPlacementsResponse(placements=page.items, next_page_token=page.next_token)

    async def GetPlacementsOverview(
        self, request: pb.GetPlacementsOverviewRequest, context: Context
    ) -> pb.PlacementsOverview:
        """What waits for the caller."""
        return await self._store.view(lambda view: overview.overview(view, self._clock.now()))

    async def ImportPlacements(
        self, request_iterator: AsyncIterator[pb.ImportPlacementsRequest], context: Context
    ) -> pb.ImportPlacementsResponse:
        """Takes requests and placements, new or known by their key, all or none."""
        taken = _Taken(self._clock)
        taking = Taking(partial(self._take, taken), _looked_at, taken.settle)
        return await importing.take_all(self._store, request_iterator, pb.ImportPlacementsResponse, taking)

    def _take(self, taken: "_Taken", draft: Draft, row: pb.ImportPlacementsRequest) -> Difference:
        if row.HasField("placement"):
            taken.placements.append(row.placement.placement)
            return self._take_placement(draft, row.placement, row.update_mask)
        taken.requests.append(row.request.request)
        return self._take_request(draft, row.request, row.update_mask)

    def _take_request(self, draft: Draft, request: pb.CreateRequestRequest, mask: FieldMask) -> Difference:
        filed = request.request
        filed.name = f"requests/{names.chosen_id(request.id)}"
        kept = draft.kept(REQUEST, filed, mask)
        rules.settle(filed, kept, by=draft.caller.subject, now=draft.now)
        changed = difference(filed, kept)
        if changed != UNCHANGED:
            if kept:
                rules.require_open(kept)
            importing.check_row(request)
            rules.check_request(filed, self._clock.today())
            draft.put(REQUEST, filed)
        return changed

    def _take_placement(self, draft: Draft, request: pb.RecordPlacementRequest, mask: FieldMask) -> Difference:
        placement = request.placement
        placement.name = f"placements/{names.chosen_id(request.id)}"
        changed = difference(placement, draft.kept(PLACEMENT, placement, mask))
        if changed != UNCHANGED:
            importing.check_row(request)
            rules.check_placement(placement, self._clock.today())
            draft.put(PLACEMENT, placement)
        return changed

    def _file(self, change: Change, request: pb.CreateRequestRequest) -> pb.PlacementRequest:
        filed = request.request
        for told_by_imports in ("state", "filed_by", "create_time", "close_time"):
            filed.ClearField(told_by_imports)
        rules.settle(filed, None, by=change.caller.subject, now=change.now)
        rules.check_request(filed, self._clock.today())
        filed.name = f"requests/{names.chosen_id(request.id)}"
        change.add(REQUESTS, filed)
        change.announce(*events.request_created(filed))
        return filed

    def _record(self, change: Change, request: pb.RecordPlacementRequest) -> pb.Placement:
        placement = request.placement
        rules.check_placement(placement, self._clock.today())
        placement.name = f"placements/{names.chosen_id(request.id)}"
        change.add(PLACEMENTS, placement)
        change.announce(*events.placement_created(placement))
        offering.settle(change, placed=[placement], closed=[], today=self._clock.today())
        return placement


def _in_families(caller: Caller) -> list[ColumnElement[bool]]:
    """A consultant is there for families: who lives in institutions is none of a consultant's business."""
    return [col(PlacementRow.home).startswith(FAMILY)] if caller.roles.isdisjoint(_SEE_ALL_PLACEMENTS) else []


@dataclass
class _Taken:
    """What an import brought, and what follows of it for offers."""

    clock: Clock
    requests: list[pb.PlacementRequest] = field(default_factory=list)
    placements: list[pb.Placement] = field(default_factory=list)

    def settle(self, change: Change) -> None:
        closed = [request for request in self.requests if request.state != pb.REQUEST_STATE_OPEN]
        offering.settle(change, self.placements, closed, self.clock.today())


def _looked_at(row: pb.ImportPlacementsRequest) -> Names:
    """Records that a row is compared with."""
    if row.HasField("placement"):
        return [(PlacementRow, f"placements/{row.placement.id}")]
    return [(RequestRow, f"requests/{row.request.id}")]


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    api = PlacementsApi(store, platform)
    concerns = events.Concerns(partial(platform.channel, "placements"), platform.clock)
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["PlacementsService"],
        register=lambda server: rpc.add_PlacementsServiceServicer_to_server(api, server),
        subscriptions=[
            Subscription(CONCERNS, {ConcernRaised: concerns.raised}),
            Subscription(WELLBEING, {WellbeingFell: concerns.fell}),
        ],
        tasks=[Expiring(store, platform.clock).run],
        watched=[api.versions],
    )


CONCERNS = Listening("families", "concerns", about="concern")
WELLBEING = Listening("capacity", "wellbeing", about="wellbeing.fell")
DEFINITION = Definition("placements", Placements.metadata, build, listens=(CONCERNS, WELLBEING))
