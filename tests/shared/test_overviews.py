"""What overviews count is what the lists hold, of each caller; who may not read a list is told of none of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from google.protobuf.message import Message
from sqlmodel import col, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.placements.offer_rules import inquiry_name
from services.shared import access
from services.shared.access import Caller
from services.shared.tables import AuditRow
from services.shared.wire import date_message, day
from tests import cast
from tests.conftest import Client, Havn, refused, running_havn

MOST = 200
INSTITUTION, FAMILY = "institutions/i-counted", "families/f-counted"
CALLERS = {
    **{name: who for name, who in cast.USERS.items() if name not in ("institution", "foster-family")},
    "institution": cast.staff_of(INSTITUTION, cast.MUNICIPALITY),
    "family": cast.member_of(FAMILY),
    **{f"{name}-elsewhere": cast.elsewhere(cast.USERS[name]) for name in ("coordinator", "consultant", "leader")},
}


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("overviews"), clock=cast.FixedClock()) as running:
        await put_to_work(running)
        yield running


async def put_to_work(havn: Havn) -> None:
    """Something of all that overviews count."""
    units = await two_units(havn)
    for caller in (cast.COORDINATOR, cast.elsewhere(cast.COORDINATOR)):
        await wait_for_places(havn, caller, units)
    consultant, coordinator = havn.as_(cast.CONSULTANT), havn.as_(cast.COORDINATOR)
    uncertified = cast.entering(cast.a_full_family(household=[cast.a_member()]))
    other = (await consultant.families.CreateFosterFamily(uncertified)).name
    colleague = havn.as_(replace(cast.CONSULTANT, subject="users/colleague"))
    await colleague.families.LogFollowUp(cast.logging(other, cast.a_follow_up(children=[], concern=False)))
    lives = cast.a_placement(home=FAMILY, start_date=cast.day(-20))
    await coordinator.placements.RecordPlacement(cast.recording(lives))
    told = cast.a_follow_up(children=[lives.child], concern=True, next_visit_date=cast.day(14))
    await consultant.families.LogFollowUp(cast.logging(FAMILY, told))
    leader = havn.as_(cast.LEADER)

    async def is_known() -> bool:
        looked = await leader.placements.ListRiskViews(placements.ListRiskViewsRequest())
        stays = await leader.support.ListIntensiveSupportDue(support.ListIntensiveSupportDueRequest())
        differing = await leader.capacity.ListVacancies(capacity.ListVacanciesRequest(differing=True))
        listed = await leader.capacity.ListWaitingList(capacity.ListWaitingListRequest())
        return bool(looked.open_count and stays.total_count and differing.vacancies and listed.total_count == 3)

    await havn.until("capacity", is_known)


async def two_units(havn: Havn) -> list[str]:
    """Units of which one was reported, with more places than are free there."""
    administrator = havn.as_(cast.ADMINISTRATOR)
    founding = cast.founding(cast.an_institution(authority=cast.MUNICIPALITY), id=INSTITUTION.rpartition("/")[2])
    await administrator.capacity.CreateInstitution(founding)
    unit = cast.a_unit(disposal=terms.DISPOSAL_BY_AGREEMENT, agreements=[cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY])
    units = [await administrator.capacity.CreateUnit(cast.opening(INSTITUTION, unit)) for _ in range(2)]
    staff = havn.as_(cast.staff_of(INSTITUTION, cast.MUNICIPALITY))
    await staff.capacity.ReportVacancy(cast.reporting(units[0].name, cast.a_vacancy(free_place_count=6)))
    lives = cast.a_placement(home=units[0].name, step=5)
    await havn.as_(cast.COORDINATOR).placements.RecordPlacement(cast.recording(lives))
    return [unit.name for unit in units]


async def wait_for_places(havn: Havn, caller: Caller, units: list[str]) -> None:
    """Three children of an authority wait, for whom a family and a unit were asked; to one of them the unit said yes.

    As many elsewhere, as often changed: what differs is that nobody is in danger there.
    """
    coordinator, mine = havn.as_(caller), caller.authority == cast.COORDINATOR.authority
    consultant = havn.as_(Caller(cast.CONSULTANT.subject, cast.CONSULTANT.roles, caller.authority))
    family = cast.a_ready_family(
        authority=caller.authority,
        consultant=cast.CONSULTANT.subject if mine else "users/another",
        approval=cast.an_approval(place_count=3),
        availability=cast.an_availability(free_place_count=3),
    )
    entering = cast.entering(family, id=FAMILY.rpartition("/")[2] if mine else "f-elsewhere")
    home = (await consultant.families.CreateFosterFamily(entering)).name
    danger = {"danger": placements.Danger(assessor="A.B.", since_date=cast.day())} if mine else {}
    facts: tuple[dict[str, cast.Value], ...] = ({"place_by_date": cast.day(-3)}, {}, danger)
    requests = [cast.a_request(authority=caller.authority, **each) for each in facts]
    filed = [await coordinator.placements.CreateRequest(cast.filing(each)) for each in requests]
    await coordinator.placements.OfferPlace(cast.offering(filed[0], home))
    offer, _ = [await coordinator.placements.OfferPlace(cast.offering(each, units[0])) for each in filed[1:]]
    staff = havn.as_(cast.staff_of(INSTITUTION, cast.MUNICIPALITY))
    inquiry = await staff.placements.GetInquiry(placements.GetInquiryRequest(name=inquiry_name(offer)))
    await staff.placements.AnswerOffer(cast.answering(inquiry))


def may(client: Client, service: str, method: str) -> bool:
    return access.may(client.caller, f"havn.{service}.v1.{service.capitalize()}Service.{method}")


async def placements_listed(client: Client) -> placements.PlacementsOverview:
    found = placements.PlacementsOverview()
    if may(client, "placements", "ListOffers"):
        for state, field in (
            (placements.OFFER_STATE_ASKED, "asked_offer_count"),
            (placements.OFFER_STATE_ACCEPTED, "accepted_offer_count"),
        ):
            asked = placements.ListOffersRequest(state=state, page_size=MOST)
            setattr(found, field, len((await client.placements.ListOffers(asked)).offers))
    if may(client, "placements", "ListInquiries"):
        request = placements.ListInquiriesRequest(parent="-", state=placements.OFFER_STATE_ASKED, page_size=MOST)
        found.asked_inquiry_count = len((await client.placements.ListInquiries(request)).inquiries)
    if may(client, "placements", "ListRiskViews"):
        of_state = placements.ListRiskViewsRequest(state=placements.RISK_VIEW_STATE_OPEN, page_size=MOST)
        found.open_risk_view_count = len((await client.placements.ListRiskViews(of_state)).risk_views)
    return found


async def capacity_listed(client: Client) -> capacity.CapacityOverview:
    found = capacity.CapacityOverview()
    if may(client, "capacity", "ListWaitingList"):
        entries = (await client.capacity.ListWaitingList(capacity.ListWaitingListRequest(page_size=MOST))).entries
        found.waiting_count = len(entries)
        found.in_danger_count = sum(each.in_danger for each in entries)
        found.overdue_count = sum(each.days_overdue > 0 for each in entries)
    if client.caller.roles == cast.LEADER.roles:
        groups = (await client.waiting.GetWaitingTimes(waiting.GetWaitingTimesRequest())).groups
        found.waits_by_town.extend(
            capacity.TownWait(town=each.key, child_count=each.child_count, median_days=each.median_days)
            for each in groups
            if each.dimension == waiting.WAITING_DIMENSION_TOWN
        )
    reported = (await client.capacity.ListVacancies(capacity.ListVacanciesRequest(page_size=MOST))).vacancies
    found.stale_vacancy_count = sum(each.freshness == capacity.FRESHNESS_STALE for each in reported)
    found.differing_vacancy_count = sum(each.difference != 0 for each in reported)
    if own := client.caller.institution:
        units = (await client.capacity.ListUnits(capacity.ListUnitsRequest(parent=own))).units
        found.due_report_count = len(units) - sum(each.freshness == capacity.FRESHNESS_FRESH for each in reported)
    return found


async def families_listed(client: Client, consultant: str, until: datetime) -> families.FamiliesOverview:
    whose: dict[str, cast.Value] = {"consultant": consultant, "page_size": MOST}
    visits = await client.families.ListFollowUpsDue(families.ListFollowUpsDueRequest(**whose))
    asked = families.ListCertificatesDueRequest(parent="families/-", **whose)
    certificates = (await client.families.ListCertificatesDue(asked)).certificates_due
    intensive = await client.support.ListIntensiveSupportDue(support.ListIntensiveSupportDueRequest(**whose))
    supervision = await client.support.ListSupervisionVisitsDue(support.ListSupervisionVisitsDueRequest(**whose))
    still_open = support.ListActionsRequest(parent="families/-", state=support.ACTION_STATE_OPEN, **whose)
    actions = (await client.support.ListActions(still_open)).actions
    soon = [each for each in visits.follow_ups_due if day(each.next_visit_date) <= until.date()]
    return families.FamiliesOverview(
        overdue_follow_up_count=sum(each.days_overdue > 0 for each in visits.follow_ups_due),
        soon_follow_up_count=sum(not each.days_overdue for each in soon),
        missing_certificate_count=sum(each.missing for each in certificates),
        certificate_renewal_count=sum(not each.missing for each in certificates),
        intensive_support_due_count=len(intensive.support_due),
        overdue_supervision_visit_count=sum(each.days_overdue > 0 for each in supervision.visits_due),
        overdue_action_count=sum(each.days_overdue > 0 for each in actions),
        open_action_count=sum(not each.days_overdue for each in actions),
    )


async def placements_told(client: Client) -> list[tuple[Message, Message]]:
    told = await client.placements.GetPlacementsOverview(placements.GetPlacementsOverviewRequest())
    return [(told, await placements_listed(client))]


async def capacity_told(client: Client) -> list[tuple[Message, Message]]:
    told = await client.capacity.GetCapacityOverview(capacity.GetCapacityOverviewRequest())
    return [(told, await capacity_listed(client))]


async def families_told(client: Client, until: datetime) -> list[tuple[Message, Message]]:
    pairs: list[tuple[Message, Message]] = []
    for consultant in ("", cast.CONSULTANT.subject):
        request = families.GetFamiliesOverviewRequest(consultant=consultant, soon_until_date=date_message(until.date()))
        told = await client.families.GetFamiliesOverview(request)
        pairs.append((told, await families_listed(client, consultant, until)))
    return pairs


NOW = {
    "asked_offer_count",
    "accepted_offer_count",
    "asked_inquiry_count",
    "open_risk_view_count",
    "waiting_count",
    "in_danger_count",
    "waits_by_town",
    "overdue_count",
    "differing_vacancy_count",
    "due_report_count",
    "soon_follow_up_count",
    "missing_certificate_count",
    "intensive_support_due_count",
    "open_action_count",
}
"""What somebody counts more than none of at once."""

LATER = {"stale_vacancy_count", "overdue_follow_up_count", "overdue_action_count"}
"""And a month later."""


async def counted(havn: Havn) -> set[str]:
    """What somebody counts more than none of; each overview says what its lists hold."""
    found: set[str] = set()
    for name, caller in CALLERS.items():
        client, pairs = havn.as_(caller), list[tuple[Message, Message]]()
        if may(client, "placements", "GetPlacementsOverview"):
            pairs += await placements_told(client)
        if may(client, "capacity", "GetCapacityOverview"):
            pairs += await capacity_told(client)
        if may(client, "families", "GetFamiliesOverview"):
            pairs += await families_told(client, havn.clock.moment + timedelta(days=20))
        for told, listed in pairs:
            assert told == listed, name
            found |= {field.name for field, _ in told.ListFields()}
    return found


async def test_each_is_told_how_long_its_lists_are(havn: Havn) -> None:
    assert await counted(havn) >= NOW


async def test_overviews_follow_time_and_each_change(havn: Havn, consultant: Client) -> None:
    havn.clock.moment = cast.NOW + timedelta(days=30)
    havn.clock.day = havn.clock.moment.date()
    assert await counted(havn) >= LATER
    staff = havn.as_(cast.staff_of(INSTITUTION, cast.MUNICIPALITY))
    for unit in (await staff.capacity.ListUnits(capacity.ListUnitsRequest(parent=INSTITUTION))).units:
        await staff.capacity.ReportVacancy(cast.reporting(unit.name, cast.a_vacancy(from_date=cast.day(30))))
    await consultant.families.LogFollowUp(
        cast.logging(FAMILY, cast.a_follow_up(visit_date=cast.day(29), next_visit_date=cast.day(40)))
    )
    assert not await counted(havn) & {"stale_vacancy_count", "due_report_count"}


async def test_whoever_has_no_list_has_no_overview(havn: Havn) -> None:
    auditor = havn.as_(cast.AUDITOR)
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await auditor.placements.GetPlacementsOverview(placements.GetPlacementsOverviewRequest())


async def test_waiting_times_leave_a_row_in_the_audit_trail_and_counts_none(havn: Havn) -> None:
    async def rows(caller: Caller) -> int:
        read = col(AuditRow.subject) == caller.subject, col(AuditRow.rpc).endswith("/GetCapacityOverview")
        return len(await havn.rows("capacity", lambda session: session.exec(select(AuditRow).where(*read)).all()))

    before = [await rows(caller) for caller in (cast.LEADER, cast.COORDINATOR)]
    for caller in (cast.LEADER, cast.COORDINATOR):
        await havn.as_(caller).capacity.GetCapacityOverview(capacity.GetCapacityOverviewRequest())
    after = [await rows(caller) for caller in (cast.LEADER, cast.COORDINATOR)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0]
