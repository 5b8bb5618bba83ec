"""Forespørgsler: a home reads what is sought, and says that it can or, with a reason, that it can't."""

import asyncio

from starlette.responses import Response

from havn.capacity.v1.capacity_pb2 import GetUnitRequest
from havn.families.v1.families_pb2 import GetFosterFamilyRequest
from havn.placements.v1 import placements_pb2 as pb
from services.console import terms
from services.console.languages import gettext as _
from services.console.visits import Page, Visit, new_key, see_other
from services.shared import names

MOST_SHOWN = 100
ALL_HOMES = "-"
"""Of those that the caller may see."""

SERVICE = "havn.placements.v1.PlacementsService"


async def show(visit: Visit) -> Response:
    """What waits for an answer, then what was answered."""
    return await _page(visit)


async def answer(visit: Visit) -> Response:
    """Answers one inquiry."""
    accepts = visit.text("answer") == "yes"
    if not accepts and not visit.text("reason"):
        return await _page(
            visit, visit.text("name"), _("Say why, in a few words: whoever asked can then look elsewhere.")
        )
    request = pb.AnswerOfferRequest(
        name=visit.text("name"),
        etag=visit.text("etag"),
        answer=pb.OFFER_ANSWER_ACCEPT if accepts else pb.OFFER_ANSWER_DECLINE,
        reason=visit.text("reason"),
        request_id=visit.text("key"),
    )
    answered = await visit.services.placements.AnswerOffer(request)
    return see_other(f"/inquiries?answered={'yes' if accepts else 'no'}#inquiry-{names.last_part(answered.name)}")


async def _page(visit: Visit, wrong: str = "", problem: str = "") -> Response:
    asked = pb.ListInquiriesRequest(parent=ALL_HOMES, page_size=MOST_SHOWN)
    listed = (await visit.services.placements.ListInquiries(asked)).inquiries
    homes = await _homes(visit, {_home(inquiry) for inquiry in listed})
    waiting = [inquiry for inquiry in listed if inquiry.state == pb.OFFER_STATE_ASKED]
    return visit.page(
        "inquiries.html",
        status=422 if problem else 200,
        waiting=sorted(waiting, key=lambda inquiry: inquiry.answer_by_time.ToNanoseconds()),
        answered=[inquiry for inquiry in listed if inquiry.state != pb.OFFER_STATE_ASKED],
        may_answer=Page("", answer, f"{SERVICE}.AnswerOffer").open_to(visit.caller),
        done=_done(visit),
        wrong=wrong,
        problem=problem,
        given=visit.form,
        key=new_key,
        last_part=names.last_part,
        home=lambda inquiry: homes[_home(inquiry)],
        states=_states(),
        nearness=_nearness(),
        terms=terms,
    )


def _home(inquiry: pb.Inquiry) -> str:
    return names.parent(inquiry.name)


async def _homes(visit: Visit, homes: set[str]) -> dict[str, str]:
    """What people call these homes."""
    return dict(await asyncio.gather(*(_named(visit, home) for home in homes)))


async def _named(visit: Visit, home: str) -> tuple[str, str]:
    if home.startswith("institutions/"):
        return home, (await visit.services.capacity.GetUnit(GetUnitRequest(name=home))).display_name
    return home, (await visit.services.families.GetFosterFamily(GetFosterFamilyRequest(name=home))).display_name


def _done(visit: Visit) -> tuple[str, str] | None:
    """What was just answered, as the address says, and what comes next."""
    return {
        "yes": (_("You said yes"), _("Whoever asked knows it now. They decide, and then tell you.")),
        "no": (_("You said no"), _("Whoever asked knows it now, and looks elsewhere.")),
    }.get(visit.request.query_params.get("answered", ""))


def _states() -> dict[int, str]:
    return {
        pb.OFFER_STATE_ASKED: _("waits for your answer"),
        pb.OFFER_STATE_ACCEPTED: _("you said yes"),
        pb.OFFER_STATE_DECLINED: _("you said no"),
        pb.OFFER_STATE_WITHDRAWN: _("taken back by whoever asked"),
        pb.OFFER_STATE_EXPIRED: _("not answered in time"),
    }


def _nearness() -> dict[int, str]:
    return {pb.NEARNESS_SAME_TOWN: _("from your town"), pb.NEARNESS_OTHER_TOWN: _("from another town")}


PAGES = (
    Page("/inquiries", show, f"{SERVICE}.ListInquiries"),
    Page("/inquiries", answer, f"{SERVICE}.AnswerOffer", "POST"),
)
