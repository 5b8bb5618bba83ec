"""The menu: for each role the few pages that it opens every day."""

from dataclasses import dataclass

from havn.access.v1 import access_pb2
from services.console.languages import gettext as _
from services.shared.access import Caller


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    path: str
    title: str
    current: bool


HOME = "/{home}"
"""The page of the home that the person speaks for."""

ORDER: dict[access_pb2.Role.ValueType, tuple[str, ...]] = {
    access_pb2.ROLE_COORDINATOR: ("/", "/waiting-list", "/offers", "/places", "/registry"),
    access_pb2.ROLE_CASEWORKER: ("/", "/waiting-list", "/offers", "/risk-views", "/wellbeing", "/places"),
    access_pb2.ROLE_CONSULTANT: ("/", "/families", "/inquiries"),
    access_pb2.ROLE_INSTITUTION: ("/", "/vacancies", "/wellbeing", "/deliveries", "/inquiries"),
    access_pb2.ROLE_LEADER: ("/", "/waiting-list", "/offers", "/families", "/risk-views", "/places"),
    access_pb2.ROLE_COUNCIL: ("/", "/waiting-list", "/offers", "/places", "/registry"),
    access_pb2.ROLE_FOSTER_FAMILY: ("/", HOME, "/inquiries"),
    access_pb2.ROLE_CENTRAL_LIST: ("/", "/waiting-list/central", "/waiting-list/times", "/places"),
    access_pb2.ROLE_COMMITTEE: ("/",),
    access_pb2.ROLE_AUDITOR: ("/", "/audit", "/waiting-list", "/offers", "/places", "/registry"),
    access_pb2.ROLE_ADMINISTRATOR: ("/", "/places/institutions"),
}
"""Paths of pages by role, at most six."""


BELOW = {
    "/families": ("/registry", "/applications", "/actions", "/drafts", "/coverage", "/policy"),
    "/registry": ("/families",),
}
"""Pages that lie below one of the menu, though their addresses do not say so."""


def entries(caller: Caller, here: str) -> list[Entry]:
    """The menu of a person with one role or several, with the page where they are."""
    titles = {
        "/": _("My overview"),
        "/waiting-list": _("Waiting list"),
        "/waiting-list/central": _("The central list"),
        "/waiting-list/times": _("Waiting times"),
        "/offers": _("Offers"),
        "/vacancies": _("Report free places"),
        "/inquiries": _("Inquiries"),
        "/wellbeing": _("Wellbeing"),
        "/deliveries": _("Deliveries"),
        "/places": _("Free places"),
        "/places/institutions": _("Institutions"),
        "/families": _("My families"),
        "/registry": _("Foster families"),
        HOME: _("My family"),
        "/risk-views": _("Concerns"),
        "/audit": _("Audit trail"),
    }
    found = dict.fromkeys(path for role in sorted(caller.roles) for path in ORDER.get(role, ()))
    paths = {path: path.format(home=caller.home) for path in found}
    return [Entry(path, titles[title], _within(here, path)) for title, path in paths.items()]


def _within(here: str, path: str) -> bool:
    lies_below = any(here == each or here.startswith(f"{each}/") for each in (path, *BELOW.get(path, ())))
    return here == path or (path != "/" and lies_below)
