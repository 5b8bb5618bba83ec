"""How far apart towns are; what is unknown is never guessed."""

from services.matching.rules.travel import HERE, UNKNOWN, Trip, travel
from tests.matching.facts import world

TOWNS = [
    {"town": "West", "lat": "64.0", "lon": "-50.0", "direct_air_links": "Middle;somewhere else"},
    {"town": "Middle", "lat": "", "lon": "", "direct_air_links": ""},
    {"town": "East", "lat": "64.0", "lon": "-40.0", "direct_air_links": ""},
    {"town": "Alone", "lat": "64.0", "lon": "-45.0", "direct_air_links": ""},
]
ROWS = [
    {"kind": "link", "from": "East", "to": "Middle", "value": "", "unit": ""},
    {"kind": "default", "from": "", "to": "", "value": "3", "unit": "hours per leg"},
    {"kind": "default", "from": "", "to": "", "value": "400", "unit": "km per hour"},
    {"kind": "default", "from": "", "to": "", "value": "1000", "unit": "kr per leg"},
    {"kind": "default", "from": "", "to": "", "value": "2", "unit": "kr per km"},
]


def test_legs_hours_and_cost_of_a_trip_over_another_town() -> None:
    trip = travel(TOWNS, ROWS).trip("West", "East")
    assert (trip.km, trip.legs, trip.cost) == (487, 2, 297_400)
    assert trip.hours == 6 + 487 / 400


def test_links_count_both_ways() -> None:
    assert travel(TOWNS, ROWS).trip("East", "West") == travel(TOWNS, ROWS).trip("West", "East")


def test_without_a_link_only_the_distance_is_known() -> None:
    assert travel(TOWNS, ROWS).trip("West", "Alone") == Trip(km=244)


def test_without_coordinates_only_the_legs_are_known() -> None:
    assert travel(TOWNS, ROWS).trip("West", "Middle") == Trip(legs=1)


def test_a_town_that_nobody_knows_is_unknown() -> None:
    assert travel(TOWNS, ROWS).trip("West", "Atlantis") == UNKNOWN
    assert travel(TOWNS, ROWS).trip("", "") == UNKNOWN


def test_staying_is_no_trip() -> None:
    assert travel(TOWNS, ROWS).trip("West", "West") == HERE


def test_nuuk_to_tasiilaq_is_680_km_over_kulusuk() -> None:
    trip = world().travel.trip("Nuuk", "Tasiilaq")
    assert (trip.km, trip.legs) == (680, 2)
