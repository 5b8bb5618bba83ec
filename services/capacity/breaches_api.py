"""The RPCs of breaches: unapproved places that are used."""

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import events
from services.capacity.institutions_api import InstitutionsApi
from services.capacity.rules import breaches as rules
from services.capacity.store import BREACHES, INSTITUTIONS, UNITS
from services.shared import names
from services.shared.errors import NotFound
from services.shared.records import Change, Page, View, positions
from services.shared.server import Context
from services.shared.wire import timestamp


class BreachesApi(InstitutionsApi):
    """Breaches, and with them institutions and units."""

    async def RecordBreach(self, request: pb.RecordBreachRequest, context: Context) -> pb.Breach:
        """Records that an unapproved place is used."""

        def record(change: Change) -> pb.Breach:
            breach = request.breach
            rules.check_breach(breach, self._clock.today())
            _require_known(change, breach.home)
            for found_by_itself in ("placement", "too_many", "close_reason", "closed_by", "close_time"):
                breach.ClearField(found_by_itself)
            breach.name = f"breaches/{names.new_id()}"
            breach.noticed_by = change.caller.subject
            breach.notice_time.CopyFrom(timestamp(change.now))
            change.add(BREACHES, breach)
            change.announce(*events.breach_recorded(breach))
            return breach

        return await self._store.change(request, pb.Breach, record)

    async def CloseBreach(self, request: pb.CloseBreachRequest, context: Context) -> pb.Breach:
        """Says what came of a breach."""

        def close(change: Change) -> pb.Breach:
            breach = change.get(BREACHES, request.name)
            rules.close(breach, request.reason, by=change.caller.subject)
            breach.close_time.CopyFrom(timestamp(change.now))
            change.save(BREACHES, breach, request.etag)
            change.announce(*events.breach_closed(breach))
            return breach

        return await self._store.change(request, pb.Breach, close)

    async def ListBreaches(self, request: pb.ListBreachesRequest, context: Context) -> pb.ListBreachesResponse:
        """A page of breaches."""
        page = await self._store.view(lambda view: _page(view, request))
        return pb.ListBreachesResponse(breaches=page.items, next_page_token=page.next_token)


def _page(view: View, request: pb.ListBreachesRequest) -> Page[pb.Breach]:
    if not request.home:
        return view.page(BREACHES, request.page_size, request.page_token)
    # They are few: no column tells their homes.
    within = [breach for breach in view.all(BREACHES) if f"{breach.home}/".startswith(f"{request.home}/")]
    return positions(within, request.page_size, request.page_token)


def _require_known(change: Change, home: str) -> None:
    """Passes an institution, a unit, or no name at all. Raises NotFound."""
    if home and change.find(INSTITUTIONS, home) is None and change.find(UNITS, home) is None:
        raise NotFound(home)
