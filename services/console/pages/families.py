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
class Visited:
    """A family, and its last visit where there was one."""

    family: pb.FosterFamily
    latest: pb.FollowUp | None
    next: date | None


@dataclass(frozen=True)
class Group:
    """Families whose next visit is about as near."""

    id: str
    title: str
    families: list[Visited]
    late: bool = False


@dataclass(frozen=True)
class Certificate:
    """A certificate of somebody who lives in the home, and what is wrong with it."""

    title: str
    seen: pb.Certificate | None
    warning: str


async def mine(visit: Visit) -> Response:
    """The families, by when they are to be visited."""
    families, follow_ups = await asyncio.gather(_families(visit), _follow_ups(visit))
    latest: dict[str, pb.FollowUp] = {}
    for each in follow_ups:
        latest.setdefault(each.name.rsplit("/", 2)[0], each)
    visited = [_visited(family, latest.get(family.name)) for family in families]
    groups = _groups(visited, visit.console.clock.today())
    may_log = "/families/{family}/follow-up" if _may(visit, "LogFollowUp") else ""
    return keepable(visit, visit.page("families.html", groups=groups, count=len(visited), may_log=may_log))


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


def _visited(family: pb.FosterFamily, latest: pb.FollowUp | None) -> Visited:
    return Visited(family, latest, wire.day(latest.next_visit_date) if latest else None)


def _groups(visited: Iterable[Visited], today: date) -> list[Group]:
    sunday = today + timedelta(days=6 - today.weekday())
    planned = sorted((each for each in visited if each.next), key=lambda each: each.next or today)
    groups = [
        Group("overdue", _("Overdue"), [each for each in planned if each.next and each.next < today], late=True),
        Group("this-week", _("This week"), [each for each in planned if each.next and today <= each.next <= sunday]),
        Group("none", _("No follow-up yet"), [each for each in visited if not each.next]),
        Group("later", _("Later"), [each for each in planned if each.next and each.next > sunday]),
    ]
    return [group for group in groups if group.families]


async def _families(visit: Visit) -> list[pb.FosterFamily]:
    found: list[pb.FosterFamily] = []
    token = ""
    while True:
        request = pb.ListFosterFamiliesRequest(page_size=PAGE_SIZE, page_token=token)
        page = await visit.services.families.ListFosterFamilies(request)
        found += page.families
        token = page.next_page_token
        if not token:
            return found


async def _follow_ups(visit: Visit) -> list[pb.FollowUp]:
    found: list[pb.FollowUp] = []
    token = ""
    while True:
        request = pb.ListFollowUpsRequest(parent="families/-", page_size=PAGE_SIZE, page_token=token)
        page = await visit.services.families.ListFollowUps(request)
        found += page.follow_ups
        token = page.next_page_token
        if not token:
            return found


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
    Page("/families", mine, f"{SERVICE}.ListFollowUps"),
    Page("/families/{family}", show, f"{SERVICE}.GetFosterFamily"),
)
