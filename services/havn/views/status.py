"""The health of the services."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import RenderableType

from services.havn.views.phrases import Lang
from services.havn.views.words import table

WORDS = {
    "SERVING": "serves",
    "NOT_SERVING": "is ending",
    "UNAVAILABLE": "does not answer",
    "DEADLINE_EXCEEDED": "does not answer in time",
}


def status(data: str, services: Iterable[Mapping[str, str]]) -> Iterator[RenderableType]:
    """Each service, where it is and whether it serves."""
    yield f"Data folder: {data}"
    rows = table("Service", "Address", "", lang=Lang.EN)
    for service in services:
        rows.add_row(service["name"], service["address"], WORDS.get(service["status"], service["status"]))
    yield rows
