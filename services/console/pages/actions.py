"""Aftaler: what was agreed on at visits, over all families, and what became of it."""

from collections.abc import Iterable

import grpc
from starlette.responses import Response

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.console.languages import gettext as _
from services.console.pages.families_menu import open_paths
from services.console.refusals import Refusal, refusal
from services.console.visits import Page, Visit, may, new_key, see_other

SERVICE = "havn.families.v1.SupportService"
SETTLE = f"{SERVICE}.SettleAction"
PAGE_SIZE = 100
STATES = {"open": pb.ACTION_STATE_OPEN, "done": pb.ACTION_STATE_DONE, "not-done": pb.ACTION_STATE_NOT_DONE}
"""What a list shows, by its address."""


async def show(visit: Visit) -> Response:
    """The actions of a consultant's own visits, and of all visits for others."""
    return await _page(visit)


async def settle(visit: Visit) -> Response:
    """Says what became of one."""
    state = STATES.get(visit.text("became"), pb.ACTION_STATE_UNSPECIFIED)
    if state == pb.ACTION_STATE_NOT_DONE and not visit.text("words"):
        told = Refusal(422, "FIELD_INVALID", fields={"words": _("Say why it was not done.")})
        return await _page(visit, told)
    request = pb.SettleActionRequest(
        name=visit.text("name"),
        etag=visit.text("etag"),
        state=state,
        words=visit.text("words"),
        request_id=visit.text("key"),
    )
    try:
        await visit.services.support.SettleAction(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status not in (409, 422):
            raise
        return await _page(visit, told)
    return see_other("/actions?settled=yes")


def own(visit: Visit) -> str:
    """The consultant whose visits are asked for: whoever looks, but nobody in particular for others."""
    return visit.caller.subject if may(visit.caller, SETTLE) else ""


def family_of(name: str) -> str:
    """The family of something that is kept below it."""
    return "/".join(name.split("/")[:2])


async def names(visit: Visit, of: Iterable[str]) -> dict[str, str]:
    """What families are called."""
    asked = sorted(set(of))
    if not asked:
        return {}
    request = families.ListFosterFamiliesRequest(names=asked, page_size=len(asked))
    found = await visit.services.families.ListFosterFamilies(request)
    return {each.name: each.display_name for each in found.families}


async def _page(visit: Visit, told: Refusal | None = None) -> Response:
    shown = visit.request.query_params.get("state", "open")
    request = pb.ListActionsRequest(
        parent="families/-",
        state=STATES.get(shown, pb.ACTION_STATE_OPEN),
        consultant=own(visit),
        page_size=PAGE_SIZE,
        page_token=visit.request.query_params.get("after", ""),
    )
    listed = await visit.services.support.ListActions(request)
    overdue = [each for each in listed.actions if each.days_overdue]
    later = [each for each in listed.actions if not each.days_overdue]
    return visit.page(
        "actions.html",
        told.status if told else 200,
        open_paths=open_paths(visit.caller),
        listed=listed,
        groups=[(title, found) for title, found in ((_("Overdue"), overdue), ("", later)) if found],
        shown=shown if shown in STATES else "open",
        names=await names(visit, (family_of(each.name) for each in listed.actions)),
        family_of=family_of,
        may_settle=may(visit.caller, SETTLE),
        settled=visit.request.query_params.get("settled") == "yes",
        refusal=told,
        wrong=visit.text("name"),
        words=visit.text("words"),
        new_key=new_key,
    )


PAGES = (
    Page("/actions", show, f"{SERVICE}.ListActions"),
    Page("/actions", settle, SETTLE, "POST"),
)
