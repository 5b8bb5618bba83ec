"""Pages of templates: every value is escaped, every text is in the language of whoever looks."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from services.console import languages, navigation

if TYPE_CHECKING:
    from services.console.visits import Visit

HERE = Path(__file__).parent
ASSETS = HERE / "assets" / "dist"

PIECES = 10_000
"""Pieces of pages kept at hand: the rows of a long list in two languages."""


class AssetsMissing(RuntimeError):
    """The console's assets were not built."""


@dataclass(frozen=True)
class Rendering:
    """Makes pages."""

    environment: Environment

    def page(self, visit: Visit, template: str, status: int, values: dict[str, Any]) -> Response:
        """A page for a visit: a template with its values, and what every page shows."""
        common = {
            "session": visit.session,
            "entries": navigation.entries(visit.caller, visit.request.url.path),
            "here": visit.here,
            "offline_days": visit.console.offline_days,
            "now": visit.console.clock.now(),
        }
        return self.plain(template, status, common | values)

    def plain(self, template: str, status: int, values: dict[str, Any]) -> Response:
        """A page for whoever is not logged in."""
        text = self.environment.get_template(template).render(
            language=languages.spoken(), languages=languages.NAMES, **values
        )
        return HTMLResponse(text, status)


def rendering(zone: str) -> Rendering:
    """What makes pages, with moments as the clocks of a time zone show them. Raises AssetsMissing."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    # As the extension's own "newstyle", but each text is marked once: half of a page's time went into that.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals |= {"_": _said, "gettext": _said, "ngettext": _counted}
    environment.filters |= {
        "said": languages.said,
        "day": languages.day,
        "moment": partial(languages.moment, zone=zone),
        "number": languages.number,
        "kroner": languages.kroner,
    }
    environment.globals |= {"asset": _assets(), "piece": partial(_piece, environment)}
    return Rendering(environment)


def asset_file(name: str) -> Path:
    """The file of an asset by its name, such as "greenland.json". Raises AssetsMissing."""
    return ASSETS / _manifest()[name]


def _said(text: str, /, **values: Any) -> Markup:  # noqa: ANN401
    """A text of ours in the language of the request; the values put into it are escaped."""
    said = _marked(languages.spoken(), text)
    return said % values if values else said


def _counted(one: str, many: str, number: int, /, **values: Any) -> Markup:  # noqa: ANN401
    if values:
        return Markup(languages.ngettext(one, many, number)) % ({"num": number} | values)
    return _numbered(languages.spoken(), one, many, number)


@lru_cache(PIECES)
def _numbered(language: languages.Language, one: str, many: str, number: int) -> Markup:
    return Markup(languages.translations(language).ngettext(one, many, number)) % {"num": number}


@dataclass(frozen=True)
class _Told:
    """A message that a piece shows: two are one where they say the same."""

    message: Message = field(compare=False)
    content: bytes


def _piece(environment: Environment, template: str, /, **values: Hashable | Message) -> Markup:
    """A piece of a page that shows these values and nothing else: made once for all who are shown the same."""
    return _made(environment, languages.spoken(), template, tuple((name, _key(each)) for name, each in values.items()))


def _key(value: Hashable | Message) -> Hashable:
    return _Told(value, value.SerializeToString(deterministic=True)) if isinstance(value, Message) else value


@lru_cache(PIECES)
def _made(
    environment: Environment, _language: languages.Language, template: str, values: tuple[tuple[str, Hashable], ...]
) -> Markup:
    shown = {name: each.message if isinstance(each, _Told) else each for name, each in values}
    # The template escaped what was put into it.
    return Markup(environment.get_template(template).render(shown))


@cache
def _marked(language: languages.Language, text: str) -> Markup:
    # What translators wrote is ours: it needs no escaping.
    return Markup(languages.translations(language).gettext(text))


def _assets() -> Any:  # noqa: ANN401
    """Gives the address of an asset by its name, such as "console.css"."""
    manifest = _manifest()
    return lambda name: f"/assets/{manifest[name]}"


def _manifest() -> dict[str, str]:
    try:
        manifest: dict[str, str] = json.loads((ASSETS / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetsMissing("The console's assets are missing: run `make setup`.") from None
    return manifest
