"""Mine familier: whom the consultant visits next, and what is due."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.console import words
from services.console.languages import gettext as _
from services.console.pages.families_menu import open_paths
from services.console.pages.family import certificate_titles
from services.console.pages.follow_ups import keepable
from services.console.visits import Page, Visit, may
from services.shared import wire
from services.shared.names import last_part

SERVICE, SUPPORT = "havn.families.v1.FamiliesService", "havn.families.v1.SupportService"
PAGE_SIZE = 200


@dataclass(frozen=True)
class Group:
    """Families whose next visit is about as near, soonest first."""

    id: str
    title: str
    families: list[pb.FollowUpDue]
    late: bool = False


async def mine(visit: Visit) -> Response:
    """The families by when they are to be visited: a consultant's own, and all for a leader."""
    may_log = _may(visit, "LogFollowUp")
    request = pb.ListFollowUpsDueRequest(
        consultant=visit.caller.subject if may_log else "",
        page_size=PAGE_SIZE,
        page_token=visit.request.query_params.get("after", ""),
    )
    certificates_asked = pb.ListCertificatesDueRequest(
        parent="families/-", consultant=request.consultant, page_size=PAGE_SIZE
    )
    support_asked = support.ListIntensiveSupportDueRequest(consultant=request.consultant, page_size=PAGE_SIZE)
    due, certificates_due, support_due = await asyncio.gather(
        visit.services.families.ListFollowUpsDue(request),
        visit.services.families.ListCertificatesDue(certificates_asked),
        visit.services.support.ListIntensiveSupportDue(support_asked),
    )
    groups = _groups(due.follow_ups_due, visit.console.clock.today())
    page = visit.page(
        "families.html",
        open_paths=open_paths(visit.caller),
        due=due,
        groups=groups,
        due_first=due_first,
        may_log=may_log,
        may_enter=_may(visit, "CreateFosterFamily"),
        certificates=certificates_due,
        certificate_titles=certificate_titles(),
        support_due=support_due,
        may_agree=may(visit.caller, f"{SUPPORT}.AgreeSupport"),
        INTENSIVE=support.SUPPORT_KIND_INTENSIVE,
        words=words,
    )
    return keepable(visit, page)


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


def due_first(due: pb.FollowUpDue) -> str:
    """The children because of whom a family is due, where others who live there are due later only."""
    first = [each.child for each in due.children if each.next_visit_date == due.next_visit_date]
    return ", ".join(map(last_part, first)) if len(first) < len(due.children) else ""


def end_of_week(today: date) -> date:
    """The Sunday of a day's week."""
    return today + timedelta(days=6 - today.weekday())


def _may(visit: Visit, rpc: str) -> bool:
    return may(visit.caller, f"{SERVICE}.{rpc}")


PAGES = (Page("/families", mine, f"{SERVICE}.ListFollowUpsDue"),)
