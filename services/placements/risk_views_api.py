"""The RPCs of risk views: placements that somebody has to look at again."""

from sqlmodel import col

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements import events, risk_rules
from services.placements.store import RISK_VIEWS, RiskViewRow
from services.shared.records import Change, Page, View
from services.shared.server import Context
from services.shared.store import Store
from services.shared.wire import timestamp


class RiskViewsApi(rpc.PlacementsServiceServicer):
    """Somebody is told to look, and says what came of it."""

    _store: Store

    async def ListRiskViews(self, request: pb.ListRiskViewsRequest, context: Context) -> pb.ListRiskViewsResponse:
        """A page of risk views, and how many are open."""
        of_child = [col(RiskViewRow.child) == request.child] if request.child else []
        of_state = [col(RiskViewRow.state) == request.state] if request.state else []
        is_open = col(RiskViewRow.state) == pb.RISK_VIEW_STATE_OPEN

        def listed(view: View) -> tuple[Page[pb.RiskView], int]:
            page = view.page(RISK_VIEWS, request.page_size, request.page_token, *of_child, *of_state)
            return page, len(view.all(RISK_VIEWS, is_open, *of_child))

        page, open_count = await self._store.view(listed)
        return pb.ListRiskViewsResponse(risk_views=page.items, next_page_token=page.next_token, open_count=open_count)

    async def CloseRiskView(self, request: pb.CloseRiskViewRequest, context: Context) -> pb.RiskView:
        """Somebody looked."""

        def close(change: Change) -> pb.RiskView:
            view = change.get(RISK_VIEWS, request.name)
            risk_rules.close(view, request.words, by=change.caller.subject)
            view.close_time.CopyFrom(timestamp(change.now))
            change.save(RISK_VIEWS, view, request.etag)
            change.announce(*events.risk_view_closed(view))
            return view

        return await self._store.change(request, pb.RiskView, close)
