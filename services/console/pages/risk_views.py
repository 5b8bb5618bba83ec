"""Bekymringer: placements that somebody has to look at again, and what came of it."""

from starlette.responses import Response

from havn.families.v1.support_pb2 import Concern, ListConcernsRequest
from havn.placements.v1 import placements_pb2 as pb
from services.console.languages import gettext as _
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import names

MOST_SHOWN = 100
SERVICE = "havn.placements.v1.PlacementsService"
OF_FOLLOW_UPS = "families/"
"""How the names begin of what consultants wrote."""


async def show(visit: Visit) -> Response:
    """What nobody looked at yet, then the rest."""
    return await _page(visit)


async def close(visit: Visit) -> Response:
    """Says what came of one."""
    if not visit.text("words"):
        return await _page(visit, visit.text("name"), _("Say in a few words what you found and what was done."))
    request = pb.CloseRiskViewRequest(
        name=visit.text("name"), etag=visit.text("etag"), words=visit.text("words"), request_id=visit.text("key")
    )
    await visit.services.placements.CloseRiskView(request)
    return see_other("/risk-views?done=yes")


async def _page(visit: Visit, wrong: str = "", problem: str = "") -> Response:
    listed = await visit.services.placements.ListRiskViews(pb.ListRiskViewsRequest(page_size=MOST_SHOWN))
    return visit.page(
        "risk_views.html",
        status=422 if problem else 200,
        waiting=[view for view in listed.risk_views if view.state == pb.RISK_VIEW_STATE_OPEN],
        closed=[view for view in listed.risk_views if view.state == pb.RISK_VIEW_STATE_CLOSED],
        concerns=await _concerns(visit, {view.source for view in listed.risk_views}),
        may_close=Page("", close, f"{SERVICE}.CloseRiskView").open_to(visit.caller),
        done=visit.request.query_params.get("done") == "yes",
        wrong=wrong,
        problem=problem,
        given=visit.form,
        key=new_key,
        last_part=names.last_part,
        parent=names.parent,
        may_log_visit=may(visit.caller, "havn.families.v1.SupportService.LogSupervisionVisit"),
        may_see_wellbeing=may(visit.caller, "havn.capacity.v1.WellbeingService.ListWellbeing"),
        reasons=_reasons(),
    )


async def _concerns(visit: Visit, sources: set[str]) -> dict[str, Concern]:
    """What consultants wrote, by the follow-up; of another authority's family nothing."""
    asked = sorted(source for source in sources if source.startswith(OF_FOLLOW_UPS))
    if not asked:
        return {}
    request = ListConcernsRequest(follow_ups=asked, page_size=MOST_SHOWN)
    return {each.follow_up: each for each in (await visit.services.support.ListConcerns(request)).concerns}


def _reasons() -> dict[int, str]:
    return {
        pb.RISK_REASON_CONCERN: _("A consultant is concerned"),
        pb.RISK_REASON_FALLING_WELLBEING: _("The child is less well than before"),
    }


PAGES = (
    Page("/risk-views", show, f"{SERVICE}.ListRiskViews"),
    Page("/risk-views", close, f"{SERVICE}.CloseRiskView", "POST"),
)
