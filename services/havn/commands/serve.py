"""havn serve."""

import importlib
from enum import StrEnum
from typing import Annotated

import typer

from services.havn.commands.failures import Failed, SettingInvalid
from services.havn.commands.options import Json
from services.havn.commands.surroundings import settings, today

app = typer.Typer(add_completion=False)


class Service(StrEnum):
    """A service by name."""

    PLACEMENTS = "placements"
    FAMILIES = "families"
    CAPACITY = "capacity"
    MATCHING = "matching"


ASK_PLACEMENTS = (Service.CAPACITY, Service.MATCHING)


@app.command()
def serve(service: Annotated[Service, typer.Argument(help="Which one.")], json: Json = False) -> None:
    """Runs one service alone, until SIGTERM; docs/operations.md lists the settings."""
    # `json` is for what goes wrong; what goes on is logged as JSON anyway.
    found = settings()
    today(found)
    if not found.nats_url:
        raise SettingInvalid("HAVN_NATS_URL: must be given, such as nats://127.0.0.1:4222.")
    if service in ASK_PLACEMENTS and not found.placements_address:
        raise SettingInvalid(f"HAVN_PLACEMENTS_ADDRESS: must be given, as host:port: {service} asks placements.")
    from nats.errors import Error as NatsError

    from services.shared.alone import serve as served

    try:
        served(importlib.import_module(f"services.{service}.api").DEFINITION)
    except (NatsError, RuntimeError) as error:
        raise Failed(f"{service} does not start: {error}.", "UNAVAILABLE", "NOT_STARTED") from error
