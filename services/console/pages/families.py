"""Mine familier: whom the consultant visits next, and all about one family."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from services.console.languages import gettext as _
from services.console.pages.follow_ups import keepable
from services.console.terms import need_level
from services.console.visits import Page, Visit
from services.shared import wire

SERVICE = "havn.families.v1.FamiliesService"
PAGE_SIZE = 200
SHOWN = 20
"""Follow-ups of one family that are shown."""


@dataclass(frozen=True)
class Group:
    """Families whose next visit is about as near, soonest first."""

    id: str
    title: str
    families: list[pb.FollowUpDue]
    late: bool = False


@dataclass(frozen=True)
class Certificate:
    """A certificate of somebody who lives in the home, and what is wrong with it."""

    title: str
    seen: pb.Certificate | None
    warning: str


async def mine(visit: Visit) -> Response:
    """The families by when they are to be visited: a consultant's own, and all for a leader."""
    may_log = _may(visit, "LogFollowUp")
    request = pb.ListFollowUpsDueRequest(
        consultant=visit.caller.subject if may_log else "",
        page_size=PAGE_SIZE,
        page_token=visit.request.query_params.get("after", ""),
    )
    due = await visit.services.families.ListFollowUpsDue(request)
    groups = _groups(due.follow_ups_due, visit.console.clock.today())
    return keepable(visit, visit.page("families.html", due=due, groups=groups, may_log=may_log))


async def show(visit: Visit) -> Response:
    """One family."""
    name = f"families/{visit.request.path_params['family']}"
    family, follow_ups = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name)), _history(visit, name)
    )
    today = visit.console.clock.today()
    return visit.page(
        "family.html",
        family=family,
        follow_ups=follow_ups,
        may_read=_may(visit, "ListFollowUps"),
        may_log=_may(visit, "LogFollowUp"),
        household=[(_role(member), member, certificates(member, today)) for member in family.household],
        expired=family.HasField("approval") and wire.day(family.approval.valid_until_date) < today,
        types=types(),
        level=need_level(family.approval.need_level),
    )


def certificates(member: pb.HouseholdMember, today: date) -> list[Certificate]:
    """The certificates of a member. One that an own child lacks is no warning: it may be too young for one."""
    record = member.criminal_record if member.HasField("criminal_record") else None
    child = member.child_certificate if member.HasField("child_certificate") else None
    may_lack = member.role == pb.HOUSEHOLD_ROLE_OWN_CHILD
    return [
        Certificate(title, seen, _warning(seen, today, may_lack=may_lack))
        for title, seen in ((_("Criminal record certificate"), record), (_("Child certificate"), child))
    ]


def _warning(seen: pb.Certificate | None, today: date, *, may_lack: bool) -> str:
    if seen is None:
        return "" if may_lack else _("missing")
    return _("overdue") if wire.day(seen.renew_by_date) < today else ""


def _groups(due: Iterable[pb.FollowUpDue], today: date) -> list[Group]:
    groups = [
        Group("overdue", _("Overdue"), [], late=True),
        Group("this-week", _("This week"), []),
        Group("later", _("Later"), []),
    ]
    sunday = end_of_week(today)
    for each in due:
        number = 0 if each.days_overdue else 1 if wire.day(each.next_visit_date) <= sunday else 2
        groups[number].families.append(each)
    return [group for group in groups if group.families]


def end_of_week(today: date) -> date:
    """The Sunday of a day's week."""
    return today + timedelta(days=6 - today.weekday())


async def _history(visit: Visit, family: str) -> list[pb.FollowUp]:
    if not _may(visit, "ListFollowUps"):
        return []
    request = pb.ListFollowUpsRequest(parent=family, page_size=SHOWN)
    return list((await visit.services.families.ListFollowUps(request)).follow_ups)


def _may(visit: Visit, rpc: str) -> bool:
    return Page("", show, f"{SERVICE}.{rpc}").open_to(visit.caller)


def _role(member: pb.HouseholdMember) -> str:
    return {
        pb.HOUSEHOLD_ROLE_FOSTER_PARENT: _("Foster parent"),
        pb.HOUSEHOLD_ROLE_ADULT: _("Another adult"),
        pb.HOUSEHOLD_ROLE_OWN_CHILD: _("The family's own child"),
    }.get(member.role, "")


def types() -> dict[int, str]:
    """Kinds of foster family."""
    return {
        pb.FAMILY_TYPE_NETWORK: _("Network family"),
        pb.FAMILY_TYPE_MUNICIPAL: _("Municipal foster family"),
        pb.FAMILY_TYPE_PROFESSIONAL: _("Professional foster family"),
        pb.FAMILY_TYPE_EMERGENCY: _("Emergency family"),
        pb.FAMILY_TYPE_RELIEF: _("Relief family"),
    }


PAGES = (
    Page("/families", mine, f"{SERVICE}.ListFollowUpsDue"),
    Page("/families/{family}", show, f"{SERVICE}.GetFosterFamily"),
)
