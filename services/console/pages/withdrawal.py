"""Taking a request off the waiting list, with a reason."""

import grpc
from starlette.responses import Response

from havn.placements.v1 import placements_pb2 as placements
from services.console import terms
from services.console.refusals import Refusal, refusal
from services.console.searches import Search
from services.console.visits import Page, Visit, new_key, see_other
from services.shared.names import last_part

WITHDRAW = "havn.placements.v1.PlacementsService.WithdrawRequest"
MENDED_HERE = (409, 422)
"""What is said above the form, for whoever filled it in to go on from there."""


async def ask(visit: Visit) -> Response:
    """Asks why the request is to leave the list."""
    return await _form(visit)


async def withdraw(visit: Visit) -> Response:
    """Takes it off the list."""
    asked = placements.WithdrawRequestRequest(
        name=_name(visit), etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    try:
        await visit.services.placements.WithdrawRequest(asked)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status not in MENDED_HERE:
            raise
        return await _form(visit, told)
    return see_other(_search(visit).path(taken=last_part(asked.name)))


async def _form(visit: Visit, told: Refusal | None = None) -> Response:
    request = await visit.services.placements.GetRequest(placements.GetRequestRequest(name=_name(visit)))
    return visit.page(
        "withdrawal.html",
        told.status if told else 200,
        request=request,
        id=last_part(request.name),
        child=last_part(request.child.reference),
        open=request.state == placements.REQUEST_STATE_OPEN,
        withdrawn=request.state == placements.REQUEST_STATE_WITHDRAWN,
        step=terms.step(request.need_step.step),
        reason=visit.text("reason"),
        refusal=told,
        key=new_key(),
        search=_search(visit),
    )


def _name(visit: Visit) -> str:
    return f"requests/{visit.request.path_params['request']}"


def _search(visit: Visit) -> Search:
    """Where the list stood, to go back there."""
    return Search.of(visit.request.query_params)


PAGES = (
    Page("/waiting-list/{request}/withdraw", ask, WITHDRAW),
    Page("/waiting-list/{request}/withdraw", withdraw, WITHDRAW, "POST"),
)
