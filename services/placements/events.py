"""What placements announces: references, never the case."""

from havn.placements.v1 import events_pb2 as pb
from havn.placements.v1.placements_pb2 import (
    REQUEST_STATE_OPEN,
    REQUEST_STATE_PLACED,
    REQUEST_STATE_WITHDRAWN,
    Offer,
    Placement,
    PlacementRequest,
)
from services.shared.events import Announcement
from services.shared.names import last_part

_AS_IT_STANDS = {
    REQUEST_STATE_OPEN: pb.CHANGE_KIND_UPDATED,
    REQUEST_STATE_PLACED: pb.CHANGE_KIND_PLACED,
    REQUEST_STATE_WITHDRAWN: pb.CHANGE_KIND_WITHDRAWN,
}


def request_created(request: PlacementRequest) -> Announcement:
    """A request was filed."""
    return _request_changed(request, pb.CHANGE_KIND_CREATED)


def request_updated(request: PlacementRequest) -> Announcement:
    """A request was changed, or left the list."""
    return _request_changed(request, _AS_IT_STANDS[request.state])


def placement_created(placement: Placement) -> Announcement:
    """A placement was recorded."""
    return _placement_changed(placement, pb.CHANGE_KIND_CREATED)


def placement_updated(placement: Placement) -> Announcement:
    """A placement was changed."""
    return _placement_changed(placement, pb.CHANGE_KIND_UPDATED)


def offer_asked(offer: Offer) -> Announcement:
    """A home was asked."""
    return _offer_changed(offer, pb.CHANGE_KIND_ASKED)


def offer_answered(offer: Offer) -> Announcement:
    """The home said yes or no."""
    return _offer_changed(offer, pb.CHANGE_KIND_ANSWERED)


def offer_withdrawn(offer: Offer) -> Announcement:
    """Whoever asked took it back."""
    return _offer_changed(offer, pb.CHANGE_KIND_WITHDRAWN)


def offer_expired(offer: Offer) -> Announcement:
    """Nobody answered in time."""
    return _offer_changed(offer, pb.CHANGE_KIND_EXPIRED)


def offer_placed(offer: Offer) -> Announcement:
    """A child that it was for lives in the home now."""
    return _offer_changed(offer, pb.CHANGE_KIND_PLACED)


def _request_changed(request: PlacementRequest, kind: pb.ChangeKind.ValueType) -> Announcement:
    event = pb.PlacementRequestChanged(name=request.name, version=int(request.etag), kind=kind)
    return f"havn.placements.v1.request.{_word(kind)}.{last_part(request.name)}", event


def _placement_changed(placement: Placement, kind: pb.ChangeKind.ValueType) -> Announcement:
    event = pb.PlacementChanged(name=placement.name, version=int(placement.etag), kind=kind)
    return f"havn.placements.v1.placement.{_word(kind)}.{last_part(placement.name)}", event


def _offer_changed(offer: Offer, kind: pb.ChangeKind.ValueType) -> Announcement:
    held = offer.held_place_count
    event = pb.OfferChanged(
        name=offer.name,
        version=int(offer.etag),
        kind=kind,
        home=offer.home,
        place_count=held or offer.place_count,
        held=held > 0,
    )
    return f"havn.placements.v1.offer.{_word(kind)}.{last_part(offer.name)}", event


def _word(kind: pb.ChangeKind.ValueType) -> str:
    return pb.ChangeKind.Name(kind).removeprefix("CHANGE_KIND_").lower()
