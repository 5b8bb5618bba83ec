"""Imports of families: all or none."""

from collections.abc import Sequence

from havn.families.v1 import families_pb2 as pb
from tests import cast
from tests.conftest import Client, refused


def rows(*requests: pb.CreateFosterFamilyRequest) -> list[pb.ImportFamiliesRequest]:
    taken = [pb.ImportFamiliesRequest(family=request) for request in requests]
    for row in taken:
        row.family.ClearField("request_id")
    taken[0].request_id = cast.fresh()
    return taken


async def imported(client: Client, taken: Sequence[pb.ImportFamiliesRequest]) -> pb.ImportFamiliesResponse:
    return await client.families.ImportFamilies(cast.one_by_one(taken))


async def exists(consultant: Client, name: str) -> bool:
    page = await consultant.families.ListFosterFamilies(pb.ListFosterFamiliesRequest(page_size=200))
    return name in {family.name for family in page.families}


async def test_all_rows_are_taken(consultant: Client, administrator: Client) -> None:
    taken = rows(cast.entering(cast.a_full_family(), id="in-1"), cast.entering())
    assert await imported(administrator, taken) == pb.ImportFamiliesResponse(created_count=2)
    assert await exists(consultant, "families/in-1")


async def test_an_administrator_takes_families_of_all_municipalities(
    consultant_elsewhere: Client, administrator: Client
) -> None:
    elsewhere = cast.entering(cast.a_family(authority=cast.OTHER_MUNICIPALITY), id="elsewhere")
    assert (await imported(administrator, rows(elsewhere))).created_count == 1
    assert await exists(consultant_elsewhere, "families/elsewhere")


async def test_one_wrong_row_keeps_all_out_and_each_problem_has_its_row_and_field(
    consultant: Client, administrator: Client
) -> None:
    unknown_town = cast.entering(cast.a_family(town="Atlantis", approval=cast.an_approval(place_count=13)))
    incomplete = cast.entering(cast.a_family(household=[cast.a_member(birth_date=None)]))
    answer = await imported(administrator, rows(cast.entering(id="out-1"), unknown_town, incomplete))
    assert [(problem.index, problem.field) for problem in answer.problems] == [
        (1, "family.town"),
        (1, "family.approval.place_count"),
        (2, "family.household[0].birth_date"),
    ]
    assert answer.created_count == 0
    assert not await exists(consultant, "families/out-1")


async def test_a_wrong_id_is_a_problem_of_its_row(administrator: Client) -> None:
    answer = await imported(administrator, rows(cast.entering(id="Family 1")))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "id")]


async def test_validation_alone_writes_nothing(consultant: Client, administrator: Client) -> None:
    taken = rows(cast.entering(id="later"))
    taken[0].validate_only = True
    assert await imported(administrator, taken) == pb.ImportFamiliesResponse()
    assert not await exists(consultant, "families/later")


async def test_the_same_import_again_gives_the_first_answer(administrator: Client) -> None:
    taken = rows(cast.entering(), cast.entering())
    first = await imported(administrator, taken)
    assert await imported(administrator, taken) == first == pb.ImportFamiliesResponse(created_count=2)
    # An import that was cut between services is completed by running it again, and it validates first.
    taken[0].validate_only = True
    assert await imported(administrator, taken) == first


async def test_another_content_under_the_same_key_is_refused(administrator: Client) -> None:
    taken = rows(cast.entering())
    await imported(administrator, taken)
    taken[0].family.family.town = "Sisimiut"
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await imported(administrator, taken)
