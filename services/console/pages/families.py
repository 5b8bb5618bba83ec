"""Mine familier: whom the consultant visits next, and all about one family."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from services.console import terms, words
from services.console.languages import gettext as _
from services.console.pages.follow_ups import keepable
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
    """A certificate of somebody who lives in the home, and what rule R2 asks for of it."""

    title: str
    seen: pb.Certificate | None
    due: pb.CertificateDue | None


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
    due, certificates_due = await asyncio.gather(
        visit.services.families.ListFollowUpsDue(request),
        visit.services.families.ListCertificatesDue(certificates_asked),
    )
    groups = _groups(due.follow_ups_due, visit.console.clock.today())
    page = visit.page(
        "families.html",
        due=due,
        groups=groups,
        may_log=may_log,
        certificates=certificates_due,
        certificate_titles=certificate_titles(),
        words=words,
    )
    return keepable(visit, page)


async def show(visit: Visit) -> Response:
    """One family."""
    name = f"families/{visit.request.path_params['family']}"
    due = pb.ListCertificatesDueRequest(parent=name, page_size=PAGE_SIZE)
    family, certificates_due, follow_ups = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name)),
        visit.services.families.ListCertificatesDue(due),
        _history(visit, name),
    )
    today = visit.console.clock.today()
    return visit.page(
        "family.html",
        family=family,
        follow_ups=follow_ups,
        may_read=_may(visit, "ListFollowUps"),
        may_log=_may(visit, "LogFollowUp"),
        household=[
            (terms.household_role(member.role), member, certificates(member, certificates_due.certificates_due))
            for member in family.household
        ],
        expired=family.HasField("approval") and wire.day(family.approval.valid_until_date) < today,
        terms=terms,
        words=words,
    )


def certificates(member: pb.HouseholdMember, due: Iterable[pb.CertificateDue]) -> list[Certificate]:
    """The certificates of a member, of all that is due in the family; that of health where it was seen or is due."""
    record = member.criminal_record if member.HasField("criminal_record") else None
    child = member.child_certificate if member.HasField("child_certificate") else None
    health = member.health_certificate if member.HasField("health_certificate") else None
    own = {each.kind: each for each in due if each.person == member.person}
    seen = {
        pb.CERTIFICATE_KIND_CRIMINAL_RECORD: record,
        pb.CERTIFICATE_KIND_CHILD: child,
        pb.CERTIFICATE_KIND_HEALTH: health,
    }
    return [
        Certificate(title, seen[kind], own.get(kind))
        for kind, title in certificate_titles().items()
        if kind != pb.CERTIFICATE_KIND_HEALTH or health or kind in own
    ]


def certificate_titles() -> dict[pb.CertificateKind.ValueType, str]:
    """What certificates are called."""
    return {
        pb.CERTIFICATE_KIND_CRIMINAL_RECORD: _("Criminal record certificate"),
        pb.CERTIFICATE_KIND_CHILD: _("Child certificate"),
        pb.CERTIFICATE_KIND_HEALTH: _("Health certificate"),
    }


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


PAGES = (
    Page("/families", mine, f"{SERVICE}.ListFollowUpsDue"),
    Page("/families/{family}", show, f"{SERVICE}.GetFosterFamily"),
)
