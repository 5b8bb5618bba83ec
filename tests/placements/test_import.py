"""Imports of requests and placements: all or none."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused


def rows(*requests: pb.CreateRequestRequest | pb.RecordPlacementRequest) -> list[pb.ImportPlacementsRequest]:
    def row(request: pb.CreateRequestRequest | pb.RecordPlacementRequest) -> pb.ImportPlacementsRequest:
        request.ClearField("request_id")
        if isinstance(request, pb.CreateRequestRequest):
            return pb.ImportPlacementsRequest(request=request)
        return pb.ImportPlacementsRequest(placement=request)

    taken = [row(request) for request in requests]
    taken[0].request_id = cast.fresh()
    return taken


async def imported(client: Client, taken: Sequence[pb.ImportPlacementsRequest]) -> pb.ImportPlacementsResponse:
    return await client.placements.ImportPlacements(cast.one_by_one(taken))


async def exists(coordinator: Client, name: str) -> bool:
    listed = await coordinator.placements.ListRequests(pb.ListRequestsRequest(page_size=200))
    return name in {request.name for request in listed.requests}


async def test_all_rows_are_taken(coordinator: Client, administrator: Client) -> None:
    answer = await imported(administrator, rows(cast.filing(id="in-1"), cast.recording(id="in-1")))
    assert cast.counts(answer) == (2, 0, 0)
    assert await exists(coordinator, "requests/in-1")
    assert (await coordinator.placements.GetPlacement(pb.GetPlacementRequest(name="placements/in-1"))).etag == "1"


async def test_one_wrong_row_keeps_all_out_and_each_problem_has_its_row_and_field(
    coordinator: Client, administrator: Client
) -> None:
    unknown_town = cast.filing(cast.a_request(child=cast.a_child(town="Atlantis")))
    incomplete = cast.filing(cast.a_request(need_step=None, kind=0))
    early = cast.recording(cast.a_placement(start_date=cast.day(1), step=9))
    answer = await imported(administrator, rows(cast.filing(id="out-1"), unknown_town, incomplete, early))
    assert answer.created_count == 0
    assert [(problem.index, problem.field) for problem in answer.problems] == [
        (1, "request.child.town"),
        (2, "request.kind"),
        (2, "request.need_step"),
        (3, "placement.step"),
        (3, "placement.start_date"),
    ]
    assert not await exists(coordinator, "requests/out-1")


async def test_a_name_that_is_taken_twice_is_a_problem_of_the_second_row(administrator: Client) -> None:
    answer = await imported(administrator, rows(cast.filing(id="twin"), cast.filing(id="twin")))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(1, "id")]


async def test_a_row_that_holds_nothing_is_a_problem(administrator: Client) -> None:
    taken = [*rows(cast.filing()), pb.ImportPlacementsRequest()]
    assert {problem.index for problem in (await imported(administrator, taken)).problems} == {1}


async def test_validation_alone_writes_nothing_and_keeps_no_answer(coordinator: Client, administrator: Client) -> None:
    taken = rows(cast.filing(id="later"))
    taken[0].validate_only = True
    assert cast.counts(await imported(administrator, taken)) == (1, 0, 0)
    assert not await exists(coordinator, "requests/later")
    taken[0].validate_only = False
    assert cast.counts(await imported(administrator, taken)) == (1, 0, 0)
    assert await exists(coordinator, "requests/later")


async def test_the_same_import_again_gives_the_first_answer(administrator: Client) -> None:
    taken = rows(cast.filing(), cast.recording())
    first = await imported(administrator, taken)
    assert await imported(administrator, taken) == first
    assert cast.counts(first) == (2, 0, 0)


async def test_a_corrected_import_may_use_its_key_again(administrator: Client) -> None:
    wrong = rows(cast.filing(cast.a_request(child=cast.a_child(town="Atlantis"))))
    assert (await imported(administrator, wrong)).problems
    wrong[0].request.request.child.town = "Nuuk"
    assert (await imported(administrator, wrong)).created_count == 1


async def test_another_content_under_the_same_key_is_refused(administrator: Client) -> None:
    taken = rows(cast.filing())
    await imported(administrator, taken)
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await imported(administrator, [*taken, *rows(cast.filing())])


async def test_an_import_without_rows_is_refused(administrator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "rows"):
        await imported(administrator, [])


@pytest.mark.parametrize("key", ["", "a\0b", "k" * 101])
async def test_an_import_with_no_key_or_one_that_can_be_none_is_refused(administrator: Client, key: str) -> None:
    taken = rows(cast.filing())
    taken[0].request_id = key
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "request_id"):
        await imported(administrator, taken)


async def test_names_that_no_database_takes_are_problems_of_their_rows(administrator: Client) -> None:
    taken = rows(cast.filing(id="a\0b"), cast.recording(id="a\0b"))
    problems = (await imported(administrator, taken)).problems
    assert [(problem.index, problem.field) for problem in problems] == [(0, "id"), (1, "id")]


async def request_kept(coordinator: Client, key: str) -> pb.PlacementRequest:
    return await coordinator.placements.GetRequest(pb.GetRequestRequest(name=f"requests/{key}"))


async def test_a_file_tells_who_filed_a_request_when_and_what_became_of_it(
    coordinator: Client, administrator: Client
) -> None:
    year_ago = timestamp(cast.NOW - timedelta(days=365))
    old = cast.a_request(
        state=pb.REQUEST_STATE_WITHDRAWN,
        withdrawal_reason="Went home",
        filed_by="users/before",
        create_time=year_ago,
        from_date=cast.day(-365),
        child=cast.a_child(birth_date=cast.day(-24 * 365 - 200)),
    )
    assert cast.counts(await imported(administrator, rows(cast.filing(old, id="old")))) == (1, 0, 0)
    kept = await request_kept(coordinator, "old")
    assert (kept.state, kept.withdrawal_reason) == (pb.REQUEST_STATE_WITHDRAWN, "Went home")
    assert (kept.filed_by, kept.create_time) == ("users/before", year_ago)


async def test_what_the_file_leaves_out_of_a_filing_stays(coordinator: Client, administrator: Client) -> None:
    request = await coordinator.placements.CreateRequest(cast.filing(id="filed"))
    for told_by_imports in ("state", "filed_by", "create_time"):
        request.ClearField(told_by_imports)
    assert cast.counts(await imported(administrator, rows(cast.filing(request, id="filed")))) == (0, 0, 1)


async def test_a_withdrawn_request_stays_as_it_is(coordinator: Client, administrator: Client) -> None:
    request = await coordinator.placements.CreateRequest(cast.filing(id="gone"))
    withdrawing = pb.WithdrawRequestRequest(
        name=request.name, etag=request.etag, reason="Went home", request_id=cast.fresh()
    )
    withdrawn = await coordinator.placements.WithdrawRequest(withdrawing)
    assert cast.counts(await imported(administrator, rows(cast.filing(withdrawn, id="gone")))) == (0, 0, 1)
    withdrawn.solo_placement = True
    answer = await imported(administrator, rows(cast.filing(withdrawn, id="gone")))
    assert "does not change" in answer.problems[0].description


async def test_an_import_may_take_a_request_off_the_list(
    coordinator: Client, administrator: Client, havn: Havn
) -> None:
    request = await coordinator.placements.CreateRequest(cast.filing(id="off"))
    request.state = pb.REQUEST_STATE_WITHDRAWN
    answer = await imported(administrator, rows(cast.filing(request, id="off")))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "request.withdrawal_reason")]
    request.withdrawal_reason = "Went home"
    assert cast.counts(await imported(administrator, rows(cast.filing(request, id="off")))) == (0, 1, 0)
    assert (await havn.rows("placements", cast.announced))[-1] == "havn.placements.v1.request.withdrawn.off"


async def test_a_placement_ends_by_a_row_with_its_last_day(coordinator: Client, administrator: Client) -> None:
    placement = cast.a_placement()
    await imported(administrator, rows(cast.recording(placement, id="ends")))
    taken = rows(pb.RecordPlacementRequest(placement=pb.Placement(end_date=cast.day()), id="ends"))
    taken[0].update_mask.paths.append("end_date")
    answer = await imported(administrator, taken)
    assert answer.updates == [terms.RowUpdate(index=0, fields=["end_date"])]
    kept = await coordinator.placements.GetPlacement(pb.GetPlacementRequest(name="placements/ends"))
    assert (kept.end_date, kept.home, kept.etag) == (cast.day(), placement.home, "2")


async def test_who_lived_somewhere_as_a_child_may_have_grown_up_since(administrator: Client) -> None:
    placement = cast.a_placement(
        birth_date=cast.day(-30 * 365), start_date=cast.day(-15 * 365), end_date=cast.day(-12 * 365)
    )
    assert cast.counts(await imported(administrator, rows(cast.recording(placement)))) == (1, 0, 0)
