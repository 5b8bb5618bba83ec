"""One foster family: where it stands, what is known of it, what is amiss, and who has looked."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from services.console import audit_trail, family_terms, terms, words
from services.console.languages import gettext as _
from services.console.pages import family_profile, family_steps
from services.console.visits import Page, Visit, may
from services.shared import wire

SERVICE = "havn.families.v1.FamiliesService"
SUPPORT = "havn.families.v1.SupportService"
PLACED = "havn.placements.v1.PlacementsService.ListPlacements"
RESIDENTS = f"{SUPPORT}.ListResidents"
WELLBEING = "havn.capacity.v1.WellbeingService.ListWellbeing"
PAGE_SIZE = 200
SHOWN = 20
"""Follow-ups of one family that are shown."""
DONE = {*family_steps.STEPS, *family_profile.SECTIONS, "applied"}
"""What may have been done to it before it is shown."""
LOOKS_DAYS, MOST_PAGES = 30, 10
"""Of so many days, and pages of the trail, it is told who looked."""


@dataclass(frozen=True)
class Certificate:
    """A certificate of somebody who lives in the home, and what rule R2 asks for of it."""

    title: str
    seen: pb.Certificate | None
    due: pb.CertificateDue | None


@dataclass(frozen=True)
class Looks:
    """What one person did with a profile on a day, however often; `last` is the latest of it."""

    last: pb.ProfileView
    count: int


async def show(visit: Visit) -> Response:
    """One family."""
    name = family_steps.named(visit)
    due = pb.ListCertificatesDueRequest(parent=name, page_size=PAGE_SIZE)
    family, certificates_due, follow_ups, placed, there, cost = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name)),
        visit.services.families.ListCertificatesDue(due),
        _follow_ups(visit, name),
        _placed(visit, name),
        _residents(visit, name),
        _cost(visit, name),
    )
    today = visit.console.clock.today()
    live_there = [each for each in placed if lasts(each, today)]
    return visit.page(
        "family.html",
        family=family,
        done=visit.request.query_params.get("done", "") in DONE,
        steps=family_steps.open_to(visit.caller, family),
        follow_ups=follow_ups,
        household=[
            (terms.household_role(member.role), member, certificates(member, certificates_due.certificates_due))
            for member in family.household
        ],
        missing=certificates_due.missing_count,
        conflicts=[each for each in family.conflicts if not each.resolution],
        live_there=live_there,
        placed_by_others=[each for each in there if each.child not in {known.child for known in live_there}],
        may_see_residents=may(visit.caller, RESIDENTS),
        may_see_wellbeing=may(visit.caller, WELLBEING),
        cost=cost,
        agreements=[terms.authority(name) for name in family.agreements],
        may=lambda rpc: may(visit.caller, f"{SERVICE}.{rpc}"),
        may_see_placed=may(visit.caller, PLACED),
        may_see_history=may(visit.caller, f"{SERVICE}.ListProfileViews"),
        family_terms=family_terms,
        terms=terms,
        words=words,
    )


def lasts(placement: placements.Placement, today: date) -> bool:
    """Whether a child lives there today."""
    return not placement.HasField("end_date") or wire.day(placement.end_date) >= today


async def children(visit: Visit, family: str) -> list[str]:
    """Children who live in a family, as far as whoever looks may see them, whoever placed them."""
    # The service of placements knows at once of a child that families hears of in a moment.
    placed, there = await asyncio.gather(_placed(visit, family), _residents(visit, family))
    today = visit.console.clock.today()
    return sorted({each.child for each in placed if lasts(each, today)} | {each.child for each in there})


async def history(visit: Visit) -> Response:
    """What happened on a family's way, what was settled, and who looked at its profile."""
    name = family_steps.named(visit)
    family, (looks, cut) = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name)), _looks(visit, name)
    )
    return visit.page(
        "family_history.html",
        family=family,
        looks=looks,
        cut=cut,
        days=LOOKS_DAYS,
        settled=[each for each in reversed(family.conflicts) if each.resolution],
        may_read=may(visit.caller, f"{SERVICE}.ListFollowUps"),
        purposes=audit_trail.purposes(),
        family_terms=family_terms,
        terms=terms,
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


def gathered(views: Iterable[pb.ProfileView]) -> list[Looks]:
    """Looks, the latest first; those of one person on one day that were alike stand as one."""
    alike: dict[tuple[object, ...], list[pb.ProfileView]] = {}
    for view in views:
        key = (wire.time(view.view_time).date(), view.person, tuple(view.roles), view.kind, view.purpose)
        alike.setdefault((*key, view.viewer_authority), []).append(view)
    found = [Looks(each[-1], len(each)) for each in alike.values()]
    return sorted(found, key=lambda looks: wire.time(looks.last.view_time), reverse=True)


async def _looks(visit: Visit, name: str) -> tuple[list[Looks], bool]:
    """Who looked of late, and whether there is more than can be told."""
    since = wire.timestamp(visit.console.clock.now() - timedelta(days=LOOKS_DAYS))
    found: list[pb.ProfileView] = []
    token = ""
    for _number in range(MOST_PAGES):
        asked = pb.ListProfileViewsRequest(name=name, from_time=since, page_size=PAGE_SIZE, page_token=token)
        page = await visit.services.families.ListProfileViews(asked)
        found += page.profile_views
        token = page.next_page_token
        if not token:
            break
    return gathered(found), bool(token)


async def _follow_ups(visit: Visit, family: str) -> list[pb.FollowUp]:
    if not may(visit.caller, f"{SERVICE}.ListFollowUps"):
        return []
    request = pb.ListFollowUpsRequest(parent=family, page_size=SHOWN)
    return list((await visit.services.families.ListFollowUps(request)).follow_ups)


async def _placed(visit: Visit, family: str) -> Sequence[placements.Placement]:
    if not may(visit.caller, PLACED):
        return []
    asked = placements.ListPlacementsRequest(home=family, page_size=PAGE_SIZE)
    return (await visit.services.placements.ListPlacements(asked)).placements


async def _residents(visit: Visit, family: str) -> Sequence[support.Resident]:
    if not may(visit.caller, RESIDENTS):
        return []
    asked = support.ListResidentsRequest(parent=family, page_size=PAGE_SIZE)
    return (await visit.services.support.ListResidents(asked)).residents


async def _cost(visit: Visit, family: str) -> support.FamilyCost | None:
    if not may(visit.caller, f"{SUPPORT}.GetFamilyCost"):
        return None
    return await visit.services.support.GetFamilyCost(support.GetFamilyCostRequest(name=family))


PAGES = (
    Page("/families/{family}", show, f"{SERVICE}.GetFosterFamily"),
    Page("/families/{family}/history", history, f"{SERVICE}.ListProfileViews"),
)
