"""A consultant is concerned: whoever is responsible for the child is told to look, and says what came of it."""

import grpc
import pytest

from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from services.shared.names import last_part, parent
from tests import cast
from tests.conftest import Client, Havn, refused

OPEN, CLOSED = placements.RISK_VIEW_STATE_OPEN, placements.RISK_VIEW_STATE_CLOSED


@pytest.fixture
def caseworker(havn: Havn) -> Client:
    return havn.as_(cast.CASEWORKER)


@pytest.fixture
def leader(havn: Havn) -> Client:
    return havn.as_(cast.LEADER)


async def stays(havn: Havn) -> list[placements.Placement]:
    """Two children who live in one family, and one who moved out."""
    consultant, coordinator = havn.as_(cast.CONSULTANT), havn.as_(cast.COORDINATOR)
    family = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    ended = {"end_date": cast.day(-1)}
    lived = [cast.a_placement(home=family.name, **facts) for facts in ({}, {}, ended)]
    return [await coordinator.placements.RecordPlacement(cast.recording(each)) for each in lived]


async def views(client: Client, child: str) -> list[placements.RiskView]:
    asked = placements.ListRiskViewsRequest(child=child)
    return list((await client.placements.ListRiskViews(asked)).risk_views)


async def test_k11_a_krith_concern_reaches_the_caseworker(
    havn: Havn, consultant: Client, caseworker: Client, leader: Client
) -> None:
    about, sibling, _gone = await stays(havn)
    worrying = cast.a_follow_up(children=[about.child], concern_words="It hides food (invented)")
    logged = await consultant.families.LogFollowUp(cast.logging(about.home, worrying))

    async def has_come() -> bool:
        return bool(await views(caseworker, about.child))

    await havn.until("placements", has_come)
    (view,) = await views(caseworker, about.child)
    assert view.name == f"{about.name}/riskViews/{last_part(logged.name)}"
    assert (view.state, view.source, list(view.reasons)) == (OPEN, logged.name, [placements.RISK_REASON_CONCERN])
    assert not await views(caseworker, sibling.child), "the follow-up was about one child"
    told = await caseworker.support.ListConcerns(support.ListConcernsRequest(follow_ups=[view.source]))
    assert [each.words for each in told.concerns] == ["It hides food (invented)"]
    service = await havn.as_(cast.SERVICE).support.ListConcerns(support.ListConcernsRequest(follow_ups=[view.source]))
    assert [each.words for each in service.concerns] == [""]
    elsewhere = havn.as_(cast.elsewhere(cast.CASEWORKER))
    assert not await views(elsewhere, about.child)

    closed = await leader.placements.CloseRiskView(cast.looking(view))
    assert (closed.state, closed.closed_by) == (CLOSED, cast.LEADER.subject)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await caseworker.placements.CloseRiskView(cast.looking(closed))

    # Told again by a correction it is the same one, about the child as before; the family's other child is new to it.
    both = cast.a_follow_up(children=[about.child, sibling.child], concern=True)
    await consultant.support.CorrectFollowUp(cast.correcting(logged, both))

    async def of_the_sibling() -> bool:
        return bool(await views(leader, sibling.child))

    await havn.until("placements", of_the_sibling)
    assert [each.state for each in await views(leader, about.child)] == [CLOSED]
    assert parent(logged.name) == about.home


async def test_k11_only_a_concern_is_told_and_only_of_children_who_live_there(havn: Havn, caseworker: Client) -> None:
    about, sibling, gone = await stays(havn)
    consultant = havn.as_(cast.CONSULTANT)
    for concern in (False, True):
        follow_up = cast.a_follow_up(children=[], concern=concern)
        last = await consultant.families.LogFollowUp(cast.logging(about.home, follow_up))

    async def has_come() -> bool:
        return bool(await views(caseworker, sibling.child))

    await havn.until("placements", has_come)
    assert [view.source for view in await views(caseworker, sibling.child)] == [last.name]
    assert [view.source for view in await views(caseworker, about.child)] == [last.name]
    assert not await views(caseworker, gone.child)


async def test_b5_a_fall_that_an_institution_observed_reaches_the_caseworker(havn: Havn, caseworker: Client) -> None:
    administrator, coordinator = havn.as_(cast.ADMINISTRATOR), havn.as_(cast.COORDINATOR)
    institution = await administrator.capacity.CreateInstitution(cast.founding())
    unit = await administrator.capacity.CreateUnit(cast.opening(institution.name))
    lives = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit.name, step=5)))
    staff = havn.as_(cast.staff_of(institution.name))

    async def is_known() -> bool:
        try:
            await staff.wellbeing.RecordWellbeing(cast.observing(lives.child, value=4))
        except grpc.aio.AioRpcError:
            return False
        return True

    async def has_come() -> bool:
        return bool(await views(caseworker, lives.child))

    await havn.until("capacity", is_known)
    fall = cast.observing(lives.child, value=2, observed_date=cast.day())
    fell = await staff.wellbeing.RecordWellbeing(fall)
    await havn.until("placements", has_come)
    (view,) = await views(caseworker, lives.child)
    assert view.name == f"{lives.name}/riskViews/{last_part(fell.name)}"
    assert (view.state, view.source, view.told_date) == (OPEN, fell.name, cast.day())
    assert list(view.reasons) == [placements.RISK_REASON_FALLING_WELLBEING]
    asked = wellbeing.GetWellbeingObservationRequest(name=fell.name)
    assert (await caseworker.wellbeing.GetWellbeingObservation(asked)).note == fell.note
    to_services = await havn.as_(cast.SERVICE).wellbeing.GetWellbeingObservation(asked)
    assert (to_services.child, to_services.note, to_services.child_words) == (lives.child, "", "")
