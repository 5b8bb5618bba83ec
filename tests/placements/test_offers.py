"""Offers: homes are asked, answer, and hold places meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from sqlmodel import col, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.families.v1 import families_pb2 as families
from havn.placements.v1 import events_pb2 as events
from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.placements import offer_rules
from services.placements.api import DEFINITION as PLACEMENTS
from services.placements.homes import Home
from services.placements.store import InquiryRow, OfferRow
from services.shared.access import Caller
from services.shared.errors import StateNotAllowed
from services.shared.names import last_part
from services.shared.tables import AuditRow, OutboxEvent
from services.shared.wire import time
from tests import cast
from tests.conftest import Client, Havn, refusal, refused, running_havn


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    async with running_havn(tmp_path_factory.mktemp("offers"), clock=cast.FixedClock()) as running:
        yield running


@pytest.fixture(autouse=True)
def _now(havn: Havn) -> None:
    move_to(havn, cast.NOW)


def move_to(havn: Havn, moment: datetime) -> None:
    havn.clock.moment, havn.clock.day = moment, moment.date()


async def a_home(havn: Havn, places: int = 1, **differing: cast.Value) -> str:
    """A family that may be asked, with so many free places."""
    given = {
        "approval": cast.an_approval(place_count=max(places, 1)),
        "availability": cast.an_availability(free_place_count=places),
    }
    family = cast.a_ready_family(**given | differing)
    consultant = havn.as_(Caller("users/c", cast.CONSULTANT.roles, family.authority))
    return (await consultant.families.CreateFosterFamily(cast.entering(family))).name


async def a_unit(havn: Havn, places: int = 1, authority: str = cast.SELF_GOVERNMENT, **differing: cast.Value) -> str:
    """A unit of an institution, which reported so many free places."""
    administrator = havn.as_(cast.ADMINISTRATOR)
    founding = cast.founding(cast.an_institution(authority=authority))
    institution = await administrator.capacity.CreateInstitution(founding)
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name, cast.a_unit(**differing)))
    staff = havn.as_(cast.staff_of(institution.name, authority))
    await staff.capacity.ReportVacancy(cast.reporting(unit.name, cast.a_vacancy(free_place_count=places)))
    return unit.name


async def a_request(havn: Havn, caller: Caller = cast.COORDINATOR, **differing: cast.Value) -> pb.PlacementRequest:
    filing = cast.filing(cast.a_request(**{"authority": caller.authority} | differing))
    return await havn.as_(caller).placements.CreateRequest(filing)


async def asked(havn: Havn, home: str, **differing: cast.Value) -> pb.Offer:
    """An open offer to a home for a new child."""
    request = await a_request(havn, **differing)
    return await havn.as_(cast.COORDINATOR).placements.OfferPlace(cast.offering(request, home))


def home_of(offer: pb.Offer) -> Caller:
    """Whoever answers for the home."""
    if offer.home.startswith("families/"):
        return cast.member_of(offer.home)
    return cast.staff_of(offer.home.rsplit("/", 2)[0])


async def inquiry_of(havn: Havn, offer: pb.Offer) -> pb.Inquiry:
    name = offer_rules.inquiry_name(offer)
    return await havn.as_(home_of(offer)).placements.GetInquiry(pb.GetInquiryRequest(name=name))


async def offer_now(havn: Havn, offer: pb.Offer) -> pb.Offer:
    return await havn.as_(cast.COORDINATOR).placements.GetOffer(pb.GetOfferRequest(name=offer.name))


async def subjects_of(havn: Havn, offer: pb.Offer) -> list[str]:
    """What was announced of an offer, in order."""
    mine = col(OutboxEvent.subject).endswith(f".{last_part(offer.name)}")
    query = select(OutboxEvent.subject).where(mine).order_by(col(OutboxEvent.sequence))
    subjects = await havn.rows("placements", lambda session: list(session.exec(query)))
    return [subject.split(".")[4] for subject in subjects]


async def test_a_home_that_is_asked_holds_its_place_and_sees_an_inquiry(havn: Havn) -> None:
    offer = await asked(havn, await a_home(havn))
    assert (offer.state, offer.place_count, offer.held_place_count) == (pb.OFFER_STATE_ASKED, 1, 1)
    assert (offer.asked_by, offer.authority) == (cast.COORDINATOR.subject, cast.MUNICIPALITY)
    assert await offer_now(havn, offer) == offer
    inquiry = await inquiry_of(havn, offer)
    assert (inquiry.state, inquiry.asking_authority) == (pb.OFFER_STATE_ASKED, cast.MUNICIPALITY)
    assert await subjects_of(havn, offer) == ["asked"]


async def test_the_same_key_asks_once_and_says_the_same_also_once_the_home_has_gone(havn: Havn) -> None:
    home, request = await a_home(havn), await a_request(havn)
    placements, asking = havn.as_(cast.COORDINATOR).placements, cast.offering(request, home)
    offer = await placements.OfferPlace(asking)
    consultant = havn.as_(cast.CONSULTANT)
    family = await consultant.families.GetFosterFamily(families.GetFosterFamilyRequest(name=home))
    await consultant.families.PauseFamily(cast.pausing(family))
    assert await placements.OfferPlace(asking) == offer


async def test_what_was_changed_since_the_coordinator_read_it_is_not_asked_for(havn: Havn) -> None:
    home, request = await a_home(havn), await a_request(havn)
    placements = havn.as_(cast.COORDINATOR).placements
    with refused("ABORTED", "ETAG_STALE"):
        await placements.OfferPlace(cast.offering(request, home, etag="999"))
    assert await placements.OfferPlace(cast.offering(request, home, etag=request.etag))


@pytest.mark.parametrize(
    ("field", "value"),
    [("home", "homes/x"), ("request", "children/x"), ("suggestions", "anything"), ("reason", " ")],
)
async def test_names_that_can_not_be_are_refused(field: str, value: str, coordinator: Client) -> None:
    asking = cast.offering(pb.PlacementRequest(name="requests/r"), "families/f")
    setattr(asking, field, value)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await coordinator.placements.OfferPlace(asking)


# O1: which homes may be asked, for whom.


async def test_o1_a_request_that_is_closed_is_not_asked_for(havn: Havn, coordinator: Client) -> None:
    request = await a_request(havn)
    await coordinator.placements.WithdrawRequest(cast.withdrawing(request))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.OfferPlace(cast.offering(request, await a_home(havn)))


@pytest.mark.parametrize(
    "differing",
    [
        {"approval": None, "availability": None},
        {"approval": cast.an_approval(valid_until_date=cast.day(6))},
        {"approval": cast.an_approval(valid_from_date=cast.day(8))},
        {"pause": families.Pause(author="A", reason="Ill")},
        {"pause": families.Pause(author="A", reason="Ill", until_date=cast.day(7))},
        {"town": "Paamiut"},
        {"household": [cast.a_member(person="persons/kept-away")]},
    ],
    ids=["not approved", "approval ends", "approval begins", "paused", "paused until then", "town", "household"],
)
async def test_o1_a_home_is_not_asked_that(differing: dict[str, cast.Value], havn: Havn) -> None:
    home = await a_home(havn, **differing)
    protection = pb.Protection(towns=["Paamiut"], persons=["persons/kept-away"])
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home, from_date=cast.day(7), protection=protection)


async def test_o1_a_home_that_is_ready_on_the_day_is_asked(havn: Havn) -> None:
    until = families.Pause(author="A", reason="Ill", until_date=cast.day(6))
    approval = cast.an_approval(valid_from_date=cast.day(7), valid_until_date=cast.day(7))
    home = await a_home(havn, pause=until, approval=approval)
    assert await asked(havn, home, from_date=cast.day(7))


async def test_o1_a_protection_from_an_institution_is_one_from_its_units(havn: Havn) -> None:
    unit = await a_unit(havn)
    institution = unit.rpartition("/units/")[0]
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, unit, protection=pb.Protection(homes=[institution]))


async def test_o1_a_family_of_others_is_as_one_that_is_not_there(havn: Havn) -> None:
    theirs = await a_home(havn, authority=cast.OTHER_MUNICIPALITY)
    told = []
    for home in (theirs, "families/none"):
        with refused("NOT_FOUND") as seen:
            await asked(havn, home)
        told.append(seen[0].message.replace(home, "HOME"))
    assert told[0] == told[1]


async def test_o1_a_family_of_others_with_an_agreement_is_asked(havn: Havn) -> None:
    home = await a_home(havn, authority=cast.OTHER_MUNICIPALITY, agreements=[cast.MUNICIPALITY])
    assert await asked(havn, home)


@pytest.mark.parametrize(
    ("differing", "may"),
    [
        ({"disposal": terms.DISPOSAL_BY_AGREEMENT, "agreements": [cast.MUNICIPALITY]}, True),
        ({"disposal": terms.DISPOSAL_BY_AGREEMENT, "agreements": [cast.OTHER_MUNICIPALITY]}, False),
        ({"disposal": terms.DISPOSAL_OWN, "agreements": [cast.MUNICIPALITY]}, False),
    ],
)
async def test_o1_a_unit_of_others_is_asked_by_agreement(
    differing: dict[str, cast.Value], may: bool, havn: Havn
) -> None:
    unit = await a_unit(havn, **differing)
    if may:
        assert await asked(havn, unit)
    else:
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
            await asked(havn, unit)


# O10, O11: what the central list disposes of.

KEEPER = cast.USERS["central-list"]
DANGER = pb.Danger(assessor="A", since_date=cast.day())
CENTRAL = Home("institutions/i/units/u", cast.SELF_GOVERNMENT, "Nuuk", place_count=4, agreements=None)


@pytest.mark.parametrize(
    ("applied_for", "assigned", "danger", "by"),
    [
        ("", "", False, "O10"),
        ("a", "a", False, "O10"),
        ("ab", "a", False, "O11"),
        ("ab", "ab", False, ""),
        ("ab", "", True, ""),
        ("a", "a", True, "O10"),
    ],
)
def test_o11_each_sibling_needs_an_application_and_out_of_danger_a_place(
    applied_for: str, assigned: str, danger: bool, by: str
) -> None:
    home = replace(CENTRAL, applied=frozenset(applied_for), assigned=frozenset(assigned))
    wanted = [pb.PlacementRequest(name=name, danger=DANGER if danger else None) for name in "ab"]
    try:
        offer_rules.require_assigned(home, wanted)
        told = ""
    except StateNotAllowed as error:
        told = error.rule
    assert told == by
    offer_rules.require_assigned(replace(CENTRAL, agreements=frozenset()), wanted)


async def applied(havn: Havn, request: pb.PlacementRequest) -> waiting.CentralListApplication:
    """The application for one who waits, once its own list has heard of it."""
    client = havn.as_(cast.COORDINATOR)

    async def waits() -> bool:
        listed = await client.capacity.ListWaitingList(capacity.ListWaitingListRequest(query=last_part(request.name)))
        return bool(listed.entries)

    await havn.until("capacity", waits)
    return await client.waiting.ApplyToCentralList(cast.applying(request.name))


async def entry_of(havn: Havn, application: waiting.CentralListApplication) -> waiting.CentralListEntry:
    listed = await havn.as_(KEEPER).waiting.ListCentralList(waiting.ListCentralListRequest(page_size=200))
    return next(each for each in listed.entries if last_part(each.name) == last_part(application.name))


async def test_o10_o11_w10_w11_a_place_of_the_central_list_from_the_application_to_the_offer(
    havn: Havn, coordinator: Client
) -> None:
    keeper, unit = havn.as_(KEEPER), await a_unit(havn, disposal=terms.DISPOSAL_CENTRAL_LIST, agreements=[])
    step = pb.NeedStep(step=5, assessor="A", assessed_date=cast.day())
    request, danger = await a_request(havn, need_step=step), await a_request(havn, danger=DANGER)

    async def is_refused(by: str, wanted: pb.PlacementRequest = request) -> None:
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as seen:
            await coordinator.placements.OfferPlace(cast.offering(wanted, unit, validate_only=True))
        assert seen[0].rule == by

    await is_refused("O10")
    await is_refused("O10", danger)
    application, in_danger = await applied(havn, request), await applied(havn, danger)
    await is_refused("O11")
    assert await coordinator.placements.OfferPlace(cast.offering(danger, unit, validate_only=True))

    async def left() -> int:
        places = (await keeper.waiting.ListAssignablePlaces(waiting.ListAssignablePlacesRequest())).places
        return next(place.place_count for place in places if place.home == unit)

    assert await left() == 1
    entry = await entry_of(havn, application)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "reason"):
        await keeper.waiting.AssignPlace(cast.assigning(entry, unit))
    assigned = await keeper.waiting.AssignPlace(cast.assigning(entry, unit, reason="The other asks a family tonight"))
    assert (assigned.assigned.home, await left()) == (unit, 0)
    for told in (request.name, request.child.reference, request.child.town):
        assert told.encode() not in assigned.SerializeToString()
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await keeper.waiting.AssignPlace(cast.assigning(await entry_of(havn, in_danger), unit))
    offer = await coordinator.placements.OfferPlace(cast.offering(request, unit))

    async def heard() -> bool:
        listed = await coordinator.capacity.ListWaitingList(
            capacity.ListWaitingListRequest(query=last_part(request.name))
        )
        return offer.state in {each.state for each in listed.entries[0].offers}

    await havn.until("capacity", heard)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await keeper.waiting.TakePlaceBack(cast.taking_back(assigned))
    await havn.as_(home_of(offer)).placements.AnswerOffer(cast.declining(await inquiry_of(havn, offer)))
    offer = await offer_now(havn, offer)
    await havn.until("capacity", heard)
    back = await keeper.waiting.TakePlaceBack(cast.taking_back(assigned))
    assert not back.HasField("assigned")

    async def is_left() -> bool:
        return await left() == 1

    await havn.until("capacity", is_left)
    await is_refused("O11")
    asked_for = waiting.ListCentralListApplicationsRequest(request=request.name)
    [mine] = (await coordinator.waiting.ListCentralListApplications(asked_for)).applications
    assert [each.take_back_reason for each in mine.taken_back] == ["The unit closes (invented)"]


# O2: no place is held twice.


async def test_o2_the_last_place_goes_to_the_first_offer_over_all_authorities(havn: Havn) -> None:
    both = [cast.MUNICIPALITY, cast.OTHER_MUNICIPALITY]
    unit = await a_unit(havn, places=2, agreements=both)
    coordinators = [cast.COORDINATOR, cast.elsewhere(cast.COORDINATOR)]
    requests = [(caller, await a_request(havn, caller)) for caller in coordinators for _ in range(6)]
    tries = [havn.as_(caller).placements.OfferPlace(cast.offering(request, unit)) for caller, request in requests]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, pb.Offer) for each in ended) == 2
    codes = {refusal(each).reason for each in ended if isinstance(each, grpc.RpcError)}
    assert codes == {"STATE_NOT_ALLOWED"}


@pytest.mark.parametrize("let_go", ["decline", "withdraw", "expire"])
async def test_o2_a_place_is_free_again_once_its_offer_is_over(let_go: str, havn: Havn) -> None:
    home = await a_home(havn)
    offer = await asked(havn, home)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home)
    if let_go == "decline":
        inquiry = await inquiry_of(havn, offer)
        await havn.as_(home_of(offer)).placements.AnswerOffer(cast.declining(inquiry))
    elif let_go == "withdraw":
        await havn.as_(cast.COORDINATOR).placements.WithdrawOffer(cast.withdrawing_offer(offer))
    else:
        move_to(havn, time(offer.answer_by_time))
    assert await asked(havn, home)


async def test_o2_an_accepted_offer_holds_its_place_beyond_its_time(havn: Havn) -> None:
    home = await a_home(havn)
    offer = await asked(havn, home)
    await havn.as_(home_of(offer)).placements.AnswerOffer(cast.answering(await inquiry_of(havn, offer)))
    move_to(havn, time(offer.answer_by_time) + timedelta(days=30))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home)


async def test_o2_who_lives_there_leaves_fewer_places_than_are_reported(havn: Havn, coordinator: Client) -> None:
    home = await a_home(havn, places=1)
    staying = cast.recording(cast.a_placement(home=home))
    gone = cast.recording(cast.a_placement(home=home, end_date=cast.day(-1)))
    await coordinator.placements.RecordPlacement(gone)
    offer = await asked(havn, home)
    await coordinator.placements.WithdrawOffer(cast.withdrawing_offer(offer))
    await coordinator.placements.RecordPlacement(staying)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home)


async def test_o2_a_home_that_reported_nothing_has_no_place(havn: Havn) -> None:
    home = await a_home(havn, availability=None)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home)


async def test_o2_a_child_who_lives_with_no_others_holds_all_that_is_free(havn: Havn) -> None:
    home = await a_home(havn, places=3)
    offer = await asked(havn, home, solo_placement=True)
    assert offer.held_place_count == 3
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await asked(havn, home)


async def test_o2_a_parent_with_child_holds_one_place(havn: Havn) -> None:
    offer = await asked(havn, await a_unit(havn, places=2), kind=pb.REQUEST_KIND_PARENT_WITH_CHILD)
    assert offer.held_place_count == 1


# O3: how many homes are asked at a time.


async def test_o3_one_home_is_asked_for_a_child_at_a_time(havn: Havn, coordinator: Client) -> None:
    first, second, request = await a_home(havn), await a_home(havn), await a_request(havn)
    offer = await coordinator.placements.OfferPlace(cast.offering(request, first))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.OfferPlace(cast.offering(request, second))
    await havn.as_(home_of(offer)).placements.AnswerOffer(cast.declining(await inquiry_of(havn, offer)))
    assert await coordinator.placements.OfferPlace(cast.offering(request, second))


async def test_o3_in_danger_three_homes_are_asked_and_none_of_them_twice(havn: Havn, coordinator: Client) -> None:
    homes = [await a_home(havn, places=2) for _ in range(4)]
    request = await a_request(havn, danger=pb.Danger(assessor="A", since_date=cast.day()))
    for home in homes[:3]:
        await coordinator.placements.OfferPlace(cast.offering(request, home))
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
            await coordinator.placements.OfferPlace(cast.offering(request, home))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.OfferPlace(cast.offering(request, homes[3]))


# O4: an answer in time.


@pytest.mark.parametrize(
    ("differing", "hours"), [({}, 72), ({"danger": pb.Danger(assessor="A", since_date=cast.day())}, 4)]
)
async def test_o4_a_home_has_its_time_to_answer(differing: dict[str, cast.Value], hours: int, havn: Havn) -> None:
    offer = await asked(havn, await a_home(havn), **differing)
    assert time(offer.answer_by_time) == cast.NOW + timedelta(hours=hours)
    move_to(havn, time(offer.answer_by_time))
    assert (await offer_now(havn, offer)).state == pb.OFFER_STATE_EXPIRED
    inquiry = await inquiry_of(havn, offer)
    assert inquiry.state == pb.OFFER_STATE_EXPIRED
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await havn.as_(home_of(offer)).placements.AnswerOffer(cast.answering(inquiry))


async def test_o4_an_offer_that_nobody_answers_is_marked_and_announced(havn: Havn) -> None:
    offer = await asked(havn, await a_home(havn))
    move_to(havn, time(offer.answer_by_time))

    async def announced() -> bool:
        return await subjects_of(havn, offer) == ["asked", "expired"]

    await havn.until("placements", announced)
    marked = await havn.rows("placements", lambda session: session.get(OfferRow, offer.name))
    assert marked
    assert (marked.state, pb.Offer.FromString(marked.body).held_place_count) == (pb.OFFER_STATE_EXPIRED, 0)


async def test_o4_lists_find_by_how_it_stands_now_marked_or_not(tmp_path: Path) -> None:
    async with running_havn(tmp_path) as havn:
        home = await a_home(havn, places=2)
        late = await asked(havn, home)
        move_to(havn, cast.NOW + timedelta(hours=1))
        asked_later = await asked(havn, home)
        move_to(havn, time(late.answer_by_time))
        for state, offer in ((pb.OFFER_STATE_EXPIRED, late), (pb.OFFER_STATE_ASKED, asked_later)):
            offers = await havn.as_(cast.COORDINATOR).placements.ListOffers(pb.ListOffersRequest(state=state))
            assert [each.name for each in offers.offers] == [offer.name]
            inquiries = await havn.as_(home_of(offer)).placements.ListInquiries(
                pb.ListInquiriesRequest(parent=home, state=state)
            )
            assert [each.name for each in inquiries.inquiries] == [offer_rules.inquiry_name(offer)]
        counted = pb.ListOffersRequest(page_size=1, counted=True)
        told = (await havn.as_(cast.COORDINATOR).placements.ListOffers(counted)).counts
        assert {each.state: each.count for each in told} == {pb.OFFER_STATE_EXPIRED: 1, pb.OFFER_STATE_ASKED: 1}
        elsewhere = await havn.as_(cast.elsewhere(cast.COORDINATOR)).placements.ListOffers(counted)
        assert (len(elsewhere.offers), len(elsewhere.counts)) == (0, 0)


# O5: siblings.


def bond(child: str, rule: pb.SiblingRule.ValueType) -> pb.SiblingBond:
    return cast.a_sibling(child=child, rule=rule, author="Leader (invented)", reason="Decided")


async def siblings(havn: Havn, rule: pb.SiblingRule.ValueType, **differing: cast.Value) -> list[pb.PlacementRequest]:
    """Requests of two siblings; the first one says how they belong together."""
    one, other = cast.a_child(), cast.a_child()
    first = await a_request(havn, child=one, siblings=[bond(other.reference, rule)], **differing)
    return [first, await a_request(havn, child=other, siblings=[], **differing)]


async def test_o5_siblings_are_asked_for_together_with_a_place_for_each(havn: Havn, coordinator: Client) -> None:
    first, second = await siblings(havn, pb.SIBLING_RULE_TOGETHER)
    asking = cast.offering(first, await a_home(havn, places=2), sibling_requests=[second.name])
    offer = await coordinator.placements.OfferPlace(asking)
    assert (offer.place_count, list(offer.sibling_requests)) == (2, [second.name])
    assert len((await inquiry_of(havn, offer)).children) == 2
    for request in (first, second):
        found = await coordinator.placements.ListOffers(pb.ListOffersRequest(request=request.name))
        assert list(found.offers) == [offer]
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
            await coordinator.placements.OfferPlace(cast.offering(request, await a_home(havn)))


async def test_o5_who_must_stay_together_is_not_left_behind_but_in_danger(havn: Havn, coordinator: Client) -> None:
    for request in await siblings(havn, pb.SIBLING_RULE_TOGETHER):
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
            await coordinator.placements.OfferPlace(cast.offering(request, await a_home(havn)))
    danger = pb.Danger(assessor="A", since_date=cast.day())
    first, _second = await siblings(havn, pb.SIBLING_RULE_TOGETHER, danger=danger)
    assert await coordinator.placements.OfferPlace(cast.offering(first, await a_home(havn)))


async def test_o5_who_may_be_parted_is_asked_for_alone_or_along(havn: Havn, coordinator: Client) -> None:
    first, second = await siblings(havn, pb.SIBLING_RULE_TOGETHER_IF_POSSIBLE)
    offer = await coordinator.placements.OfferPlace(cast.offering(first, await a_home(havn)))
    await coordinator.placements.WithdrawOffer(cast.withdrawing_offer(offer))
    asking = cast.offering(first, await a_home(havn, places=2), sibling_requests=[second.name])
    assert await coordinator.placements.OfferPlace(asking)


async def test_o5_who_lives_apart_does_not_go_along(havn: Havn, coordinator: Client) -> None:
    first, second = await siblings(havn, pb.SIBLING_RULE_APART)
    asking = cast.offering(first, await a_home(havn, places=2), sibling_requests=[second.name])
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.OfferPlace(asking)


async def test_o5_who_is_no_sibling_does_not_go_along(havn: Havn, coordinator: Client) -> None:
    first, second = await a_request(havn), await a_request(havn)
    asking = cast.offering(first, await a_home(havn, places=2), sibling_requests=[second.name])
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "sibling_requests"):
        await coordinator.placements.OfferPlace(asking)


async def test_o5_a_child_of_others_is_as_one_that_is_not_there(havn: Havn, coordinator: Client) -> None:
    theirs, request = await a_request(havn, cast.elsewhere(cast.COORDINATOR)), await a_request(havn)
    asking = cast.offering(request, await a_home(havn, places=2), sibling_requests=[theirs.name])
    with refused("NOT_FOUND"):
        await coordinator.placements.OfferPlace(asking)


# O6: what a home is told.


def telling(request: pb.PlacementRequest) -> list[bytes]:
    """What of a request would say who the child is, or what is none of a home's business."""
    child = request.child
    texts = [request.name, child.reference, request.school.school, request.wish.child_words, request.need_step.assessor]
    return [text.encode() for text in texts]


async def test_o6_nobody_can_tell_from_an_inquiry_who_the_child_is(havn: Havn, coordinator: Client) -> None:
    whole = cast.a_full_request(siblings=[], protection=pb.Protection(), danger=None)
    request = await coordinator.placements.CreateRequest(cast.filing(whole))
    offer = await coordinator.placements.OfferPlace(cast.offering(request, await a_home(havn)))
    inquiry = await inquiry_of(havn, offer)
    for text in (*telling(request), offer.reason.encode(), b"Nuuk"):
        assert text not in inquiry.SerializeToString()
    (child,) = inquiry.children
    assert (child.age, child.gender, child.need_level) == (8, request.child.gender, request.needs.level)
    assert list(child.languages) == list(request.child.languages)


async def test_o6_the_home_that_said_yes_is_told_who_comes_until_it_is_withdrawn(havn: Havn) -> None:
    school = pb.Schooling(school="School (invented)", town="Nuuk")
    request = await a_request(havn, school=school, contact=pb.Contact(town="Nuuk", visits_per_month=2))
    offer = await havn.as_(cast.COORDINATOR).placements.OfferPlace(cast.offering(request, await a_unit(havn)))
    home = havn.as_(home_of(offer)).placements
    accepted = await home.AnswerOffer(cast.answering(await inquiry_of(havn, offer)))
    told = pb.AcceptedChild(
        authority=cast.MUNICIPALITY,
        request=request.name,
        child=request.child.reference,
        town="Nuuk",
        school=school,
        contact=request.contact,
    )
    assert list(accepted.accepted_children) == [told]
    assert await inquiry_of(havn, offer) == accepted
    offer = await offer_now(havn, offer)
    await havn.as_(cast.COORDINATOR).placements.WithdrawOffer(cast.withdrawing_offer(offer))
    kept = await havn.rows("placements", lambda session: session.get(InquiryRow, accepted.name))
    assert kept
    assert [text for text in telling(request) if text and text in kept.body] == []


async def test_o6_the_authority_of_the_child_learns_which_home_saw_who_it_is(havn: Havn) -> None:
    offer = await asked(havn, await a_unit(havn))
    await havn.as_(home_of(offer)).placements.AnswerOffer(cast.answering(await inquiry_of(havn, offer)))
    await inquiry_of(havn, offer)
    rows = await havn.rows("placements", lambda session: session.exec(select(AuditRow)).all())
    seen = [json.loads(row.names) for row in rows if row.subject == home_of(offer).subject and row.action == "READ"]
    assert [names for names in seen if offer.request in names.get(cast.MUNICIPALITY, [])] == seen[-1:]


@pytest.mark.parametrize(
    ("town", "nearness"),
    [
        ("Nuuk", pb.NEARNESS_SAME_TOWN),
        ("Sisimiut", pb.NEARNESS_OTHER_TOWN),
        ("Upernavik", pb.NEARNESS_UNSPECIFIED),
        ("Kapisillit", pb.NEARNESS_UNSPECIFIED),
    ],
)
async def test_o6_the_town_is_told_of_only_where_many_live(
    town: str, nearness: pb.Nearness.ValueType, havn: Havn
) -> None:
    offer = await asked(havn, await a_home(havn, town=town))
    assert [child.nearness for child in (await inquiry_of(havn, offer)).children] == [nearness]


# O7 and O8: how a hold ends otherwise.


async def test_o7_a_withdrawn_request_withdraws_what_was_asked_for_it(havn: Havn, coordinator: Client) -> None:
    request = await a_request(havn)
    offer = await coordinator.placements.OfferPlace(cast.offering(request, await a_home(havn)))
    await coordinator.placements.WithdrawRequest(cast.withdrawing(request))
    withdrawn = await offer_now(havn, offer)
    assert (withdrawn.state, withdrawn.held_place_count) == (pb.OFFER_STATE_WITHDRAWN, 0)
    assert withdrawn.withdrawal_reason
    assert (await inquiry_of(havn, offer)).state == pb.OFFER_STATE_WITHDRAWN
    assert await subjects_of(havn, offer) == ["asked", "withdrawn"]


async def test_o7_an_import_that_closes_a_request_withdraws_too(havn: Havn, administrator: Client) -> None:
    kept, closed = [await asked(havn, await a_home(havn)) for _ in range(2)]
    request = await havn.as_(cast.COORDINATOR).placements.GetRequest(pb.GetRequestRequest(name=closed.request))
    request.state, request.withdrawal_reason = pb.REQUEST_STATE_WITHDRAWN, "Moved away"
    row = pb.CreateRequestRequest(request=request, id=last_part(request.name))
    imported = [pb.ImportPlacementsRequest(request_id=cast.fresh(), request=row)]
    answer = await administrator.placements.ImportPlacements(cast.one_by_one(imported))
    assert cast.counts(answer) == (0, 1, 0)
    assert (await offer_now(havn, closed)).state == pb.OFFER_STATE_WITHDRAWN
    assert (await offer_now(havn, kept)).state == pb.OFFER_STATE_ASKED


def moved_in(request: pb.PlacementRequest, home: str) -> pb.RecordPlacementRequest:
    return cast.recording(cast.a_placement(child=request.child.reference, home=home, start_date=cast.day()))


async def test_o8_a_place_is_held_no_more_once_its_child_lives_there(havn: Havn, coordinator: Client) -> None:
    home, request = await a_home(havn), await a_request(havn)
    offer = await coordinator.placements.OfferPlace(cast.offering(request, home))
    await coordinator.placements.RecordPlacement(moved_in(request, await a_home(havn)))
    assert (await offer_now(havn, offer)).held_place_count == 1
    await coordinator.placements.RecordPlacement(moved_in(request, home))
    assert (await offer_now(havn, offer)).held_place_count == 0
    assert await subjects_of(havn, offer) == ["asked", "placed"]


async def test_o8_an_import_that_places_the_child_ends_the_hold_too(havn: Havn, administrator: Client) -> None:
    home, request = await a_home(havn), await a_request(havn)
    offer = await havn.as_(cast.COORDINATOR).placements.OfferPlace(cast.offering(request, home))
    imported = [pb.ImportPlacementsRequest(request_id=cast.fresh(), placement=moved_in(request, home))]
    await administrator.placements.ImportPlacements(cast.one_by_one(imported))
    assert (await offer_now(havn, offer)).held_place_count == 0


async def test_o8_of_siblings_who_come_one_after_the_other_the_rest_is_held(havn: Havn, coordinator: Client) -> None:
    first, second = await siblings(havn, pb.SIBLING_RULE_TOGETHER)
    home = await a_home(havn, places=2)
    offer = await coordinator.placements.OfferPlace(cast.offering(first, home, sibling_requests=[second.name]))
    for request, left in ((first, 1), (first, 1), (second, 0)):
        await coordinator.placements.RecordPlacement(moved_in(request, home))
        assert (await offer_now(havn, offer)).held_place_count == left


# Who sees what.


async def test_a_home_sees_what_it_is_asked_and_nothing_else(havn: Havn) -> None:
    home, other, unit = await a_home(havn), await a_home(havn), await a_unit(havn)
    offers = {each: await asked(havn, each) for each in (home, other, unit)}
    institution = unit.rpartition("/units/")[0]
    everything = pb.ListInquiriesRequest(parent="-", page_size=200)
    for caller, seen in (
        (cast.member_of(home), {home}),
        (cast.staff_of(institution), {unit}),
        (cast.staff_of("institutions/none"), set()),
    ):
        found = await havn.as_(caller).placements.ListInquiries(everything)
        assert {each.name for each in found.inquiries} == {offer_rules.inquiry_name(offers[each]) for each in seen}
    found = await havn.as_(cast.CONSULTANT).placements.ListInquiries(everything)
    assert {offer_rules.inquiry_name(offers[each]) for each in (home, other)} <= {each.name for each in found.inquiries}


async def test_consultants_answer_for_families_and_see_nothing_of_institutions(havn: Havn) -> None:
    unit = await a_unit(havn, authority=cast.MUNICIPALITY)
    offer = await asked(havn, unit)
    name = offer_rules.inquiry_name(offer)
    consultant = havn.as_(cast.CONSULTANT).placements
    with refused("NOT_FOUND"):
        await consultant.GetInquiry(pb.GetInquiryRequest(name=name))
    with refused("NOT_FOUND"):
        await consultant.AnswerOffer(cast.answering(pb.Inquiry(name=name, etag="1")))
    found = await consultant.ListInquiries(pb.ListInquiriesRequest(parent="-", page_size=200))
    assert name not in {each.name for each in found.inquiries}
    found = await havn.as_(cast.AUDITOR).placements.ListInquiries(pb.ListInquiriesRequest(parent="-", page_size=200))
    assert name in {each.name for each in found.inquiries}


async def test_inquiries_are_listed_by_home_by_institution_and_newest_first(havn: Havn) -> None:
    unit = await a_unit(havn, places=3)
    offers = []
    for hours in range(3):
        move_to(havn, cast.NOW + timedelta(hours=hours))
        offers.append(await asked(havn, unit))
    staff = havn.as_(home_of(offers[0])).placements
    newest_first = [offer_rules.inquiry_name(offer) for offer in reversed(offers)]
    for parent in (unit, f"{unit.rpartition('/')[0]}/-", "-"):
        found = await staff.ListInquiries(pb.ListInquiriesRequest(parent=parent))
        assert [each.name for each in found.inquiries] == newest_first
    found = await staff.ListInquiries(pb.ListInquiriesRequest(parent="families/f"))
    assert not found.inquiries


async def test_what_would_be_asked_can_be_checked_and_holds_nothing(havn: Havn, coordinator: Client) -> None:
    home, request = await a_home(havn), await a_request(havn)
    asking = cast.offering(request, home, validate_only=True)
    checked = await coordinator.placements.OfferPlace(asking)
    assert (checked.name, checked.place_count, checked.state) == ("", 1, pb.OFFER_STATE_ASKED)
    assert time(checked.answer_by_time) == cast.NOW + offer_rules.ANSWER_WITHIN
    assert not (await coordinator.placements.ListOffers(pb.ListOffersRequest(home=home))).offers
    asking.validate_only = False
    asked_now = await coordinator.placements.OfferPlace(asking)
    assert asked_now.answer_by_time == checked.answer_by_time
    for validate_only in (True, False):
        another = cast.offering(await a_request(havn), home, validate_only=validate_only)
        with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as told:
            await coordinator.placements.OfferPlace(another)
        assert told[0].rule == "O2"


async def test_offers_are_found_by_home_and_by_name_newest_first(havn: Havn, coordinator: Client) -> None:
    home = await a_home(havn, places=2)
    first = await asked(havn, home)
    move_to(havn, cast.NOW + timedelta(hours=1))
    second = await asked(havn, home)
    found = await coordinator.placements.ListOffers(pb.ListOffersRequest(home=home))
    assert list(found.offers) == [second, first]
    found = await coordinator.placements.ListOffers(pb.ListOffersRequest(names=[first.name]))
    assert list(found.offers) == [first]


async def test_open_pages_of_both_sides_are_told_that_something_changed_and_others_not(havn: Havn) -> None:
    home, other = await a_home(havn, places=2), await a_home(havn)
    elsewhere = cast.elsewhere(cast.COORDINATOR)
    theirs = await a_home(havn, authority=cast.OTHER_MUNICIPALITY)
    watchers = [cast.COORDINATOR, cast.member_of(home), cast.member_of(other), elsewhere]
    watches = [havn.as_(caller).placements.WatchOffers(pb.WatchOffersRequest()) for caller in watchers]
    seen = [[await version(watch)] for watch in watches]
    await asked(havn, home)
    for watch, versions in zip(watches[:2], seen[:2], strict=True):
        versions.append(await version(watch))
    request = await a_request(havn, elsewhere)
    await havn.as_(elsewhere).placements.OfferPlace(cast.offering(request, theirs))
    await asked(havn, other)
    for watch, versions in zip(watches, seen, strict=True):
        if watch is not watches[1]:
            versions.append(await version(watch))
    # Whom a change does not concern is told of none: each had its own news alone, and each was another.
    assert [len(set(versions)) for versions in seen] == [3, 2, 2, 2]
    for watch in watches:
        watch.cancel()


async def version(watch: cast.Value) -> str:
    told: str = (await watch.read()).version
    return told


async def test_an_event_tells_the_home_and_whether_its_places_are_held_and_nothing_of_the_child(havn: Havn) -> None:
    offer = await asked(havn, await a_home(havn))
    offer = await havn.as_(cast.COORDINATOR).placements.WithdrawOffer(cast.withdrawing_offer(offer))
    mine = col(OutboxEvent.subject).endswith(f".{last_part(offer.name)}")
    query = select(OutboxEvent.body).where(mine).order_by(col(OutboxEvent.sequence))
    bodies = await havn.rows("placements", lambda session: list(session.exec(query)))
    first = events.OfferChanged(name=offer.name, version=1, kind=events.CHANGE_KIND_ASKED)
    second = events.OfferChanged(name=offer.name, version=2, kind=events.CHANGE_KIND_WITHDRAWN)
    for told, held in ((first, True), (second, False)):
        told.home, told.place_count, told.held = offer.home, 1, held
    assert [events.OfferChanged.FromString(body) for body in bodies] == [first, second]


async def test_while_a_peer_is_away_nobody_is_asked(tmp_path: Path) -> None:
    async with running_havn(tmp_path, [PLACEMENTS]) as havn:
        request = await a_request(havn)
        with refused("UNAVAILABLE", "PEER_AWAY"):
            await havn.as_(cast.COORDINATOR).placements.OfferPlace(cast.offering(request, "families/f-1"))
