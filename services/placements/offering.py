"""What happens to offers, each in one transaction: an offer and its inquiry are two faces of one fact.

Who asks sees the offer, the home sees the inquiry, and neither the other. What must hold over all authorities is looked
at, and written, past the caller's own scope.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlmodel import col

from havn.placements.v1 import placements_pb2 as pb
from services.placements import events, offer_rules
from services.placements.homes import Home
from services.placements.rules import require_open
from services.placements.store import (
    INQUIRIES,
    OFFERS,
    PLACEMENTS,
    REQUESTS,
    OfferRow,
    PlacementRow,
    RequestRow,
    is_late,
)
from services.shared import access, names
from services.shared.errors import EtagStale
from services.shared.events import Announcement
from services.shared.records import Change
from services.shared.scope import everywhere
from services.shared.wire import day, timestamp

SERVICE = access.service("placements")
REQUEST_CLOSED = "the request is closed"
"""Why an offer is withdrawn whose request was."""


def ask(change: Change, asking: pb.OfferPlaceRequest, home: Home | None, today: date) -> pb.Offer:
    """Asks a home, whose places are held from now on. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    offer, inquiry = proposed(change, asking, home, today)
    with _everywhere(change) as whole:
        whole.add(OFFERS, offer)
        whole.add(INQUIRIES, inquiry)
        whole.announce(*events.offer_asked(offer))
    return offer


def proposed(
    change: Change, asking: pb.OfferPlaceRequest, home: Home | None, today: date
) -> tuple[pb.Offer, pb.Inquiry]:
    """What a home would be asked, which writes nothing. Raises as `ask` does."""
    asked = _asked(change, asking)
    found = offer_rules.require_home(home, asking, asked[0].authority)
    offer_rules.require_assigned(found, asked)
    offer_rules.require_ready(found, asked, today)
    offer_rules.require_siblings(asked, _other_requests(change, asked))
    offer = _offer(change, asking, asked, found)
    with _everywhere(change) as whole:
        open_offers = [each for each in _open_offers(whole) if each.held_place_count]
        offer_rules.require_unasked(asked, found.name, open_offers)
        held = sum(each.held_place_count for each in open_offers if each.home == found.name)
        residents = len(_residents(whole, found.name, offer_rules.coming_day(asked, today)))
        offer_rules.require_room(offer.place_count, held, residents, found)
    return offer, offer_rules.inquiry(offer, asked, found, today)


def answer(change: Change, answering: pb.AnswerOfferRequest) -> pb.Inquiry:
    """Keeps a home's answer. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    offer_rules.check_answering(answering)
    inquiry, by = change.get(INQUIRIES, answering.name), change.caller.subject
    inquiry.etag = answering.etag
    offer_rules.answer(inquiry, answering, by, change.now)
    with _everywhere(change) as whole:
        offer = whole.get(OFFERS, offer_rules.offer_name(inquiry))
        offer_rules.answer(offer, answering, by, change.now)
        if inquiry.state == pb.OFFER_STATE_ACCEPTED:
            asked = [whole.get(REQUESTS, name) for name in offer_rules.requests_of(offer)]
            offer_rules.reveal(inquiry, asked)
        _save(whole, offer, inquiry, events.offer_answered)
    return inquiry


def withdraw(change: Change, withdrawing: pb.WithdrawOfferRequest) -> pb.Offer:
    """Takes an offer back. Raises NotFound, EtagStale and StateNotAllowed."""
    offer = change.get(OFFERS, withdrawing.name)
    offer.etag = withdrawing.etag
    with _everywhere(change) as whole:
        _withdraw(whole, offer, withdrawing.reason)
    return offer


def settle(change: Change, placed: Iterable[pb.Placement], closed: Iterable[pb.PlacementRequest], today: date) -> None:
    """Lets go of places whose child lives there now (O8), and withdraws what was asked for closed requests (O7)."""
    homes = {placement.home for placement in placed}
    over = {request.name for request in closed}
    if not homes and not over:
        return
    with _everywhere(change) as whole:
        for offer in _open_offers(whole):
            if offer.home in homes:
                _let_go_of_arrived(whole, offer, today)
            if offer.held_place_count and not over.isdisjoint(offer_rules.requests_of(offer)):
                _withdraw(whole, offer, REQUEST_CLOSED)


def expire(change: Change) -> None:
    """Marks and announces what nobody answered in time (O4)."""
    for offer in change.all(OFFERS, is_late(change.now)):
        inquiry = change.get(INQUIRIES, offer_rules.inquiry_name(offer))
        offer_rules.as_of(offer, change.now)
        offer_rules.as_of(inquiry, change.now)
        _save(change, offer, inquiry, events.offer_expired)


@contextmanager
def _everywhere(change: Change) -> Iterator[Change]:
    """The same transaction, over all authorities, for as long as the block lasts."""
    with everywhere(change.connection, change.caller):
        yield Change(change.session, SERVICE, change.now, change.touched)


def _asked(change: Change, asking: pb.OfferPlaceRequest) -> list[pb.PlacementRequest]:
    """The requests, as the caller may see them and as it last did."""
    asked = [change.get(REQUESTS, name) for name in (asking.request, *asking.sibling_requests)]
    if asking.etag not in ("", asked[0].etag):
        raise EtagStale(asked[0].name)
    for request in asked:
        require_open(request)
    return asked


def _other_requests(change: Change, asked: Sequence[pb.PlacementRequest]) -> list[pb.PlacementRequest]:
    """Open requests of the same authority that are not asked for: who is a sibling may stand in either's request."""
    is_open = col(RequestRow.state) == pb.REQUEST_STATE_OPEN
    ours = col(RequestRow.authority) == asked[0].authority
    named = {request.name for request in asked}
    return [request for request in change.all(REQUESTS, is_open, ours) if request.name not in named]


def _offer(change: Change, asking: pb.OfferPlaceRequest, asked: Sequence[pb.PlacementRequest], home: Home) -> pb.Offer:
    places = offer_rules.places_needed(asked, home)
    return pb.Offer(
        name=f"offers/{names.new_id()}",
        authority=asked[0].authority,
        request=asked[0].name,
        sibling_requests=[request.name for request in asked[1:]],
        home=home.name,
        place_count=places,
        held_place_count=places,
        reason=asking.reason,
        suggestions=asking.suggestions,
        asked_by=change.caller.subject,
        create_time=timestamp(change.now),
        answer_by_time=timestamp(offer_rules.answer_by(asked, change.now)),
        state=pb.OFFER_STATE_ASKED,
    )


def _open_offers(whole: Change) -> list[pb.Offer]:
    """Offers of all authorities that await their answer in time, or were accepted."""
    is_open = col(OfferRow.state).in_(offer_rules.OPEN_STATES)
    found = (offer_rules.as_of(offer, whole.now) for offer in whole.all(OFFERS, is_open))
    return [offer for offer in found if offer.state in offer_rules.OPEN_STATES]


def _residents(whole: Change, home: str, coming: date) -> list[pb.Placement]:
    """Children of all authorities who still live in a home on a day."""
    living = whole.all(PLACEMENTS, col(PlacementRow.home) == home)
    return [placement for placement in living if not _has_ended(placement, coming)]


def _has_ended(placement: pb.Placement, on: date) -> bool:
    return placement.HasField("end_date") and day(placement.end_date) <= on


def _withdraw(whole: Change, offer: pb.Offer, reason: str) -> None:
    inquiry = whole.get(INQUIRIES, offer_rules.inquiry_name(offer))
    offer_rules.withdraw(offer, whole.now)
    offer_rules.withdraw(inquiry, whole.now)
    offer.withdrawal_reason = reason
    _save(whole, offer, inquiry, events.offer_withdrawn)


def _let_go_of_arrived(whole: Change, offer: pb.Offer, today: date) -> None:
    waited_for = {whole.get(REQUESTS, name).child.reference for name in offer_rules.requests_of(offer)}
    arrived = waited_for & {placement.child for placement in _residents(whole, offer.home, today)}
    held = offer_rules.still_held(offer, len(waited_for) - len(arrived)) if arrived else offer.held_place_count
    if held < offer.held_place_count:
        offer.held_place_count = held
        whole.save(OFFERS, offer, offer.etag)
        whole.announce(*events.offer_placed(offer))


def _save(whole: Change, offer: pb.Offer, inquiry: pb.Inquiry, told: Callable[[pb.Offer], Announcement]) -> None:
    """Raises EtagStale for a face whose etag is not the one kept."""
    whole.save(OFFERS, offer, offer.etag)
    whole.save(INQUIRIES, inquiry, inquiry.etag)
    whole.announce(*told(offer))
