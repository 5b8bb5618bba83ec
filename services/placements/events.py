"""What placements announces: references, never the case."""

from havn.placements.v1 import events_pb2 as pb
from havn.placements.v1.placements_pb2 import Placement, PlacementRequest
from services.shared.events import Announcement
from services.shared.names import last_part

CREATED = pb.CHANGE_KIND_CREATED
UPDATED = pb.CHANGE_KIND_UPDATED
WITHDRAWN = pb.CHANGE_KIND_WITHDRAWN


def request_changed(request: PlacementRequest, kind: pb.ChangeKind.ValueType) -> Announcement:
    """A request was filed, changed or withdrawn."""
    event = pb.PlacementRequestChanged(name=request.name, version=int(request.etag), kind=kind)
    return f"havn.placements.v1.request.{_word(kind)}.{last_part(request.name)}", event


def placement_changed(placement: Placement, kind: pb.ChangeKind.ValueType) -> Announcement:
    """A placement was recorded."""
    event = pb.PlacementChanged(name=placement.name, version=int(placement.etag), kind=kind)
    return f"havn.placements.v1.placement.{_word(kind)}.{last_part(placement.name)}", event


def _word(kind: pb.ChangeKind.ValueType) -> str:
    return pb.ChangeKind.Name(kind).removeprefix("CHANGE_KIND_").lower()
