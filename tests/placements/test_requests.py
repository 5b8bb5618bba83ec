"""Requests: filed, read, changed, withdrawn."""

import pytest

from havn.placements.v1 import placements_pb2 as pb
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused


def named(name: str) -> pb.GetRequestRequest:
    return pb.GetRequestRequest(name=name)


async def test_a_filed_request_is_open_and_is_read_as_it_was_answered(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_full_request()))
    assert (filed.state, filed.etag) == (pb.REQUEST_STATE_OPEN, "1")
    assert await coordinator.placements.GetRequest(named(filed.name)) == filed


async def test_the_chosen_id_is_the_last_part_of_the_name(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(id="chosen-1"))
    assert filed.name == "requests/chosen-1"


async def test_a_taken_id_is_refused(coordinator: Client) -> None:
    await coordinator.placements.CreateRequest(cast.filing(id="taken"))
    with refused("ALREADY_EXISTS", "NAME_TAKEN"):
        await coordinator.placements.CreateRequest(cast.filing(id="taken"))


async def test_what_only_havn_may_say_is_not_taken_from_the_caller(coordinator: Client) -> None:
    forged = cast.a_request(
        name="requests/forged",
        etag="77",
        state=pb.REQUEST_STATE_PLACED,
        filed_by="users/forged",
        create_time=timestamp(cast.NOW.replace(year=2001)),
        withdrawal_reason="forged",
    )
    filed = await coordinator.placements.CreateRequest(cast.filing(forged, id="honest"))
    assert (filed.name, filed.etag, filed.state) == ("requests/honest", "1", pb.REQUEST_STATE_OPEN)
    assert (filed.filed_by, filed.withdrawal_reason) == (cast.COORDINATOR.subject, "")
    assert filed.create_time == timestamp(cast.NOW)


async def test_a_request_for_a_child_of_another_municipality_is_refused(coordinator: Client) -> None:
    with refused("NOT_FOUND"):
        await coordinator.placements.CreateRequest(cast.filing(cast.a_request(authority=cast.OTHER_MUNICIPALITY)))


async def test_requests_are_listed_by_name_and_by_state(coordinator: Client) -> None:
    names = [cast.fresh("listed") for _ in range(3)]
    filed = [await coordinator.placements.CreateRequest(cast.filing(id=name)) for name in names]
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed[1]))

    listed = await coordinator.placements.ListRequests(pb.ListRequestsRequest(page_size=200))
    assert [request.name for request in listed.requests] == sorted(request.name for request in listed.requests)
    assert {request.name for request in filed} <= {request.name for request in listed.requests}

    withdrawn = pb.ListRequestsRequest(page_size=200, state=pb.REQUEST_STATE_WITHDRAWN)
    left = await coordinator.placements.ListRequests(withdrawn)
    assert filed[1].name in {request.name for request in left.requests}
    assert {request.state for request in left.requests} == {pb.REQUEST_STATE_WITHDRAWN}


async def test_an_update_changes_what_its_mask_names_and_nothing_else(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_full_request()))
    given = cast.a_request(name=filed.name, etag=filed.etag, solo_placement=False, place_by_date=cast.day(90))
    updated = await coordinator.placements.UpdateRequest(cast.updating(given, "place_by_date", "school"))
    expected = pb.PlacementRequest()
    expected.CopyFrom(filed)
    expected.place_by_date.CopyFrom(cast.day(90))
    expected.ClearField("school")
    expected.etag = "2"
    assert updated == expected
    assert await coordinator.placements.GetRequest(named(filed.name)) == expected


@pytest.mark.parametrize("field", ["name", "etag", "authority", "state", "filed_by", "create_time", "child.town", "no"])
async def test_an_update_can_not_change(field: str, coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "update_mask"):
        await coordinator.placements.UpdateRequest(cast.updating(filed, field))


async def test_an_update_can_not_remove_what_must_be_given(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    filed.child.town = "Atlantis"
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "request.child.town"):
        await coordinator.placements.UpdateRequest(cast.updating(filed, "child"))


async def test_a_stale_update_is_refused_and_changes_nothing(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    newest = await coordinator.placements.UpdateRequest(cast.updating(filed, "school"))
    with refused("ABORTED", "ETAG_STALE"):
        await coordinator.placements.UpdateRequest(cast.updating(filed, "place_by_date"))
    assert await coordinator.placements.GetRequest(named(filed.name)) == newest


async def test_a_withdrawn_request_keeps_its_reason_and_takes_no_more_change(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    withdrawn = await coordinator.placements.WithdrawRequest(cast.withdrawing(filed, reason="Lives with its aunt"))
    assert (withdrawn.state, withdrawn.withdrawal_reason) == (pb.REQUEST_STATE_WITHDRAWN, "Lives with its aunt")
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.WithdrawRequest(cast.withdrawing(withdrawn))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.placements.UpdateRequest(cast.updating(withdrawn, "school"))


async def test_a_stale_withdrawal_is_refused(coordinator: Client) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused("ABORTED", "ETAG_STALE"):
        await coordinator.placements.WithdrawRequest(cast.withdrawing(filed, etag="2"))


async def test_nobody_of_another_municipality_sees_or_changes_a_request(
    coordinator: Client, coordinator_elsewhere: Client
) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.placements.GetRequest(named(filed.name))
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.placements.UpdateRequest(cast.updating(filed, "school"))
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.placements.WithdrawRequest(cast.withdrawing(filed))
    listed = await coordinator_elsewhere.placements.ListRequests(pb.ListRequestsRequest())
    assert not listed.requests


async def test_a_service_sees_the_requests_of_all_authorities(coordinator: Client, havn: Havn) -> None:
    filed = await coordinator.placements.CreateRequest(cast.filing())
    assert await havn.as_(cast.SERVICE).placements.GetRequest(named(filed.name)) == filed
