"""Maps of towns, drawn on the server: one picture for all who see the same towns, kept at hand.

A mark says what a town is by its shape and by words beside it, never by its colour alone.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import vl_convert

from services.console.rendering import asset_file
from services.shared.reference import DATA

WIDTH, HEIGHT = 540, 500

LINE = 19
"""Pixels from one line of words to the next."""

PIXELS_PER_DEGREE = {"greenland.json": HEIGHT / 23.9, "denmark.json": HEIGHT / 3.3}
"""North and south, once the country fills the picture."""

MAPS = 500
"""Pictures kept at hand."""

# No roads join Greenland's towns, and Mercator would make Qaanaaq larger than the rest: equal areas, seen from above.
PROJECTIONS: Mapping[str, dict[str, Any]] = {
    "greenland.json": {"type": "azimuthalEqualArea", "rotate": [42, -72, 0]},
    "denmark.json": {"type": "mercator"},
}

SHAPES = {"child": "square", "parents": "triangle-up", "both": "diamond", "place": "circle"}
COLOURS = {"child": "#0b3c5d", "parents": "#0b3c5d", "both": "#0b3c5d", "place": "#b15b00"}


@dataclass(frozen=True)
class Mark:
    """A town on a map: what it is (a key of SHAPES), and the lines of words beside it, below its name."""

    town: str
    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Where:
    """Degrees north and east."""

    latitude: float
    longitude: float


@cache
def towns() -> Mapping[str, Where]:
    """Where each town lies, of those whose place is known: data/towns.csv."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lat"]]
    return {row["town"]: Where(float(row["lat"]), float(row["lon"])) for row in rows}


def can_show(town: str) -> bool:
    """Whether the place of a town is known."""
    return town in towns()


def get_ready() -> None:
    """Draws a map without towns: the first one of a process takes as long as ten others."""
    drawn((), "")


@lru_cache(MAPS)
def drawn(marks: tuple[Mark, ...], label: str) -> str:
    """A map with these towns as SVG, named `label` for whoever does not see it; without towns of unknown place."""
    shown = [mark for mark in marks if can_show(mark.town)]
    svg = vl_convert.vegalite_to_svg(_specification(shown), allowed_base_urls=[])
    return _one_picture(svg, label)


def _specification(marks: Sequence[Mark]) -> dict[str, Any]:
    """The map in the words of Vega-Lite: the country, ways from the child's town, marks, and words beside them."""
    country = _country(marks)
    points = _points(marks, country)
    start = next((point for point in points if point["kind"] in ("child", "both")), None)
    ways = [{**start, "to_lon": p["lon"], "to_lat": p["lat"]} for p in points if start and p["kind"] == "place"]
    place = {"longitude": _field("lon"), "latitude": _field("lat")}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": None,
        "config": {"view": {"stroke": None}, "text": {"font": "sans-serif", "fontSize": 16}},
        "projection": PROJECTIONS[country],
        "layer": [
            {
                "data": {"values": _shape(country)},
                "mark": {"type": "geoshape", "fill": "#e8f1f6", "stroke": "#9cb9c9", "strokeWidth": 0.6},
            },
            {
                "data": {"values": ways},
                "mark": {"type": "rule", "stroke": "#5b7a8c", "strokeDash": [4, 3]},
                "encoding": place | {"longitude2": {"field": "to_lon"}, "latitude2": {"field": "to_lat"}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "size": 170, "opacity": 1, "stroke": "#ffffff"},
                "encoding": place | {"shape": _scaled("kind", SHAPES), "color": _scaled("kind", COLOURS)},
            },
            *(_beside(point) for point in points),
        ],
    }


def _points(marks: Sequence[Mark], country: str) -> list[dict[str, Any]]:
    """Each town with its place, and the degree north where its words begin: on one side none stands over another."""
    found = []
    free_below = {True: 90.0, False: 90.0}
    for mark in sorted(marks, key=lambda mark: -towns()[mark.town].latitude):
        where = towns()[mark.town]
        # Words stand outside the coast, where there is room.
        east = where.longitude > MIDDLE[country]
        words_at = min(where.latitude, free_below[east])
        free_below[east] = words_at - LINE * (1.4 + len(mark.words)) / PIXELS_PER_DEGREE[country]
        point = {"lon": where.longitude, "lat": where.latitude, "kind": mark.kind, "east": east}
        found.append(point | {"lines": [mark.town, *mark.words], "down": where.latitude - words_at, "country": country})
    return found


MIDDLE = {"greenland.json": -42.0, "denmark.json": 10.5}


def _beside(point: dict[str, Any]) -> dict[str, Any]:
    """The name of a town in bold, and below it what it is."""
    pixels = point["down"] * PIXELS_PER_DEGREE[point["country"]]
    place = {"longitude": {"datum": point["lon"]}, "latitude": {"datum": point["lat"]}}
    layers = []
    for number, line in enumerate(point["lines"]):
        mark: dict[str, Any] = {
            "type": "text",
            "text": line,
            "align": "left" if point["east"] else "right",
            "dx": 14 if point["east"] else -14,
            "dy": pixels + LINE * number,
            "fontWeight": "normal" if number else "bold",
            "fill": "#1a1a1a",
        }
        halo = mark | {"stroke": "#ffffff", "strokeWidth": 3, "strokeJoin": "round"}
        layers += [{"mark": halo, "encoding": place}, {"mark": mark, "encoding": place}]
    return {"data": {"values": [{}]}, "layer": layers}


def _field(name: str) -> dict[str, Any]:
    return {"field": name, "type": "quantitative"}


def _scaled(field: str, values: Mapping[str, str]) -> dict[str, Any]:
    scale = {"domain": list(values), "range": list(values.values())}
    return {"field": field, "type": "nominal", "legend": None, "scale": scale}


def _country(marks: Sequence[Mark]) -> str:
    """The asset of the country where the first town lies."""
    first = towns()[marks[0].town] if marks else None
    return "denmark.json" if first and first.longitude > 0 else "greenland.json"


@cache
def _shape(asset: str) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(asset_file(asset).read_text("utf-8"))
    return shape


def _one_picture(svg: str, label: str) -> str:
    """The SVG as one picture with a name, without the roles that Vega gives its parts, and with one decimal."""
    bare = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    short = re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.1f}", bare)
    return short.replace("<svg ", f'<svg role="img" aria-label="{_escaped(label)}" ', 1)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
