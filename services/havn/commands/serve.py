"""havn serve."""

import importlib
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from services.havn.commands.failures import Failed, SettingInvalid
from services.havn.commands.options import Json
from services.havn.commands.surroundings import settings, today
from services.shared import garbage
from services.shared.settings import SERVICES, Settings

app = typer.Typer(add_completion=False)


class Service(StrEnum):
    """A service by name."""

    PLACEMENTS = "placements"
    FAMILIES = "families"
    CAPACITY = "capacity"
    MATCHING = "matching"


class Served(StrEnum):
    """What runs alone: a service by name, or the console, which has no database and no copies."""

    PLACEMENTS = "placements"
    FAMILIES = "families"
    CAPACITY = "capacity"
    MATCHING = "matching"
    CONSOLE = "console"


ASKS: dict[Served, tuple[str, ...]] = {
    Served.PLACEMENTS: ("families", "capacity"),
    Served.FAMILIES: ("placements",),
    Served.CAPACITY: ("placements",),
    Served.MATCHING: ("placements",),
    Served.CONSOLE: SERVICES,
}
"""Whose addresses each must know."""


@app.command()
def serve(service: Annotated[Served, typer.Argument(help="Which one.")], json: Json = False) -> None:
    """Runs one service, or the console, alone, until SIGTERM; docs/operations.md lists the settings."""
    # `json` is for what goes wrong; what goes on is logged as JSON anyway.
    found = settings()
    today(found)
    if service is not Served.CONSOLE and not found.nats_url:
        raise SettingInvalid("HAVN_NATS_URL: must be given, such as nats://127.0.0.1:4222.")
    _require_addresses(found, service)
    with garbage.not_looked_for():
        from nats.errors import Error as NatsError

        serving = _served(service)
    try:
        serving()
    except (NatsError, RuntimeError, OSError) as error:
        raise Failed(f"{service} does not start: {error}.", "UNAVAILABLE", "NOT_STARTED") from error


def _require_addresses(found: Settings, service: Served) -> None:
    missing = [asked for asked in ASKS.get(service, ()) if asked not in found.addresses()]
    if missing:
        told = " and ".join(f"HAVN_{asked.upper()}_ADDRESS" for asked in missing)
        raise SettingInvalid(f"{told}: must be given, as host:port: {service} asks {' and '.join(missing)}.")


def _served(service: Served) -> Callable[[], None]:
    """What serves it, imported by whoever runs it alone."""
    if service is Served.CONSOLE:
        from services.console import alone as console

        return console.serve
    from services.shared import alone

    definition = importlib.import_module(f"services.{service}.api").DEFINITION
    return lambda: alone.serve(definition)
