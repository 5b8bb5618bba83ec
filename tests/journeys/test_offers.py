"""A coordinator asks the first suggested home, which says no, and then the next one, which says yes."""

from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as placements
from services.havn.demo.journey import FIRST_REQUEST
from services.placements.offer_rules import inquiry_name
from services.shared.access import Caller
from tests import cast
from tests.conftest import Client, Havn
from tests.journeys.conftest import everything_arrived, suggestions

FIRST = f"requests/{FIRST_REQUEST}"


def who_answers(havn: Havn, home: matching.Home) -> Client:
    """Somebody who answers for a home."""
    if home.kind == matching.HOME_KIND_FAMILY:
        return havn.as_(Caller("users/answers", cast.CONSULTANT.roles, home.authority))
    return havn.as_(cast.staff_of(home.name.partition("/units/")[0], home.authority))


async def test_a_no_is_passed_on_to_the_next_home_and_a_yes_tells_who_comes(havn: Havn, coordinator: Client) -> None:
    shown = await suggestions(coordinator, FIRST)
    first, second = [suggestion.home for suggestion in shown.suggestions[:2]]
    request = await coordinator.placements.GetRequest(placements.GetRequestRequest(name=FIRST))
    siblings = [name for name in shown.requests if name != FIRST]

    async def ask(home: matching.Home) -> tuple[placements.Offer, placements.Inquiry]:
        asking = cast.offering(request, home.name, sibling_requests=siblings, suggestions=shown.name)
        offer = await coordinator.placements.OfferPlace(asking)
        of_it = placements.GetInquiryRequest(name=inquiry_name(offer))
        return offer, await who_answers(havn, home).placements.GetInquiry(of_it)

    _, inquiry = await ask(first)
    assert FIRST.encode() not in inquiry.SerializeToString()
    await who_answers(havn, first).placements.AnswerOffer(cast.declining(inquiry))

    offer, inquiry = await ask(second)
    accepted = await who_answers(havn, second).placements.AnswerOffer(cast.answering(inquiry))
    assert {child.request for child in accepted.accepted_children} == set(shown.requests)

    await havn.until("matching", lambda: everything_arrived(havn))
    again = await suggestions(coordinator, FIRST)
    assert {first.name, second.name} <= {suggestion.home.name for suggestion in again.suggestions}
    asked = await coordinator.placements.ListOffers(placements.ListOffersRequest(request=FIRST))
    states = [each.state for each in asked.offers]
    assert sorted(states) == [placements.OFFER_STATE_ACCEPTED, placements.OFFER_STATE_DECLINED]

    now = await coordinator.placements.GetOffer(placements.GetOfferRequest(name=offer.name))
    await coordinator.placements.WithdrawOffer(cast.withdrawing_offer(now))
