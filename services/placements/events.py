"""What placements announces: references, never the case."""

from havn.placements.v1 import events_pb2 as pb
from havn.placements.v1.placements_pb2 import (
    REQUEST_STATE_OPEN,
    REQUEST_STATE_PLACED,
    REQUEST_STATE_WITHDRAWN,
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


def _request_changed(request: PlacementRequest, kind: pb.ChangeKind.ValueType) -> Announcement:
    event = pb.PlacementRequestChanged(name=request.name, version=int(request.etag), kind=kind)
    return f"havn.placements.v1.request.{_word(kind)}.{last_part(request.name)}", event


def _placement_changed(placement: Placement, kind: pb.ChangeKind.ValueType) -> Announcement:
    event = pb.PlacementChanged(name=placement.name, version=int(placement.etag), kind=kind)
    return f"havn.placements.v1.placement.{_word(kind)}.{last_part(placement.name)}", event


def _word(kind: pb.ChangeKind.ValueType) -> str:
    return pb.ChangeKind.Name(kind).removeprefix("CHANGE_KIND_").lower()
