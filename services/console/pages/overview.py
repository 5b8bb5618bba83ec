"""Mit overblik: what waits for whoever looks, the urgent first; each count opens its list."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.responses import Response

from havn.access.v1 import access_pb2
from havn.capacity.v1 import capacity_pb2 as capacity
from havn.families.v1 import families_pb2 as families
from havn.placements.v1 import placements_pb2 as placements
from services.console import capacity_terms
from services.console.charts import Bar, Chart
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.console.pages.families import end_of_week
from services.console.searches import Search
from services.console.visits import Page, Visit, may
from services.shared import wire


@dataclass(frozen=True)
class Task:
    """So many of something wait for the person, and where they are seen."""

    count: int
    title: str
    path: str
    urgent: bool = False
    begun: bool = False
    """Somebody else has it in hand now."""


@dataclass(frozen=True)
class Counts:
    """What each service counts for whoever looks; nothing where it counts nothing for the person's roles."""

    placements: placements.PlacementsOverview
    capacity: capacity.CapacityOverview
    families: families.FamiliesOverview


Tell = Callable[[Counts], list[Task]]


async def show(visit: Visit) -> Response:
    """The overview."""
    counts = await counted(visit)
    towns = counts.capacity.waits_by_town
    told = dict.fromkeys(tell for role in sorted(visit.caller.roles) for tell in TOLD.get(role, ()))
    tasks = [task for tell in told for task in tell(counts)]
    left = [task for task in tasks if task.count]
    return visit.page(
        "overview.html",
        urgent=[task for task in left if task.urgent],
        other=[task for task in left if not task.urgent and not task.begun],
        begun=[task for task in left if task.begun],
        done=[task for task in tasks if not task.count],
        chart=waits_by_town(towns) if towns else None,
        own_family=_own_family(visit),
    )


def waits_by_town(towns: Iterable[capacity.TownWait]) -> Chart:
    """The towns, those where children have waited longest first."""
    ordered = sorted(towns, key=lambda each: (-each.median_days, each.town))
    bars = [Bar(each.town, each.median_days, _waited(each), Search(town=each.town).path()) for each in ordered]
    return Chart(_("Days waited"), bars, _("Town"))


def _waited(town: capacity.TownWait) -> str:
    days = ngettext("%(num)s day", "%(num)s days", town.median_days) % {"num": town.median_days}
    children = ngettext("%(num)s child", "%(num)s children", town.child_count) % {"num": town.child_count}
    return f"{days}, {children}"


async def counted(visit: Visit) -> Counts:
    """What the services count, each asked once."""
    whole = await asyncio.gather(_of_placements(visit), _of_capacity(visit), _of_families(visit))
    return Counts(*whole)


async def _of_placements(visit: Visit) -> placements.PlacementsOverview:
    if not may(visit.caller, "havn.placements.v1.PlacementsService.GetPlacementsOverview"):
        return placements.PlacementsOverview()
    return await visit.services.placements.GetPlacementsOverview(placements.GetPlacementsOverviewRequest())


async def _of_capacity(visit: Visit) -> capacity.CapacityOverview:
    if not may(visit.caller, "havn.capacity.v1.CapacityService.GetCapacityOverview"):
        return capacity.CapacityOverview()
    return await visit.services.capacity.GetCapacityOverview(capacity.GetCapacityOverviewRequest())


async def _of_families(visit: Visit) -> families.FamiliesOverview:
    if not may(visit.caller, "havn.families.v1.FamiliesService.GetFamiliesOverview"):
        return families.FamiliesOverview()
    sunday = wire.date_message(end_of_week(visit.console.clock.today()))
    request = families.GetFamiliesOverviewRequest(consultant=_own(visit), soon_until_date=sunday)
    return await visit.services.families.GetFamiliesOverview(request)


def waiting(counts: Counts) -> list[Task]:
    """Children on the waiting list."""
    told = counts.capacity
    in_danger, overdue, all_of_them = told.in_danger_count, told.overdue_count, told.waiting_count
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


def offers(counts: Counts) -> list[Task]:
    """Homes that were asked."""
    yes, asked = counts.placements.accepted_offer_count, counts.placements.asked_offer_count
    return [
        Task(yes, ngettext("home said yes: decide", "homes said yes: decide", yes), "/offers?state=yes", True),
        Task(
            asked,
            ngettext("home has not answered yet", "homes have not answered yet", asked),
            "/offers?state=asked",
            begun=True,
        ),
    ]


def inquiries(counts: Counts) -> list[Task]:
    """What others ask of the homes."""
    asked = counts.placements.asked_inquiry_count
    return [Task(asked, ngettext("inquiry to answer", "inquiries to answer", asked), "/inquiries", True)]


def risk_views(counts: Counts) -> list[Task]:
    """Placements that somebody has to look at again."""
    count = counts.placements.open_risk_view_count
    return [Task(count, ngettext("concern to look at", "concerns to look at", count), "/risk-views", True)]


def vacancies(counts: Counts) -> list[Task]:
    """Units whose free places are to be reported."""
    due = counts.capacity.due_report_count
    return [Task(due, ngettext("unit to report for", "units to report for", due), "/vacancies", True)]


def places(counts: Counts) -> list[Task]:
    """What institutions report that somebody has to ask about."""
    old, other = counts.capacity.stale_vacancy_count, counts.capacity.differing_vacancy_count
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


def follow_ups(counts: Counts) -> list[Task]:
    """Families to be followed up: a consultant's own, and all for a leader."""
    overdue, soon = counts.families.overdue_follow_up_count, counts.families.soon_follow_up_count
    return [
        Task(overdue, ngettext("follow-up is overdue", "follow-ups are overdue", overdue), "/families#overdue", True),
        Task(soon, ngettext("follow-up this week", "follow-ups this week", soon), "/families#this-week"),
    ]


def certificates(counts: Counts) -> list[Task]:
    """Certificates of households: a consultant's own families, and all for a leader."""
    missing, renewals = counts.families.missing_certificate_count, counts.families.certificate_renewal_count
    return [
        Task(missing, ngettext("certificate is missing", "certificates are missing", missing), CERTIFICATES, True),
        Task(renewals, ngettext("certificate to renew", "certificates to renew", renewals), CERTIFICATES),
    ]


def intensive_support(counts: Counts) -> list[Task]:
    """Children in their first year in a family: of a consultant's own families, and of all for a leader."""
    due = counts.families.intensive_support_due_count
    title = ngettext("child without intensive support agreed on", "children without intensive support agreed on", due)
    return [Task(due, title, "/families#support-due")]


def actions(counts: Counts) -> list[Task]:
    """Actions that were agreed on at visits, and nobody said yet what became of them."""
    overdue, left = counts.families.overdue_action_count, counts.families.open_action_count
    return [
        Task(overdue, ngettext("agreed action is overdue", "agreed actions are overdue", overdue), "/actions", True),
        Task(left, ngettext("agreed action is open", "agreed actions are open", left), "/actions", begun=True),
    ]


def supervision(counts: Counts) -> list[Task]:
    """Supervision visits: of a consultant's own families, and of all for a leader."""
    due = counts.families.overdue_supervision_visit_count
    title = ngettext("supervision visit is overdue", "supervision visits are overdue", due)
    return [Task(due, title, "/coverage#supervision", True)]


def _own(visit: Visit) -> str:
    """The consultant whose families count: whoever looks, but nobody in particular for a leader."""
    return visit.caller.subject if may(visit.caller, "havn.families.v1.FamiliesService.LogFollowUp") else ""


def _own_family(visit: Visit) -> str:
    """The foster family that whoever looks speaks for; empty for everybody else."""
    return visit.caller.home if access_pb2.ROLE_FOSTER_FAMILY in visit.caller.roles else ""


CERTIFICATES = "/families#certificates"

TOLD: dict[access_pb2.Role.ValueType, tuple[Tell, ...]] = {
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
