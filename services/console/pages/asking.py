"""Spørg: one home is asked whether it takes the child, with a reason. The place is held until it answers."""

import grpc
from starlette.responses import Response

from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as pb
from services.console.languages import gettext as _
from services.console.pages.suggestions import PATH, Shown, card_values, last, opened, tell_families
from services.console.refusals import Refusal, refusal
from services.console.visits import Page, Visit, new_key, refused, see_other

ASKS = "havn.placements.v1.PlacementsService.OfferPlace"


async def form(visit: Visit) -> Response:
    """The form: whom it asks, for whom, until when, and why."""
    found = await _found(visit, visit.request.query_params.get("place", ""))
    if found is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    return await _page(visit, *found)


async def ask(visit: Visit) -> Response:
    """Asks the home."""
    found = await _found(visit, visit.text("place"))
    if found is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    if not visit.text("reason"):
        told = _("Say in a few words why this place: the reason stands with the offer, and the home does not see it.")
        return await _page(visit, *found, problem=told)
    request = _offering(*found)
    request.etag, request.reason, request.request_id = visit.text("etag"), visit.text("reason"), visit.text("key")
    try:
        offer = await visit.services.placements.OfferPlace(request)
    except grpc.aio.AioRpcError as error:
        told_so = refusal(error)
        if told_so.status in ANSWERED_HERE:
            return await _page(visit, *found, refused_so=told_so)
        raise
    return see_other(f"/offers?asked={last(offer.name)}#offer-{last(offer.name)}")


ANSWERED_HERE = (409, 422)
"""Refusals that are told above the form, with what was typed in it kept."""


async def _found(visit: Visit, home: str) -> tuple[Shown, matching.Suggestion] | None:
    """The suggestions that the address names, and the place among them."""
    shown = await opened(visit, homes=[home])
    place = next((each for each in shown.kept.suggestions if each.home.name == home), None) if shown else None
    return (shown, place) if shown and place else None


async def _page(
    visit: Visit,
    shown: Shown,
    place: matching.Suggestion,
    problem: str = "",
    refused_so: Refusal | None = None,
) -> Response:
    await tell_families(visit, [place], all_named=True)
    proposed = None
    if refused_so is None:
        try:
            proposed = await _proposed(visit, shown, place)
        except grpc.aio.AioRpcError as error:
            refused_so = refusal(error)
            if refused_so.status not in ANSWERED_HERE:
                raise
    return visit.page(
        "asking.html",
        422 if problem else refused_so.status if refused_so else 200,
        **card_values(visit, shown, 0),
        place=place,
        along=shown.children[1:] if _siblings(shown, place) else [],
        proposed=proposed,
        problem=problem,
        refused_so=refused_so,
        given=visit.form,
        key=new_key(),
    )


async def _proposed(visit: Visit, shown: Shown, place: matching.Suggestion) -> pb.Offer:
    """The offer as it would be, or the refusal that it would meet."""
    request = _offering(shown, place)
    request.reason, request.request_id, request.validate_only = "–", new_key(), True
    return await visit.services.placements.OfferPlace(request)


def _offering(shown: Shown, place: matching.Suggestion) -> pb.OfferPlaceRequest:
    return pb.OfferPlaceRequest(
        request=shown.kept.request,
        sibling_requests=_siblings(shown, place),
        home=place.home.name,
        suggestions=shown.kept.name,
    )


def _siblings(shown: Shown, place: matching.Suggestion) -> list[str]:
    """Who goes along; nobody where the place is for the child alone, such as for tonight."""
    return list(shown.kept.requests[1:]) if place.places >= len(shown.kept.requests) else []


PAGES = (
    Page(f"{PATH}/ask", form, ASKS),
    Page(f"{PATH}/ask", ask, ASKS, "POST"),
)
