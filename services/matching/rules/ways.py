"""The ways to and from a place in figures: what the criteria town and contact, and the cost, go by."""

from __future__ import annotations

from havn.matching.v1 import matching_pb2 as pb
from services.matching.rules.children import Child
from services.matching.rules.cost import visit_fare
from services.matching.rules.facts import World
from services.matching.rules.homes import Home
from services.matching.rules.messages import money
from services.matching.rules.travel import Trip


def ways(child: Child, home: Home, world: World) -> pb.Travel:
    """The way of the child to the home, and from there to its parents where contact is planned."""
    found = pb.Travel(to_home=_trip(world.travel.trip(child.town, home.town)))
    if child.contact and child.contact.visits_per_month:
        to_parents = _trip(world.travel.trip(home.town, child.contact.town))
        fare = money(visit_fare(child.contact, home, world))
        visits = child.contact.visits_per_month
        found.MergeFrom(pb.Travel(to_parents=to_parents, visits_per_month=visits, cost_per_visit=fare))
    return found


def _trip(trip: Trip) -> pb.Trip | None:
    """The message of a trip; None of one that no links lead along."""
    if trip.legs is None:
        return None
    return pb.Trip(leg_count=trip.legs, hours=round(trip.hours or 0, 1), hours_unknown=trip.hours is None)
