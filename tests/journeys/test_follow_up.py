"""A consultant logs a KRITH follow-up, from a phone that may send it twice."""

from havn.families.v1 import families_pb2 as families
from tests import cast
from tests.conftest import Client, Havn, refused
from tests.journeys.conftest import everything_arrived, plan

FAMILY = "families/f-001"


async def follow_ups(client: Client) -> list[families.FollowUp]:
    page = await client.families.ListFollowUps(families.ListFollowUpsRequest(parent=FAMILY))
    return list(page.follow_ups)


async def test_a_follow_up_sent_twice_is_kept_once_with_all_five_parts(consultant: Client) -> None:
    before = await follow_ups(consultant)
    request = families.LogFollowUpRequest(parent=FAMILY, follow_up=cast.a_follow_up(), request_id=cast.fresh("phone"))
    first = await consultant.families.LogFollowUp(request)
    again = await consultant.families.LogFollowUp(request)
    assert again == first
    kept = await follow_ups(consultant)
    assert len(kept) == len(before) + 1
    assert first in kept
    for part in ("competences", "resources", "involvement", "trust", "everyday_life"):
        assert getattr(first, part).note == getattr(request.follow_up, part).note


async def test_neither_the_coordinator_nor_another_municipality_reads_it(
    coordinator: Client, consultant_elsewhere: Client
) -> None:
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await follow_ups(coordinator)
    with refused("NOT_FOUND"):
        await follow_ups(consultant_elsewhere)


async def test_nothing_of_a_follow_up_enters_matching(havn: Havn, coordinator: Client, consultant: Client) -> None:
    before = await plan(coordinator)
    worrying = cast.a_follow_up(concern=True)
    await consultant.families.LogFollowUp(
        families.LogFollowUpRequest(parent=FAMILY, follow_up=worrying, request_id=cast.fresh("phone"))
    )
    await havn.until("matching", lambda: everything_arrived(havn))
    after = await plan(coordinator)
    assert list(after.places) == list(before.places)
