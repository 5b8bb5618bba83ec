"""Den centrale venteliste: what a municipality applied for, and the whole list for whoever keeps it."""

import asyncio

import grpc
from starlette.responses import Response

from havn.capacity.v1 import waiting_pb2 as pb
from services.console import sections, terms, words
from services.console.languages import gettext as _
from services.console.refusals import Refusal, refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared.names import last_part

SERVICE = "havn.capacity.v1.WaitingListsService"
APPLICATIONS, APPLY = f"{SERVICE}.ListCentralListApplications", f"{SERVICE}.ApplyToCentralList"
WITHDRAW, REMOVE = f"{SERVICE}.WithdrawCentralListApplication", f"{SERVICE}.RemoveFromCentralList"
ASSIGN, TAKE_BACK = f"{SERVICE}.AssignPlace", f"{SERVICE}.TakePlaceBack"
LIST, ASK = f"{SERVICE}.ListCentralList", "havn.placements.v1.PlacementsService.OfferPlace"
UNPROCESSABLE = 422
SHOWN = 50
MOST_UNITS = 200
"""Units that one may choose among: the country has some 25 institutions."""


async def applications(visit: Visit) -> Response:
    """What one's own authority applied for, the latest first."""
    return await _applications(visit)


async def apply(visit: Visit) -> Response:
    """Applies for one who waits."""
    request = visit.text("request").removeprefix("requests/")
    if not request:
        return await _applications(visit, problem=_("Give the reference of the request, such as r-001."))
    try:
        await visit.services.waiting.ApplyToCentralList(
            pb.ApplyToCentralListRequest(request=f"requests/{request}", request_id=visit.text("key"))
        )
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        problem = _cannot(told)
        if not problem:
            raise
        return await _applications(visit, problem=problem)
    return see_other("/waiting-list/applications?kept=yes")


async def withdraw(visit: Visit) -> Response:
    """Takes an application back."""
    name = f"centralListApplications/{visit.request.path_params['application']}"
    if not visit.text("reason"):
        return await _applications(visit, wrong=name)
    request = pb.WithdrawCentralListApplicationRequest(
        name=name, etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    await visit.services.waiting.WithdrawCentralListApplication(request)
    return see_other("/waiting-list/applications?kept=yes")


async def central(visit: Visit) -> Response:
    """The list in its order, or those who left it."""
    return await _central(visit)


async def remove(visit: Visit) -> Response:
    """Takes an entry off the list."""
    name = f"centralListEntries/{visit.request.path_params['entry']}"
    if not visit.text("reason"):
        return await _central(visit, wrong=name)
    request = pb.RemoveFromCentralListRequest(
        name=name, etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    await visit.services.waiting.RemoveFromCentralList(request)
    return see_other("/waiting-list/central?kept=yes")


async def assign(visit: Visit) -> Response:
    """Assigns a place to an entry."""
    name = f"centralListEntries/{visit.request.path_params['entry']}"
    request = pb.AssignPlaceRequest(
        name=name,
        etag=visit.text("etag"),
        home=visit.text("home"),
        reason=visit.text("reason"),
        request_id=visit.text("key"),
    )
    try:
        await visit.services.waiting.AssignPlace(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status != UNPROCESSABLE and told.rule != "W10":
            raise
        return await _central(visit, unassigned=name, refused_so=told)
    return see_other("/waiting-list/central?kept=assigned")


async def take_back(visit: Visit) -> Response:
    """Takes an assigned place back."""
    name = f"centralListEntries/{visit.request.path_params['entry']}"
    if not visit.text("reason"):
        return await _central(visit, wrong=name)
    request = pb.TakePlaceBackRequest(
        name=name, etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    await visit.services.waiting.TakePlaceBack(request)
    return see_other("/waiting-list/central?kept=taken-back")


async def _applications(visit: Visit, wrong: str = "", problem: str = "") -> Response:
    query = visit.request.query_params
    request = pb.ListCentralListApplicationsRequest(page_size=SHOWN, page_token=query.get("from", ""))
    found = await visit.services.waiting.ListCentralListApplications(request)
    return visit.page(
        "central_applications.html",
        UNPROCESSABLE if wrong or problem else 200,
        applications=found.applications,
        older=found.next_page_token,
        sections=sections.of_waiting(visit),
        states=_states(),
        waiting=pb.CENTRAL_LIST_STATE_WAITING,
        may_apply=may(visit.caller, APPLY),
        may_withdraw=may(visit.caller, WITHDRAW),
        may_ask=may(visit.caller, ASK),
        typed=visit.text("request") or query.get("request", ""),
        problem=problem,
        wrong=wrong,
        kept=query.get("kept") == "yes",
        key=new_key,
        last_part=last_part,
    )


async def _central(visit: Visit, wrong: str = "", unassigned: str = "", refused_so: Refusal | None = None) -> Response:
    query = visit.request.query_params
    left = query.get("show") == "left"
    request = pb.ListCentralListRequest(page_size=SHOWN, page_token=query.get("from", ""), left=left)
    found, known = await asyncio.gather(
        visit.services.waiting.ListCentralList(request),
        visit.services.waiting.ListAssignablePlaces(pb.ListAssignablePlacesRequest(page_size=MOST_UNITS)),
    )
    return visit.page(
        "central_list.html",
        UNPROCESSABLE if wrong else refused_so.status if refused_so else 200,
        listed=found.entries,
        units={each.home: each for each in known.places},
        took_back=visit.request.url.path.endswith("/take-back"),
        unassigned=unassigned,
        refused_so=refused_so,
        typed=visit.form,
        may_assign=may(visit.caller, ASSIGN),
        total=found.total_count,
        next_page=found.next_page_token,
        left=left,
        sections=sections.of_waiting(visit),
        states=_states(),
        may_remove=may(visit.caller, REMOVE),
        wrong=wrong,
        kept=query.get("kept", ""),
        key=new_key,
        last_part=last_part,
        terms=terms,
        words=words,
    )


def _cannot(told: Refusal) -> str:
    """Why one can't apply, at the field; nothing for what the page as a whole says."""
    if told.status in (404, 422):
        return _("Nobody of your waiting list has this reference.")
    if told.rule == "W4":
        return _("It is on the central list already, or no place in an institution is sought for it (W4).")
    return ""


def _states() -> dict[int, str]:
    return {
        pb.CENTRAL_LIST_STATE_WAITING: _("On the central list"),
        pb.CENTRAL_LIST_STATE_WITHDRAWN: _("Taken back by the municipality"),
        pb.CENTRAL_LIST_STATE_REMOVED: _("Removed by the central list"),
        pb.CENTRAL_LIST_STATE_CLOSED: _("Waits no more on its own list"),
    }


PAGES = (
    Page("/waiting-list/applications", applications, APPLICATIONS),
    Page("/waiting-list/applications", apply, APPLY, "POST"),
    Page("/waiting-list/applications/{application}/withdraw", withdraw, WITHDRAW, "POST"),
    Page("/waiting-list/central", central, LIST),
    Page("/waiting-list/central/{entry}/assign", assign, ASSIGN, "POST"),
    Page("/waiting-list/central/{entry}/take-back", take_back, TAKE_BACK, "POST"),
    Page("/waiting-list/central/{entry}/remove", remove, REMOVE, "POST"),
)
