"""What of a placement request the waiting list needs: the least, never the case."""

from datetime import date

from havn.capacity.v1 import capacity_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.shared.names import last_part
from services.shared.wire import date_message


def waiting_list_entry(request: placements.PlacementRequest, filed: date) -> pb.WaitingListEntry:
    """The entry of an open request, with the day it was filed; of one that left the list only name and version."""
    entry = pb.WaitingListEntry(
        name=f"waitingListEntries/{last_part(request.name)}",
        request=request.name,
        authority=request.authority,
        etag=request.etag,
    )
    if request.state == placements.REQUEST_STATE_OPEN:
        _describe(entry, request)
        if not request.HasField("waiting_since_date"):
            entry.waiting_since_date.CopyFrom(date_message(filed))
    return entry


def _describe(entry: pb.WaitingListEntry, request: placements.PlacementRequest) -> None:
    entry.child = request.child.reference
    entry.birth_date.CopyFrom(request.child.birth_date)
    entry.town = request.child.town
    entry.need_step = request.need_step.step
    entry.parent_with_child = request.kind == placements.REQUEST_KIND_PARENT_WITH_CHILD
    entry.in_danger = request.HasField("danger")
    entry.sibling_count = sum(bond.rule != placements.SIBLING_RULE_APART for bond in request.siblings)
    entry.place_by_date.CopyFrom(request.place_by_date)
    if request.HasField("waiting_since_date"):
        entry.waiting_since_date.CopyFrom(request.waiting_since_date)
