"""What an offer holds is not suggested to others, from when it is asked to when it is over."""

from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.matching.store import OFFERS
from services.placements.offer_rules import inquiry_name
from services.shared.records import View
from tests import cast
from tests.conftest import Client, Havn


async def copied(havn: Havn, offer: placements.Offer) -> placements.Offer:
    """What matching keeps of an offer, once it is as new."""

    async def kept() -> placements.Offer | None:
        return await havn.rows("matching", lambda session: View(session, cast.SERVICE).find(OFFERS, offer.name))

    async def known() -> bool:
        found = await kept()
        return found is not None and found.etag == offer.etag

    await havn.until("matching", known)
    found = await kept()
    assert found
    return found


async def suggested(client: Client, request: placements.PlacementRequest, home: str) -> list[str]:
    """The codes that stand against a home for the child; none where it is suggested."""
    shown = await client.matching.SuggestMatches(pb.SuggestMatchesRequest(request=request.name))
    for excluded in shown.excluded_homes:
        if excluded.home.name == home:
            return [refusal.code for refusal in excluded.refusals]
    assert home in {suggestion.home.name for suggestion in shown.suggestions}
    return []


async def test_a_held_place_is_suggested_to_its_child_alone_until_the_home_says_no(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    family = cast.a_ready_family(household=[cast.a_sound_member()])
    home = (await consultant.families.CreateFosterFamily(cast.entering(family))).name
    asked, other = [await coordinator.placements.CreateRequest(cast.filing()) for _ in range(2)]
    offer = await coordinator.placements.OfferPlace(cast.offering(asked, home))

    async def home_known() -> bool:
        homes = await coordinator.matching.ListHomes(pb.ListHomesRequest(page_size=200))
        return home in {each.name for each in homes.homes}

    held = await copied(havn, offer)
    await havn.until("matching", home_known)
    assert (held.held_place_count, held.reason, held.asked_by) == (1, "", "")
    assert await suggested(coordinator, asked, home) == []
    assert await suggested(coordinator, other, home) == ["PLACE_HELD"]
    homes = await coordinator.matching.ListHomes(pb.ListHomesRequest(page_size=200))
    assert {each.name: each.held_place_count for each in homes.homes}[home] == 1

    consultant_answers = cast.declining(placements.Inquiry(name=inquiry_name(offer), etag="1"))
    await consultant.placements.AnswerOffer(consultant_answers)
    await copied(havn, await coordinator.placements.GetOffer(placements.GetOfferRequest(name=offer.name)))
    assert await suggested(coordinator, other, home) == []
