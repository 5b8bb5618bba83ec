"""What an entry tells of the homes that were asked for it: W3."""

from datetime import timedelta

from havn.capacity.v1 import capacity_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.capacity import waiting_lists, wire
from services.placements.offer_rules import inquiry_name
from services.shared.names import last_part
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn

ASKED, ACCEPTED = placements.OFFER_STATE_ASKED, placements.OFFER_STATE_ACCEPTED
DECLINED = placements.OFFER_STATE_DECLINED


def an_offer(**differing: cast.Value) -> placements.Offer:
    good: dict[str, cast.Value] = {
        "name": "offers/o",
        "etag": "3",
        "authority": cast.MUNICIPALITY,
        "request": "requests/a",
        "home": "families/f",
        "reason": "Near its school",
        "asked_by": "users/coordinator",
        "state": DECLINED,
        "create_time": timestamp(cast.NOW),
        "answer_by_time": timestamp(cast.NOW),
        "answer_reason": "We move house",
        "answered_by": "users/member",
    }
    return placements.Offer(**good | differing)


def test_w3_an_offer_for_siblings_stands_with_the_entry_of_each() -> None:
    kept = list(wire.waiting_list_offers(an_offer(sibling_requests=["requests/b"])))
    assert [one.name for one in kept] == ["waitingListEntries/a/offers/o", "waitingListEntries/b/offers/o"]


def test_w3_of_an_offer_the_list_keeps_the_homes_answer_and_nobody_who_asked_or_answered() -> None:
    [kept] = wire.waiting_list_offers(an_offer())
    assert kept == pb.WaitingListOffer(
        name="waitingListEntries/a/offers/o",
        etag="3",
        authority=cast.MUNICIPALITY,
        offer="offers/o",
        home="families/f",
        state=DECLINED,
        create_time=timestamp(cast.NOW),
        answer_by_time=timestamp(cast.NOW),
        answer_reason="We move house",
    )


async def entry_of(coordinator: Client, request: placements.PlacementRequest) -> pb.WaitingListEntry:
    asked = pb.ListWaitingListRequest(query=last_part(request.name))
    [entry] = (await coordinator.capacity.ListWaitingList(asked)).entries
    return entry


async def test_w3_after_a_no_the_entry_stands_where_it_stood_and_the_next_home_may_be_asked(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    request = await coordinator.placements.CreateRequest(cast.filing())
    homes = [await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family())) for _ in range(2)]

    async def answered(home: str, answering: cast.Value) -> placements.Offer:
        offer = await coordinator.placements.OfferPlace(cast.offering(request, home))
        family = havn.as_(cast.member_of(home)).placements
        inquiry = await family.GetInquiry(placements.GetInquiryRequest(name=inquiry_name(offer)))
        await family.AnswerOffer(answering(inquiry))
        return offer

    async def shows(*states: placements.OfferState.ValueType) -> None:
        async def shown() -> bool:
            listed = await coordinator.capacity.ListWaitingList(pb.ListWaitingListRequest(query=request.name[9:]))
            return [offer.state for entry in listed.entries for offer in entry.offers] == list(states)

        await havn.until("capacity", shown)

    async def version() -> str:
        store = havn.services["capacity"].store
        known = await store.view_as(cast.SERVICE, lambda view: waiting_lists.versions(view, cast.TODAY))
        return known[cast.MUNICIPALITY]

    first = await answered(homes[0].name, cast.declining)
    await shows(DECLINED)
    before, known = await entry_of(coordinator, request), await version()
    havn.clock.moment += timedelta(minutes=1)
    second = await answered(homes[1].name, cast.answering)
    await shows(DECLINED, ACCEPTED)
    after = await entry_of(coordinator, request)
    assert (after.position, after.reason) == (before.position, before.reason)
    assert [offer.offer for offer in after.offers] == [first.name, second.name]
    assert [offer.home for offer in after.offers] == [home.name for home in homes]
    assert [offer.answer_reason for offer in after.offers] == ["We move house", ""]
    assert await version() != known
