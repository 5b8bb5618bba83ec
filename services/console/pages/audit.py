"""Revisionsspor: who saw and changed what, over the trails of all services, the newest first."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from havn.access.v1 import access_pb2
from havn.audit.v1 import audit_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.console import terms
from services.console.languages import gettext as _
from services.console.visits import Page, Visit
from services.shared import wire

MOST_ROWS = 1_000
"""Of one service; who finds more is asked to look for less."""

PAGE_SIZE = 200
USUAL_DAYS = 7


@dataclass(frozen=True)
class Look:
    """A row of one service's trail."""

    service: str
    row: pb.AuditRow

    @property
    def by_service(self) -> bool:
        """Whether no person looked."""
        return list(self.row.roles) == [access_pb2.ROLE_SERVICE]

    @property
    def names(self) -> list[str]:
        """The records that it showed."""
        return [name for records in self.row.records for name in records.names]

    @property
    def rpc(self) -> str:
        """What was called, without the service's package."""
        return self.row.rpc.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Sought:
    """What an auditor looks for: rows that name a record, of a person, within days, perhaps also those of services."""

    about: str
    person: str
    from_day: date
    until_day: date
    services: bool

    def request(self, names: list[str], zone: str) -> pb.ListAuditRowsRequest:
        """What to ask each service for."""
        return pb.ListAuditRowsRequest(
            names=names,
            subject=self.person,
            from_time=wire.timestamp(_begin(self.from_day, zone)),
            until_time=wire.timestamp(_begin(self.until_day + timedelta(days=1), zone)),
            page_size=PAGE_SIZE,
        )


async def show(visit: Visit) -> Response:
    """The rows that meet what is sought."""
    sought = _sought(visit.request.query_params, visit.console.clock.today())
    names = await _names(visit, sought.about) if sought.about else []
    request = sought.request(names, visit.console.zone)
    trails = await asyncio.gather(*(_trail(visit, service, request) for service in visit.services.audit))
    looks = sorted((look for trail in trails for look in trail), key=_newest_first)
    shown = [look for look in looks if sought.services or not look.by_service]
    return visit.page(
        "audit.html",
        sought=sought,
        looks=shown,
        hidden=len(looks) - len(shown),
        cut=any(len(trail) >= MOST_ROWS for trail in trails),
        most=MOST_ROWS,
        actions=_actions(),
        role=terms.role,
        purposes=_purposes(),
    )


async def _trail(visit: Visit, service: str, request: pb.ListAuditRowsRequest) -> list[Look]:
    """The first rows of a service's trail that meet the request, and no more than people can read."""
    found: list[Look] = []
    token = ""
    while len(found) < MOST_ROWS:
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


def _sought(given: Mapping[str, str], today: date) -> Sought:
    about, person = given.get("about", "").strip(), given.get("person", "").strip()
    until = _day(given.get("until", "")) or today
    return Sought(
        about=about if "/" in about or not about else f"children/{about}",
        person=person if "/" in person or not person else f"users/{person}",
        from_day=min(_day(given.get("from", "")) or today - timedelta(days=USUAL_DAYS), until),
        until_day=until,
        services="services" in given,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _newest_first(look: Look) -> tuple[int, str, int]:
    return (-look.row.time.ToNanoseconds(), look.service, -look.row.sequence)


def _actions() -> dict[int, str]:
    return {
        pb.AUDIT_ACTION_READ: _("saw"),
        pb.AUDIT_ACTION_WRITE: _("changed"),
        pb.AUDIT_ACTION_REPEAT: _("saw again"),
        pb.AUDIT_ACTION_REFUSED: _("was refused"),
    }


def _purposes() -> dict[int, str]:
    return {
        access_pb2.PURPOSE_UNSPECIFIED: "",
        access_pb2.PURPOSE_CASE: _("work on the case"),
        access_pb2.PURPOSE_EMERGENCY: _("emergency"),
        access_pb2.PURPOSE_SUPERVISION: _("supervision"),
        access_pb2.PURPOSE_RIGHT_OF_ACCESS: _("right of access"),
        access_pb2.PURPOSE_OPERATION: _("operation"),
    }


PAGES = (Page("/audit", show, "havn.audit.v1.AuditService.ListAuditRows"),)
