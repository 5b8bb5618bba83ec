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


def of_waiting(visit: Visit) -> list[Section]:
    """The waiting list, how long groups have waited, the central list, and who left."""
    return _open(
        visit,
        ("/waiting-list", _("Waiting list"), f"{CAPACITY}.ListWaitingList"),
        ("/waiting-list/times", _("Waiting times"), f"{WAITING}.GetWaitingTimes"),
        ("/waiting-list/applications", _("Applied to the central list"), f"{WAITING}.ListCentralListApplications"),
        ("/waiting-list/central", _("The central list"), f"{WAITING}.ListCentralList"),
        ("/waiting-list/exits", _("Who left the list"), f"{WAITING}.ListWaitingListExits"),
    )


def _open(visit: Visit, *pages: tuple[str, str, str]) -> list[Section]:
    here = visit.request.url.path
    return [Section(path, title, path == here) for path, title, asks in pages if may(visit.caller, asks)]
