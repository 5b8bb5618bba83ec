"""The lines of links below a title, to the pages that lie beside one another: those that the person may open."""

from dataclasses import dataclass

from services.console.languages import gettext as _
from services.console.visits import Visit, may

CAPACITY = "havn.capacity.v1.CapacityService"
WAITING = "havn.capacity.v1.WaitingListsService"


@dataclass(frozen=True)
class Section:
    """A page beside others."""

    path: str
    title: str
    current: bool


def of_places(visit: Visit) -> list[Section]:
    """Free places, institutions, and unapproved places that are used."""
    return _open(
        visit,
        ("/places", _("Free places"), f"{CAPACITY}.ListVacancies"),
        ("/places/institutions", _("Institutions"), f"{CAPACITY}.ListInstitutions"),
        ("/places/breaches", _("Unapproved places"), f"{CAPACITY}.ListBreaches"),
    )


def _open(visit: Visit, *pages: tuple[str, str, str]) -> list[Section]:
    here = visit.request.url.path
    return [Section(path, title, path == here) for path, title, asks in pages if may(visit.caller, asks)]
