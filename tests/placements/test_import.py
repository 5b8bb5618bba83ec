"""Imports of requests and placements: all or none."""

from collections.abc import Sequence

from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Client, refused


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
    assert answer == pb.ImportPlacementsResponse(created_count=2)
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
    assert [(problem.index, problem.field) for problem in answer.problems] == [(1, "")]


async def test_a_row_that_holds_nothing_is_a_problem(administrator: Client) -> None:
    taken = [*rows(cast.filing()), pb.ImportPlacementsRequest()]
    assert {problem.index for problem in (await imported(administrator, taken)).problems} == {1}


async def test_validation_alone_writes_nothing_and_keeps_no_answer(coordinator: Client, administrator: Client) -> None:
    taken = rows(cast.filing(id="later"))
    taken[0].validate_only = True
    assert await imported(administrator, taken) == pb.ImportPlacementsResponse()
    assert not await exists(coordinator, "requests/later")
    taken[0].validate_only = False
    assert await imported(administrator, taken) == pb.ImportPlacementsResponse(created_count=1)
    assert await exists(coordinator, "requests/later")


async def test_the_same_import_again_gives_the_first_answer(administrator: Client) -> None:
    taken = rows(cast.filing(), cast.recording())
    first = await imported(administrator, taken)
    assert await imported(administrator, taken) == first == pb.ImportPlacementsResponse(created_count=2)


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


async def test_an_import_without_a_key_is_refused(administrator: Client) -> None:
    taken = rows(cast.filing())
    taken[0].request_id = ""
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "request_id"):
        await imported(administrator, taken)
