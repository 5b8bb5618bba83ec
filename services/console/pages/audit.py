"""Revisionsspor: who saw and changed what, over the trails of all services, the newest first."""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from havn.audit.v1 import audit_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.console import audit_trail, terms
from services.console.audit_trail import PAGE_SIZE, Look, Sought
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, refused

MOST_ROWS, MOST_EXPORTED = 1_000, 20_000
"""Of one service, on the page and in a file; who finds more is asked to look for less."""


@dataclass(frozen=True)
class Found:
    """The rows that meet what is sought, the newest first; `cut` where a service has more."""

    looks: list[Look]
    cut: bool


async def show(visit: Visit) -> Response:
    """The rows that meet what is sought."""
    sought = audit_trail.sought(visit.request.query_params, visit.console.clock.today())
    found = await _found(visit, sought, MOST_ROWS)
    shown = sought.wanted(found.looks)
    return visit.page(
        "audit.html",
        sought=sought,
        looks=shown,
        hidden=len(found.looks) - len(shown),
        cut=found.cut,
        most=MOST_ROWS,
        actions=audit_trail.actions(),
        role=terms.role,
        purposes=audit_trail.purposes(),
    )


async def export(visit: Visit) -> Response:
    """The same rows as a file: whole, or the words that it would not be."""
    sought = audit_trail.sought(visit.request.query_params, visit.console.clock.today())
    found = await _found(visit, sought, MOST_EXPORTED)
    if found.cut:
        return refused(visit, Refusal(422, "TOO_MUCH_FOR_A_FILE"))
    content = audit_trail.written(sought.wanted(found.looks), visit.console.zone)
    disposition = f'attachment; filename="havn-audit_{sought.from_day}_{sought.until_day}.csv"'
    return Response(content, media_type="text/csv; charset=utf-8", headers={"content-disposition": disposition})


async def _found(visit: Visit, sought: Sought, most: int) -> Found:
    names = await _names(visit, sought.about) if sought.about else []
    request = sought.request(names, visit.console.zone)
    trails = await asyncio.gather(*(_trail(visit, service, request, most) for service in visit.services.audit))
    looks = sorted((look for trail in trails for look in trail), key=audit_trail.newest_first)
    return Found(looks, cut=any(len(trail) >= most for trail in trails))


async def _trail(visit: Visit, service: str, request: pb.ListAuditRowsRequest, most: int) -> list[Look]:
    """The first rows of a service's trail that meet the request."""
    found: list[Look] = []
    token = ""
    while len(found) < most:
        asked = pb.ListAuditRowsRequest(page_token=token)
        asked.MergeFrom(request)
        page = await visit.services.audit[service].ListAuditRows(asked)
        found += [Look(service, row) for row in page.rows]
        token = page.next_page_token
        if not token:
            break
    return found


async def _names(visit: Visit, about: str) -> list[str]:
    """What rows name it by: of a child also its requests, their places on the waiting list, and its placements."""
    if not about.startswith("children/"):
        return [about]
    asked = visit.services.placements
    requests, placed = await asyncio.gather(
        asked.ListRequests(placements.ListRequestsRequest(child=about, page_size=PAGE_SIZE)),
        asked.ListPlacements(placements.ListPlacementsRequest(child=about, page_size=PAGE_SIZE)),
    )
    own = [request.name for request in requests.requests]
    waiting = [f"waitingListEntries/{name.removeprefix('requests/')}" for name in own]
    return [about, *own, *waiting, *(placement.name for placement in placed.placements)]


ASKS = "havn.audit.v1.AuditService.ListAuditRows"
PAGES = (Page("/audit", show, ASKS), Page("/audit/export.csv", export, ASKS))
