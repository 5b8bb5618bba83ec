"""Offers, as those who ask see them."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.placements.v1 import placements_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import home, moment, short, table

STATES = {
    pb.OFFER_STATE_UNSPECIFIED: "unknown",
    pb.OFFER_STATE_ASKED: "asked",
    pb.OFFER_STATE_ACCEPTED: "accepted",
    pb.OFFER_STATE_DECLINED: "declined",
    pb.OFFER_STATE_WITHDRAWN: "withdrawn",
    pb.OFFER_STATE_EXPIRED: "expired",
}


def offers(answer: pb.ListOffersResponse, lang: Lang) -> Iterator[RenderableType]:
    """All offers, the newest first."""
    held = sum(offer.held_place_count for offer in answer.offers)
    asked, places = count(len(answer.offers), "offer", lang), count(held, "held place", lang)
    yield phrase("{offers}, {places}.", lang, offers=asked, places=places)
    if not answer.offers:
        return
    yield ""
    rows = table("=Offer", "=Request", "=Home", "#Held", "=State", "Answer by", "Reason", lang=lang)
    for each in answer.offers:
        requests = ", ".join(map(short, [each.request, *each.sibling_requests]))
        stands = phrase(STATES[each.state], lang)
        told = each.withdrawal_reason or each.answer_reason or each.reason
        by, held_now = moment(each.answer_by_time), str(each.held_place_count)
        rows.add_row(short(each.name), requests, home(each.home), held_now, stands, by, told)
    yield rows


def asked(offer: pb.Offer, lang: Lang) -> Iterator[RenderableType]:
    """One offer, as just made."""
    told = "{home} is asked for {request}, and has until {moment} to answer."
    by = moment(offer.answer_by_time)
    yield phrase(told, lang, home=home(offer.home), request=short(offer.request), moment=by)
    held = count(offer.held_place_count, "held place", lang)
    yield phrase("{offer}: {places}.", lang, offer=offer.name, places=held)


def withdrawn(offer: pb.Offer, lang: Lang) -> Iterator[RenderableType]:
    """One offer, as just taken back."""
    yield phrase("{offer} is withdrawn: {home} is asked no more.", lang, offer=offer.name, home=home(offer.home))
