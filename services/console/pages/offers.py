"""Spurgte hjem: who was asked for whom, what they answered and until when they may; taking a question back."""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from havn.capacity.v1.capacity_pb2 import ListUnitsRequest
from havn.families.v1.families_pb2 import ListFosterFamiliesRequest
from havn.placements.v1 import placements_pb2 as pb
from services.console.languages import gettext as _
from services.console.pages.suggestions import address, last
from services.console.visits import Page, Visit, new_key, see_other

SERVICE = "havn.placements.v1.PlacementsService"
FAMILIES = "havn.families.v1.FamiliesService.ListFosterFamilies"

SHOWN = 25

STATES = {
    "asked": pb.OFFER_STATE_ASKED,
    "yes": pb.OFFER_STATE_ACCEPTED,
    "no": pb.OFFER_STATE_DECLINED,
    "withdrawn": pb.OFFER_STATE_WITHDRAWN,
    "expired": pb.OFFER_STATE_EXPIRED,
}
"""By the names that addresses give them."""


async def show(visit: Visit) -> Response:
    """The offers, the newest first."""
    return await _page(visit)


async def withdraw(visit: Visit) -> Response:
    """Takes an offer back."""
    offer = f"offers/{visit.request.path_params['offer']}"
    if not visit.text("reason"):
        return await _page(visit, offer, _("Say why, in a few words: it stands with the offer."))
    request = pb.WithdrawOfferRequest(
        name=offer, etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    await visit.services.placements.WithdrawOffer(request)
    return see_other(f"/offers?taken-back={last(offer)}#offer-{last(offer)}")


async def _page(visit: Visit, wrong: str = "", problem: str = "") -> Response:
    query = visit.request.query_params
    chosen = query.get("state", "")
    child = query.get("request", "")
    request = pb.ListOffersRequest(
        page_size=SHOWN,
        page_token=query.get("from", ""),
        state=STATES.get(chosen, pb.OFFER_STATE_UNSPECIFIED),
        request=f"requests/{child}" if child else "",
    )
    listed = await visit.services.placements.ListOffers(request)
    just = {query.get("asked", ""): "asked", query.get("taken-back", ""): "taken back"}
    receipt = next(((offer, just[last(offer.name)]) for offer in listed.offers if last(offer.name) in just), None)
    return visit.page(
        "offers.html",
        422 if problem else 200,
        offers=listed.offers,
        next_page=listed.next_page_token,
        homes=await _homes(visit, {offer.home for offer in listed.offers}),
        may_withdraw=Page("", withdraw, f"{SERVICE}.WithdrawOffer").open_to(visit.caller),
        receipt=receipt,
        chosen=chosen if chosen in STATES else "",
        child=child,
        shown_at=_address(query, ("request", "state", "from")),
        older=_address({**query, "from": listed.next_page_token}, ("request", "state", "from")),
        choices=[
            (state, text, _address({**query, "state": state}, ("request", "state"))) for state, text in _choices()
        ],
        answers=_answers(),
        suggestions=address,
        wrong=wrong,
        problem=problem,
        given=visit.form,
        key=new_key,
        last=last,
        states=STATES,
    )


async def _homes(visit: Visit, homes: set[str]) -> dict[str, str]:
    """What people call these homes; families only for whoever may see them."""
    families = sorted(home for home in homes if home.startswith("families/"))
    if not Page("", show, FAMILIES).open_to(visit.caller):
        families = []
    units = sorted(home for home in homes if home.startswith("institutions/"))
    named = await asyncio.gather(_families(visit, families), _units(visit, units))
    return {home: last(home) for home in homes} | named[0] | named[1]


async def _families(visit: Visit, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    request = ListFosterFamiliesRequest(names=names)
    found = (await visit.services.families.ListFosterFamilies(request)).families
    return {family.name: family.display_name for family in found}


async def _units(visit: Visit, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    found = (await visit.services.capacity.ListUnits(ListUnitsRequest(names=names))).units
    return {unit.name: unit.display_name for unit in found}


def _address(query: Mapping[str, str], parts: Iterable[str]) -> str:
    """The address of the list, with so much of what is asked for; also where a refused form shows it."""
    asked = urlencode({name: query[name] for name in parts if query.get(name)})
    return f"/offers?{asked}" if asked else "/offers"


def _choices() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("asked", _("Wait for an answer")),
        ("yes", _("Said yes")),
        ("no", _("Said no")),
        ("withdrawn", _("Taken back")),
        ("expired", _("Not answered in time")),
    ]


def _answers() -> dict[int, str]:
    """The last step of an offer, by where it stands."""
    return {
        pb.OFFER_STATE_ASKED: _("Waits for an answer"),
        pb.OFFER_STATE_ACCEPTED: _("Yes"),
        pb.OFFER_STATE_DECLINED: _("No"),
        pb.OFFER_STATE_WITHDRAWN: _("Taken back"),
        pb.OFFER_STATE_EXPIRED: _("Not answered in time"),
    }


PAGES = (
    Page("/offers", show, f"{SERVICE}.ListOffers"),
    Page("/offers/{offer}/withdraw", withdraw, f"{SERVICE}.WithdrawOffer", "POST"),
)
