"""What families needs of placements, the least and never the case, and what it tells of it."""

from havn.families.v1.families_pb2 import FosterFamily
from havn.families.v1.support_pb2 import Resident
from havn.placements.v1.placements_pb2 import Placement
from services.families.rules.arrivals import Stay
from services.shared.wire import date_message, day

_FAMILIES = "families/"


def copied_placement(placement: Placement) -> Placement:
    """What is copied of a placement: who lives in a family from when to when, and how old the child is, which fees ask.

    Of one elsewhere nothing is copied but that it is not here.
    """
    copied = Placement(name=placement.name, etag=placement.etag, authority=placement.authority)
    if placement.home.startswith(_FAMILIES):
        copied.child, copied.home = placement.child, placement.home
        copied.start_date.CopyFrom(placement.start_date)
        copied.birth_date.CopyFrom(placement.birth_date)
        if placement.HasField("end_date"):
            copied.end_date.CopyFrom(placement.end_date)
    return copied


def stay(placement: Placement) -> Stay:
    """The facts of a placement."""
    ends = day(placement.end_date) if placement.HasField("end_date") else None
    born = day(placement.birth_date) if placement.HasField("birth_date") else None
    return Stay(placement.child, day(placement.start_date), ends, born)


def resident(family: FosterFamily, stay: Stay) -> Resident:
    """A child who lives in a family."""
    arrival = date_message(stay.starts)
    return Resident(family=family.name, authority=family.authority, child=stay.child, arrival_date=arrival)
