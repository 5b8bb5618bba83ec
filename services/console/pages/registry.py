"""Alle plejefamilier: the registry of foster families, as far as whoever looks may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from services.console import family_terms, terms
from services.console.pages.families_menu import ASKS, open_paths
from services.console.visits import Page, Visit, may
from services.shared.names import last_part

SHOWN = 50
FOLLOWS = "havn.families.v1.FamiliesService.ListFollowUps"
"""Who may call it knows families by their names."""
TYPES = tuple(number for number in pb.FamilyType.values() if number)
STATES = tuple(number for number in pb.FamilyState.values() if number)


@dataclass(frozen=True)
class Sought:
    """What of the registry is asked for."""

    text: str
    town: str
    consultant: str
    type: str
    state: str
    free: bool

    @classmethod
    def of(cls, query: QueryParams) -> "Sought":
        """What the parameters of an address ask for."""
        return cls(
            text=query.get("q", "").strip(),
            town=query.get("town", ""),
            consultant=query.get("consultant", ""),
            type=_one_of(query.get("type", ""), TYPES),
            state=_one_of(query.get("state", ""), STATES),
            free=bool(query.get("free")),
        )

    def request(self, token: str) -> pb.ListFosterFamiliesRequest:
        """What to ask the service for."""
        return pb.ListFosterFamiliesRequest(
            page_size=SHOWN,
            page_token=token,
            search=self.text,
            town=self.town,
            consultant=self.consultant,
            types=[number for number in TYPES if str(number) == self.type],
            states=[number for number in STATES if str(number) == self.state],
            with_free_places=self.free,
            counted=True,
        )

    def query(self, after: str) -> str:
        """What stands behind the question mark of the address of the next page."""
        given = {"q": self.text, "town": self.town, "consultant": self.consultant, "type": self.type}
        given |= {"state": self.state, "free": "yes" if self.free else "", "after": after}
        return urlencode({name: value for name, value in given.items() if value})


async def show(visit: Visit) -> Response:
    """A page of the families that are sought."""
    query = visit.request.query_params
    sought = Sought.of(query)
    found = await visit.services.families.ListFosterFamilies(sought.request(query.get("after", "")))
    return visit.page(
        "registry.html",
        open_paths=open_paths(visit.caller),
        sought=sought,
        found=found,
        names_hidden=visit.console.hide_family_names and not may(visit.caller, FOLLOWS),
        towns=[(town, town) for town in found.towns],
        consultants=[(name, last_part(name)) for name in found.consultants],
        types=[(number, terms.family_type(number)) for number in TYPES],
        states=[(number, family_terms.state(number)) for number in STATES],
        family_terms=family_terms,
        terms=terms,
    )


def _one_of(given: str, known: Iterable[int]) -> str:
    return given if given in map(str, known) else ""


PAGES = (Page("/registry", show, ASKS["/registry"]),)
