"""Revisionsspor: who saw and changed what, over the trails of all services, the newest first."""

import asyncio
import heapq
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from starlette.responses import Response

from havn.audit.v1 import audit_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.console import audit_trail, terms
from services.console.audit_trail import PAGE_SIZE, Look, Sought
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, refused

SHOWN_ROWS, SHOWN_NAMES = 50, 12
"""On a page: rows, and names of each. A file has all of both."""

FIRST_ROWS = 20
"""Of each service to begin with: a page has room for few of each, and seldom for many of one."""

MOST_EXPORTED = 20_000
"""Of one service, in a file; who finds more is asked to look for less."""


@dataclass
class Trail:
    """One service's rows that meet what is sought, the newest first, as far as they were asked for."""

    service: str
    looks: list[Look] = field(default_factory=list)
    token: str = ""
    whole: bool = False

    async def go_on(self, visit: Visit, request: pb.ListAuditRowsRequest, before: int) -> None:
        """Asks for the next ones."""
        asked = pb.ListAuditRowsRequest(page_token=self.token, before_sequence=before)
        asked.MergeFrom(request)
        page = await visit.services.audit[self.service].ListAuditRows(asked)
        self.looks += [Look(self.service, row) for row in page.rows]
        self.token = page.next_page_token
        self.whole = not self.token


async def show(visit: Visit) -> Response:
    """The newest rows that meet what is sought, or those before some that were shown."""
    sought = audit_trail.sought(visit.request.query_params, visit.console.clock.today())
    request = await _request(visit, sought, FIRST_ROWS, SHOWN_NAMES)
    trails = [Trail(service) for service in visit.services.audit]
    looks: list[Look] = []
    while waited_for := _waited_for(trails, frozenset(looks)):
        await asyncio.gather(*(each.go_on(visit, request, sought.before.get(each.service, 0)) for each in waited_for))
        request.page_size = SHOWN_ROWS
        looks = _newest(trails, SHOWN_ROWS)
    goes_on = sum(len(trail.looks) for trail in trails) > len(looks) or not all(trail.whole for trail in trails)
    return visit.page(
        "audit.html",
        sought=sought,
        looks=looks,
        older=sought.query(_shown_until(trails, looks)) if goes_on else "",
        role=terms.role,
    )


async def export(visit: Visit) -> Response:
    """All rows as a file: whole, or the words that it would not be."""
    sought = audit_trail.sought(visit.request.query_params, visit.console.clock.today())
    request = await _request(visit, sought, PAGE_SIZE)
    trails = [Trail(service) for service in visit.services.audit]
    await asyncio.gather(*(_read(visit, trail, request, MOST_EXPORTED) for trail in trails))
    if any(len(trail.looks) >= MOST_EXPORTED for trail in trails):
        return refused(visit, Refusal(422, "TOO_MUCH_FOR_A_FILE"))
    content = audit_trail.written(_newest(trails), visit.console.zone)
    disposition = f'attachment; filename="havn-audit_{sought.from_day}_{sought.until_day}.csv"'
    return Response(content, media_type="text/csv; charset=utf-8", headers={"content-disposition": disposition})


async def _request(visit: Visit, sought: Sought, size: int, name_count: int = 0) -> pb.ListAuditRowsRequest:
    """What to ask each service for."""
    names = await _names(visit, sought.about) if sought.about else []
    request = sought.request(names, visit.console.zone)
    request.page_size, request.name_count = size, name_count
    return request


async def _read(visit: Visit, trail: Trail, request: pb.ListAuditRowsRequest, most: int) -> None:
    """All of a trail, or so many rows at least."""
    while not trail.whole and len(trail.looks) < most:
        await trail.go_on(visit, request, before=0)


def _newest(trails: Iterable[Trail], most: int | None = None) -> list[Look]:
    """The rows of all trails, the newest first; those of each in the order of its trail, whatever clocks said."""
    return list(islice(heapq.merge(*(trail.looks for trail in trails), key=audit_trail.newest_first), most))


def _waited_for(trails: Iterable[Trail], shown: Container[Look]) -> list[Trail]:
    """Those of which all that is known is to be shown, so that what follows in them may have its place there too."""
    return [trail for trail in trails if not trail.whole and (not trail.looks or trail.looks[-1] in shown)]


def _shown_until(trails: Iterable[Trail], looks: Sequence[Look]) -> dict[str, int]:
    """Of each service, the sequence before which nothing was shown; what comes in meanwhile is no older look."""
    until = {trail.service: trail.looks[0].row.sequence + 1 for trail in trails if trail.looks}
    return until | {look.service: look.row.sequence for look in looks}


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
