"""Which placements somebody has to look at again, and how that ends. Numbers: docs/rules.md."""

from collections.abc import Collection
from datetime import date

from havn.placements.v1 import placements_pb2 as pb
from services.shared.errors import StateNotAllowed
from services.shared.wire import day


def concerns(placement: pb.Placement, children: Collection[str], today: date) -> bool:
    """Whether what is told of these children, or of all where none is named, is about a placement of today (K11)."""
    begun = day(placement.start_date) <= today
    ended = placement.HasField("end_date") and day(placement.end_date) < today
    return begun and not ended and (not children or placement.child in children)


def close(view: pb.RiskView, words: str, by: str) -> None:
    """Lets it end, once, with who looked and what came of it (K11). Raises StateNotAllowed."""
    if view.state != pb.RISK_VIEW_STATE_OPEN:
        raise StateNotAllowed("somebody looked at the placement already (K11)", "K11")
    view.state, view.words, view.closed_by = pb.RISK_VIEW_STATE_CLOSED, words, by
