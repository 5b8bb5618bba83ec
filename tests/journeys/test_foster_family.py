"""A family goes from its application to a child: assessed, approved, suggested, asked, and it says yes."""

from havn.families.v1 import families_pb2 as families
from havn.matching.v1 import matching_pb2 as matching
from havn.placements.v1 import placements_pb2 as placements
from tests import cast
from tests.conftest import Client, Havn, refused
from tests.journeys.conftest import everything_arrived, suggestions


async def excluded_by(coordinator: Client, request: str, home: str) -> list[str]:
    """The codes of the rules that speak against a home; none where it is suggested."""
    asked = matching.SuggestMatchesRequest(request=request)
    shown = await coordinator.matching.SuggestMatches(asked)
    found = [each for each in shown.excluded_homes if each.home.name == home]
    return [refusal.code for each in found for refusal in each.refusals]


async def test_a_family_goes_from_its_application_to_an_accepted_offer(
    havn: Havn, coordinator: Client, consultant: Client
) -> None:
    rpcs = consultant.families
    member = cast.a_sound_member(health_certificate=cast.a_certificate(issued_date=cast.day(-20)))
    applies = cast.a_family(
        household=[member],
        application=families.Application(applied_date=cast.day(), motivation="There is room at our table"),
        training=families.Training(completed_date=cast.day(-5)),
        competences=list(range(1, 11)),
        accessibility=[1, 2, 3],
    )
    family = await rpcs.CreateFosterFamily(cast.entering(applies, id="journey-family"))
    request = await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("matching", lambda: everything_arrived(havn))
    assert "FAMILY_WITHOUT_APPROVAL" in await excluded_by(coordinator, request.name, family.name)

    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await rpcs.ApproveFamily(cast.approving(family))
    family = await rpcs.AssessFamily(cast.assessing(family))
    approval = cast.an_approval(valid_from_date=cast.day())
    family = await rpcs.ApproveFamily(cast.approving(family, approval=approval))
    family.availability.CopyFrom(cast.an_availability())
    family = await rpcs.UpdateFosterFamily(cast.changing(family, "availability"))
    assert (family.state, list(family.breaches)) == (families.FAMILY_STATE_APPROVED, [])
    await havn.until("matching", lambda: everything_arrived(havn))
    shown = await suggestions(coordinator, request.name)
    assert family.name in {each.home.name for each in shown.suggestions}

    offer = await coordinator.placements.OfferPlace(cast.offering(request, family.name, suggestions=shown.name))
    at_home = havn.as_(cast.member_of(family.name))
    asked = await at_home.placements.ListInquiries(placements.ListInquiriesRequest(parent=family.name))
    (inquiry,) = asked.inquiries
    assert request.child.reference.encode() not in inquiry.SerializeToString()
    answered = await at_home.placements.AnswerOffer(cast.answering(inquiry))
    assert [child.child for child in answered.accepted_children] == [request.child.reference]
    offer = await coordinator.placements.GetOffer(placements.GetOfferRequest(name=offer.name))
    assert offer.state == placements.OFFER_STATE_ACCEPTED

    looks = await at_home.families.ListProfileViews(families.ListProfileViewsRequest(name=family.name))
    assert {look.viewer_authority for look in looks.profile_views} == {cast.MUNICIPALITY}
    await coordinator.placements.WithdrawOffer(cast.withdrawing_offer(offer))
    ending = families.EndFamilyRequest(name=family.name, etag=family.etag, reason="Over", request_id=cast.fresh())
    await rpcs.EndFamily(ending)
    await coordinator.placements.WithdrawRequest(cast.withdrawing(request))
