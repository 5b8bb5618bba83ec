"""Ledige pladser: what all institutions report free, how far to trust it, and where placements tell something else."""

from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from services.console import capacity_terms, sections, terms
from services.console.languages import gettext as _
from services.console.visits import Page, Visit, may
from services.shared.names import last_part

LIST = "havn.capacity.v1.CapacityService.ListVacancies"
HISTORY = "havn.capacity.v1.CapacityService.ListVacancyChanges"
SHOWN = 50

STALE, DIFFERING = "stale", "differing"


async def show(visit: Visit) -> Response:
    """The vacancies by unit: all, the stale ones, or those that differ."""
    query = visit.request.query_params
    chosen = query.get("show", "")
    request = pb.ListVacanciesRequest(
        page_size=SHOWN,
        page_token=query.get("from", ""),
        stale=chosen == STALE,
        differing=chosen == DIFFERING,
        counted=True,
        with_units=True,
    )
    found = await visit.services.capacity.ListVacancies(request)
    return visit.page(
        "places.html",
        vacancies=found.vacancies,
        total=found.total_count,
        next_page=found.next_page_token,
        units={f"{unit.name}/vacancy": unit for unit in found.units},
        chosen=chosen if chosen in choices() else "",
        choices=choices(),
        sections=sections.of_places(visit),
        opens=may(visit.caller, HISTORY),
        words=capacity_terms,
        terms=terms,
        capacity=pb,
        last_part=last_part,
    )


def choices() -> dict[str, str]:
    """What of the list may be shown, by the names that addresses give it."""
    return {"": _("All"), STALE: capacity_terms.freshness(pb.FRESHNESS_STALE), DIFFERING: _("Differ from placements")}


PAGES = (Page("/places", show, LIST),)
