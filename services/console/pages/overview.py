"""Mit overblik: what waits for whoever looks, the urgent first; each count opens its list."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from starlette.responses import Response

from havn.access.v1 import access_pb2
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waits
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from services.console import capacity_terms
from services.console.charts import Bar, Chart
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.console.pages.families import end_of_week
from services.console.searches import Search
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
    begun: bool = False
    """Somebody else has it in hand now."""


Tasks = Callable[[Visit], Awaitable[list[Task]]]


async def show(visit: Visit) -> Response:
    """The overview."""
    asked = [ask for role in sorted(visit.caller.roles) for ask in ASKED.get(role, ())]
    asking = asyncio.gather(*(ask(visit) for ask in dict.fromkeys(asked)))
    chart, found = await asyncio.gather(waiting_times(visit), asking)
    tasks = [task for some in found for task in some]
    left = [task for task in tasks if task.count]
    return visit.page(
        "overview.html",
        urgent=[task for task in left if task.urgent],
        other=[task for task in left if not task.urgent and not task.begun],
        begun=[task for task in left if task.begun],
        done=[task for task in tasks if not task.count],
        chart=chart,
        own_family=_own_family(visit),
    )


async def waiting_times(visit: Visit) -> Chart | None:
    """How long children have waited, by town, for a leader; None for others, and while nobody waits."""
    if access_pb2.ROLE_LEADER not in visit.caller.roles:
        return None
    told = await visit.services.waiting.GetWaitingTimes(waits.GetWaitingTimesRequest())
    towns = [group for group in told.groups if group.dimension == waits.WAITING_DIMENSION_TOWN]
    return waits_by_town(towns) if towns else None


def waits_by_town(towns: Iterable[waits.WaitingGroup]) -> Chart:
    """The towns, those where children have waited longest first."""
    ordered = sorted(towns, key=lambda group: (-group.median_days, group.key))
    bars = [Bar(group.key, group.median_days, _waited(group), Search(town=group.key).path()) for group in ordered]
    return Chart(_("Days waited"), bars, _("Town"))


def _waited(group: waits.WaitingGroup) -> str:
    days = ngettext("%(num)s day", "%(num)s days", group.median_days) % {"num": group.median_days}
    children = ngettext("%(num)s child", "%(num)s children", group.child_count) % {"num": group.child_count}
    return f"{days}, {children}"


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
        Task(
            asked,
            ngettext("home has not answered yet", "homes have not answered yet", asked),
            "/offers?state=asked",
            begun=True,
        ),
    ]


async def inquiries(visit: Visit) -> list[Task]:
    """What others ask of the homes."""
    request = placements.ListInquiriesRequest(parent="-", page_size=MOST_COUNTED, state=placements.OFFER_STATE_ASKED)
    asked = len((await visit.services.placements.ListInquiries(request)).inquiries)
    return [Task(asked, ngettext("inquiry to answer", "inquiries to answer", asked), "/inquiries", True)]


async def risk_views(visit: Visit) -> list[Task]:
    """Placements that somebody has to look at again."""
    found = await visit.services.placements.ListRiskViews(placements.ListRiskViewsRequest(page_size=1))
    count = found.open_count
    return [Task(count, ngettext("concern to look at", "concerns to look at", count), "/risk-views", True)]


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


async def places(visit: Visit) -> list[Task]:
    """What institutions report that somebody has to ask about."""
    told = await visit.services.capacity.ListVacancies(capacity.ListVacanciesRequest(page_size=1, told_apart=True))
    old, other = told.stale_count, told.differing_count
    return [
        Task(
            other,
            ngettext("unit differs from placements", "units differ from placements", other),
            "/places?show=differing",
        ),
        Task(
            old,
            ngettext("report is over %(days)s old", "reports are over %(days)s old", old)
            % {"days": capacity_terms.trusted_days()},
            "/places?show=stale",
        ),
    ]


async def follow_ups(visit: Visit) -> list[Task]:
    """Families to be followed up: a consultant's own, and all for a leader."""
    sunday = wire.date_message(end_of_week(visit.console.clock.today()))
    request = families.ListFollowUpsDueRequest(consultant=_own(visit), page_size=1, soon_until_date=sunday)
    due = await visit.services.families.ListFollowUpsDue(request)
    overdue, soon = due.overdue_count, due.soon_count
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


async def intensive_support(visit: Visit) -> list[Task]:
    """Children in their first year in a family: of a consultant's own families, and of all for a leader."""
    request = support.ListIntensiveSupportDueRequest(consultant=_own(visit), page_size=1)
    due = (await visit.services.support.ListIntensiveSupportDue(request)).total_count
    title = ngettext("child without intensive support agreed on", "children without intensive support agreed on", due)
    return [Task(due, title, "/families#support-due")]


async def actions(visit: Visit) -> list[Task]:
    """Actions that were agreed on at visits, and nobody said yet what became of them."""
    request = support.ListActionsRequest(
        parent="families/-", state=support.ACTION_STATE_OPEN, consultant=_own(visit), page_size=MOST_COUNTED
    )
    found = (await visit.services.support.ListActions(request)).actions
    overdue = sum(each.days_overdue > 0 for each in found)
    left = len(found) - overdue
    return [
        Task(overdue, ngettext("agreed action is overdue", "agreed actions are overdue", overdue), "/actions", True),
        Task(left, ngettext("agreed action is open", "agreed actions are open", left), "/actions", begun=True),
    ]


async def supervision(visit: Visit) -> list[Task]:
    """Supervision visits: of a consultant's own families, and of all for a leader."""
    request = support.ListSupervisionVisitsDueRequest(consultant=_own(visit), page_size=1)
    due = (await visit.services.support.ListSupervisionVisitsDue(request)).overdue_count
    title = ngettext("supervision visit is overdue", "supervision visits are overdue", due)
    return [Task(due, title, "/coverage#supervision", True)]


def _own(visit: Visit) -> str:
    """The consultant whose families count: whoever looks, but nobody in particular for a leader."""
    return visit.caller.subject if may(visit.caller, "havn.families.v1.FamiliesService.LogFollowUp") else ""


def _own_family(visit: Visit) -> str:
    """The foster family that whoever looks speaks for; empty for everybody else."""
    return visit.caller.home if access_pb2.ROLE_FOSTER_FAMILY in visit.caller.roles else ""


CERTIFICATES = "/families#certificates"

ASKED: dict[access_pb2.Role.ValueType, tuple[Tasks, ...]] = {
    access_pb2.ROLE_COORDINATOR: (waiting, offers, places),
    access_pb2.ROLE_CASEWORKER: (waiting, offers, risk_views),
    access_pb2.ROLE_CONSULTANT: (follow_ups, inquiries, certificates, intensive_support, actions, supervision),
    access_pb2.ROLE_INSTITUTION: (inquiries, vacancies),
    access_pb2.ROLE_LEADER: (
        waiting,
        offers,
        follow_ups,
        certificates,
        intensive_support,
        actions,
        supervision,
        risk_views,
        places,
    ),
    access_pb2.ROLE_COUNCIL: (waiting, offers),
    access_pb2.ROLE_FOSTER_FAMILY: (inquiries,),
    access_pb2.ROLE_CENTRAL_LIST: (places,),
}
"""What each role is told of."""

PAGES = (Page("/", show),)
