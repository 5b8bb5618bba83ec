"""How far apart towns are. No roads join towns: travel is by legs, by air or sea."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trip:
    """One way between two towns. None is unknown, never a guess; `cost` is in øre for one traveller."""

    km: int | None = None
    legs: int | None = None
    hours: float | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """Own defaults of data/travel.csv."""

    hours_per_leg: float
    km_per_hour: float
    kr_per_leg: float
    kr_per_km: float


HERE = Trip(km=0, legs=0, hours=0.0, cost=0)
UNKNOWN = Trip()


@dataclass(frozen=True)
class Travel:
    """Trips between towns that are known."""

    trips: Mapping[tuple[str, str], Trip]

    def trip(self, start: str, end: str) -> Trip:
        """The trip between two towns; UNKNOWN where the towns are."""
        if start == end and start:
            return HERE
        return self.trips.get((start, end), UNKNOWN)


def travel(towns: Iterable[Row], rows: Iterable[Row]) -> Travel:
    """Trips from the rows of data/towns.csv and data/travel.csv.

    A link counts both ways. A town without coordinates gets no distance, and so neither hours nor cost; the legs
    are known wherever links join two towns.
    """
    towns, rows = tuple(towns), tuple(rows)
    where = {row["town"]: (float(row["lat"]), float(row["lon"])) for row in towns if row["lat"]}
    legs = {town: _legs_from(town, _links(towns, rows)) for town in (row["town"] for row in towns)}
    defaults = _defaults(rows)
    ends = [(start, end) for start in legs for end in legs if start != end]
    return Travel({(a, b): _trip(_km(where.get(a), where.get(b)), legs[a].get(b), defaults) for a, b in ends})


def _defaults(rows: Iterable[Row]) -> Defaults:
    values = {row["unit"]: float(row["value"]) for row in rows if row["kind"] == "default"}
    return Defaults(values["hours per leg"], values["km per hour"], values["kr per leg"], values["kr per km"])


def _links(towns: Iterable[Row], rows: Iterable[Row]) -> Mapping[str, set[str]]:
    """Direct links both ways: those of towns.csv that name a town and nothing else, and those of travel.csv."""
    names = {row["town"] for row in towns}
    told = [(row["town"], other.strip()) for row in towns for other in row["direct_air_links"].split(";")]
    pairs = [pair for pair in told if pair[1] in names]
    pairs += [(row["from"], row["to"]) for row in rows if row["kind"] == "link"]
    links: dict[str, set[str]] = {}
    for start, end in pairs:
        links.setdefault(start, set()).add(end)
        links.setdefault(end, set()).add(start)
    return links


def _legs_from(start: str, links: Mapping[str, set[str]]) -> Mapping[str, int]:
    """Fewest legs to every place that links reach (breadth first)."""
    legs = {start: 0}
    ring = {start}
    while ring:
        ring = {other for place in ring for other in links.get(place, ())} - legs.keys()
        legs |= dict.fromkeys(ring, max(legs.values()) + 1)
    return legs


def _trip(km: int | None, legs: int | None, by: Defaults) -> Trip:
    if km is None or legs is None:
        return Trip(km=km, legs=legs)
    hours = legs * by.hours_per_leg + km / by.km_per_hour
    return Trip(km, legs, hours, round(100 * (legs * by.kr_per_leg + km * by.kr_per_km)))


def _km(start: tuple[float, float] | None, end: tuple[float, float] | None) -> int | None:
    """Great-circle distance (haversine, mean radius 6,371 km)."""
    if start is None or end is None:
        return None
    (lat, lon), (other_lat, other_lon) = (tuple(map(radians, place)) for place in (start, end))
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(half)))
