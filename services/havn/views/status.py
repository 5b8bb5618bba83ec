"""The health of the services."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import RenderableType

from services.havn.views.phrases import Lang
from services.havn.views.words import table

WORDS = {
    "SERVING": "is ready",
    "NOT_SERVING": "is ending",
    "UNAVAILABLE": "does not answer",
    "DEADLINE_EXCEEDED": "does not answer in time",
}

LACKING = {
    "database": "its database takes no writes",
    "schema": "its tables are of an older version",
    "nats": "NATS does not answer",
    "streams": "its streams or consumers are not as configured",
    "outbox": "its events wait too long to be sent",
}


def status(data: str, services: Iterable[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Each service, where it is and whether it is ready, else what it lacks; above them the data folder, if any."""
    if data:
        yield f"Data folder: {data}"
    rows = table("Service", "Address", "", lang=Lang.EN)
    for service in services:
        rows.add_row(service["name"], service["address"], _said(service["status"], service["lacking"]))
    yield rows


def _said(status: str, lacking: Iterable[str]) -> str:
    lacks = "; ".join(LACKING[need] for need in lacking)
    return f"is not ready: {lacks}" if lacks else WORDS.get(status, status)
