"""What placements announces: references, never the case; and what it does when others tell of a worry."""

from collections.abc import Callable

from grpc.aio import Channel
from sqlmodel import col

from havn.capacity.v1.events_pb2 import WellbeingFell
from havn.capacity.v1.wellbeing_pb2 import GetWellbeingObservationRequest, WellbeingObservation
from havn.capacity.v1.wellbeing_pb2_grpc import WellbeingServiceStub
from havn.families.v1.events_pb2 import ConcernRaised
from havn.families.v1.support_pb2 import Concern, ListConcernsRequest
from havn.families.v1.support_pb2_grpc import SupportServiceStub
from havn.placements.v1 import events_pb2 as pb
from havn.placements.v1.placements_pb2 import (
    REQUEST_STATE_OPEN,
    REQUEST_STATE_PLACED,
    REQUEST_STATE_WITHDRAWN,
    Offer,
    Placement,
    PlacementRequest,
    RiskView,
)
from services.placements import risk_rules, wire
from services.placements.store import PLACEMENTS, RISK_VIEWS, PlacementRow
from services.shared.clock import Clock
from services.shared.consumers import Effect
from services.shared.errors import PeerAway
from services.shared.events import Announcement
from services.shared.names import last_part, parent
from services.shared.records import Change
from services.shared.wire import timestamp

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


def risk_view_opened(view: RiskView) -> Announcement:
    """Somebody has to look at a placement again."""
    return _risk_view_changed(view, pb.CHANGE_KIND_CREATED)


def risk_view_closed(view: RiskView) -> Announcement:
    """Somebody looked."""
    return _risk_view_changed(view, pb.CHANGE_KIND_UPDATED)


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


class Concerns:
    """Tells whoever is responsible for a child to look at its placement again."""

    def __init__(self, channel: Callable[[str], Channel], clock: Clock) -> None:
        self._channel = channel
        self._clock = clock

    async def raised(self, event: ConcernRaised) -> Effect:
        """Reads what the follow-up tells now, and opens a risk view for each placement in that home (K11)."""
        concerns = await self._read(event.name)

        def keep(change: Change) -> None:
            for concern in concerns:
                self._open(change, concern)

        return keep

    async def _read(self, follow_up: str) -> list[Concern]:
        """The concern; none where the follow-up was corrected meanwhile. Raises PeerAway."""
        async with self._open_channel("families") as channel:
            asked = ListConcernsRequest(follow_ups=[follow_up])
            return list((await SupportServiceStub(channel).ListConcerns(asked)).concerns)

    async def fell(self, event: WellbeingFell) -> Effect:
        """Reads what an institution observed, and opens a risk view for the placement where the child lives (B5)."""
        async with self._open_channel("capacity") as channel:
            asked = GetWellbeingObservationRequest(name=event.name)
            observation = await WellbeingServiceStub(channel).GetWellbeingObservation(asked)

        def keep(change: Change) -> None:
            self._open_for(change, observation)

        return keep

    def _open_channel(self, to: str) -> Channel:
        try:
            return self._channel(to)
        except KeyError as error:
            raise PeerAway from error

    def _open(self, change: Change, concern: Concern) -> None:
        home = col(PlacementRow.home) == parent(concern.follow_up)
        for placement in change.all(PLACEMENTS, home):
            if risk_rules.concerns(placement, concern.children, self._clock.today()):
                _keep_once(change, wire.risk_view(concern, placement))

    def _open_for(self, change: Change, observation: WellbeingObservation) -> None:
        for placement in change.all(PLACEMENTS, col(PlacementRow.child) == observation.child):
            if risk_rules.concerns(placement, {observation.child}, self._clock.today()):
                _keep_once(change, wire.risk_view_of_fall(observation, placement))


def _keep_once(change: Change, view: RiskView) -> None:
    # Told again, such as after a correction, it is the same one: whether somebody looked stays.
    if change.find(RISK_VIEWS, view.name) is None:
        view.create_time.CopyFrom(timestamp(change.now))
        change.add(RISK_VIEWS, view)
        change.announce(*risk_view_opened(view))


def _risk_view_changed(view: RiskView, kind: pb.ChangeKind.ValueType) -> Announcement:
    event = pb.RiskViewChanged(name=view.name, version=int(view.etag), kind=kind)
    path = f"{last_part(view.placement)}.{last_part(view.name)}"
    return f"havn.placements.v1.risk_view.{_word(kind)}.{path}", event


def _word(kind: pb.ChangeKind.ValueType) -> str:
    return pb.ChangeKind.Name(kind).removeprefix("CHANGE_KIND_").lower()
