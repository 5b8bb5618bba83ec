"""Mit overblik: what waits for whoever looks, the urgent first; each count opens its list."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from havn.access.v1 import access_pb2
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.placements.v1 import placements_pb2 as placements
from services.console.languages import ngettext
from services.console.pages.families import end_of_week
from services.console.visits import Page, Visit, may
from services.shared import wire

MOST_COUNTED = 200


@dataclass(frozen=True)
class Task:
    """So many of something wait for the person, and where they are seen."""

    count: int
    title: str
    path: str
    urgent: bool = False


Tasks = Callable[[Visit], Awaitable[list[Task]]]


async def show(visit: Visit) -> Response:
    """The overview."""
    asked = [ask for role in sorted(visit.caller.roles) for ask in ASKED.get(role, ())]
    tasks = [task for some in await asyncio.gather(*(ask(visit) for ask in dict.fromkeys(asked))) for task in some]
    return visit.page(
        "overview.html",
        urgent=[task for task in tasks if task.count and task.urgent],
        other=[task for task in tasks if task.count and not task.urgent],
        done=[task for task in tasks if not task.count],
    )


async def waiting(visit: Visit) -> list[Task]:
    """Children on the waiting list."""
    counted = await visit.services.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_size=1))
    in_danger, overdue, all_of_them = counted.in_danger_count, counted.overdue_count, counted.total_count
    return [
        Task(in_danger, ngettext("child in danger", "children in danger", in_danger), "/waiting-list?danger=yes", True),
        Task(
            overdue,
            ngettext("child past its place-by date", "children past their place-by date", overdue),
            "/waiting-list?overdue=yes",
            True,
        ),
        Task(all_of_them, ngettext("child waits", "children wait", all_of_them), "/waiting-list"),
    ]


async def offers(visit: Visit) -> list[Task]:
    """Homes that were asked."""
    counted = await visit.services.placements.ListOffers(placements.ListOffersRequest(page_size=1, counted=True))
    counts = {each.state: each.count for each in counted.counts}
    yes, asked = counts.get(placements.OFFER_STATE_ACCEPTED, 0), counts.get(placements.OFFER_STATE_ASKED, 0)
    return [
        Task(yes, ngettext("home said yes: decide", "homes said yes: decide", yes), "/offers?state=yes", True),
        Task(asked, ngettext("home has not answered yet", "homes have not answered yet", asked), "/offers?state=asked"),
    ]


async def inquiries(visit: Visit) -> list[Task]:
    """What others ask of the homes."""
    request = placements.ListInquiriesRequest(parent="-", page_size=MOST_COUNTED, state=placements.OFFER_STATE_ASKED)
    asked = len((await visit.services.placements.ListInquiries(request)).inquiries)
    return [Task(asked, ngettext("inquiry to answer", "inquiries to answer", asked), "/inquiries", True)]


async def vacancies(visit: Visit) -> list[Task]:
    """Units whose free places are to be reported."""
    units, reported = await asyncio.gather(
        visit.services.capacity.ListUnits(
            capacity.ListUnitsRequest(parent=visit.caller.institution, page_size=MOST_COUNTED)
        ),
        visit.services.capacity.ListVacancies(capacity.ListVacanciesRequest(page_size=MOST_COUNTED)),
    )
    fresh = {each.name for each in reported.vacancies if each.freshness == capacity.FRESHNESS_FRESH}
    due = sum(f"{unit.name}/vacancy" not in fresh for unit in units.units)
    return [Task(due, ngettext("unit to report for", "units to report for", due), "/vacancies", True)]


async def follow_ups(visit: Visit) -> list[Task]:
    """Families to be followed up: a consultant's own, and all for a leader."""
    request = families.ListFollowUpsDueRequest(consultant=_own(visit), page_size=MOST_COUNTED)
    due = await visit.services.families.ListFollowUpsDue(request)
    sunday = end_of_week(visit.console.clock.today())
    soon = sum(not each.days_overdue and wire.day(each.next_visit_date) <= sunday for each in due.follow_ups_due)
    overdue = due.overdue_count
    return [
        Task(overdue, ngettext("follow-up is overdue", "follow-ups are overdue", overdue), "/families#overdue", True),
        Task(soon, ngettext("follow-up this week", "follow-ups this week", soon), "/families#this-week"),
    ]


async def certificates(visit: Visit) -> list[Task]:
    """Certificates of households: a consultant's own families, and all for a leader."""
    request = families.ListCertificatesDueRequest(parent="families/-", consultant=_own(visit), page_size=1)
    due = await visit.services.families.ListCertificatesDue(request)
    missing, renewals = due.missing_count, due.total_count - due.missing_count
    return [
        Task(missing, ngettext("certificate is missing", "certificates are missing", missing), CERTIFICATES, True),
        Task(renewals, ngettext("certificate to renew", "certificates to renew", renewals), CERTIFICATES),
    ]


def _own(visit: Visit) -> str:
    """The consultant whose families count: whoever looks, but nobody in particular for a leader."""
    return visit.caller.subject if may(visit.caller, "havn.families.v1.FamiliesService.LogFollowUp") else ""


CERTIFICATES = "/families#certificates"

ASKED: dict[access_pb2.Role.ValueType, tuple[Tasks, ...]] = {
    access_pb2.ROLE_COORDINATOR: (waiting, offers),
    access_pb2.ROLE_CASEWORKER: (waiting, offers),
    access_pb2.ROLE_CONSULTANT: (follow_ups, inquiries, certificates),
    access_pb2.ROLE_INSTITUTION: (inquiries, vacancies),
    access_pb2.ROLE_LEADER: (waiting, offers, follow_ups, certificates),
    access_pb2.ROLE_COUNCIL: (waiting, offers),
    access_pb2.ROLE_FOSTER_FAMILY: (inquiries,),
}
"""What each role is told of."""

PAGES = (Page("/", show),)
