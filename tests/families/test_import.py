"""Imports of families: all or none."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from sqlmodel import select

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.families.rules import way
from services.shared.tables import AuditRow
from tests import cast
from tests.conftest import Client, Havn, refused, refused_fields


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
    assert cast.counts(await imported(administrator, taken)) == (2, 0, 0)
    assert await exists(consultant, "families/in-1")


async def test_an_administrator_takes_families_of_all_municipalities(
    consultant_elsewhere: Client, administrator: Client
) -> None:
    elsewhere = cast.entering(cast.a_family(authority=cast.OTHER_MUNICIPALITY), id="elsewhere")
    assert (await imported(administrator, rows(elsewhere))).created_count == 1
    assert await exists(consultant_elsewhere, "families/elsewhere")


async def test_an_id_that_is_taken_in_another_municipality_is_a_problem_of_its_row(
    havn: Havn, administrator: Client
) -> None:
    elsewhere = cast.entering(cast.a_family(authority=cast.OTHER_MUNICIPALITY), id="taken-elsewhere")
    assert (await imported(administrator, rows(elsewhere))).created_count == 1
    of_one = havn.as_(replace(cast.ADMINISTRATOR, authority=cast.MUNICIPALITY))
    answer = await imported(of_one, rows(cast.entering(id="taken-elsewhere")))
    assert [problem.index for problem in answer.problems] == [0]


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
    assert cast.counts(await imported(administrator, taken)) == (1, 0, 0)
    assert not await exists(consultant, "families/later")


async def test_the_same_import_again_gives_the_first_answer(administrator: Client) -> None:
    taken = rows(cast.entering(), cast.entering())
    first = await imported(administrator, taken)
    assert await imported(administrator, taken) == first
    assert cast.counts(first) == (2, 0, 0)


async def test_another_content_under_the_same_key_is_refused(administrator: Client) -> None:
    taken = rows(cast.entering())
    await imported(administrator, taken)
    taken[0].family.family.town = "Sisimiut"
    with refused("ALREADY_EXISTS", "REQUEST_ID_REUSED"):
        await imported(administrator, taken)


async def get(consultant: Client, name: str) -> pb.FosterFamily:
    return await consultant.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name))


async def test_rows_known_by_their_key_change_what_is_kept_and_the_same_rows_change_nothing(
    consultant: Client, administrator: Client, havn: Havn
) -> None:
    full, same = cast.a_full_family(), cast.a_family()
    await imported(administrator, rows(cast.entering(full, id="a"), cast.entering(same, id="b")))
    before = await havn.rows("families", cast.announced)
    full.display_name = "Familien Ny (opdigtet)"
    taken = rows(cast.entering(full, id="a"), cast.entering(same, id="b"), cast.entering(id="c"))
    answer = await imported(administrator, taken)
    assert cast.counts(answer) == (1, 1, 1)
    assert list(answer.outcomes) == [terms.ROW_OUTCOME_UPDATED, terms.ROW_OUTCOME_UNCHANGED, terms.ROW_OUTCOME_CREATED]
    assert answer.updates == [terms.RowUpdate(index=0, fields=["display_name"])]
    assert (await get(consultant, "families/a")).display_name == "Familien Ny (opdigtet)"
    assert [(await get(consultant, f"families/{key}")).etag for key in "abc"] == ["2", "1", "1"]
    announced = (await havn.rows("families", cast.announced))[len(before) :]
    assert announced == ["havn.families.v1.family.updated.a", "havn.families.v1.family.created.c"]


async def test_a_field_that_the_file_does_not_tell_stays_and_an_empty_one_is_cleared(
    consultant: Client, administrator: Client
) -> None:
    full = cast.a_full_family()
    await imported(administrator, rows(cast.entering(full, id="masked")))
    waiver = ("training.waived_by", "training.waived_until_date")
    told = pb.FosterFamily(town="Sisimiut", approval=pb.Approval(place_count=3))
    taken = rows(pb.CreateFosterFamilyRequest(family=told, id="masked"))
    taken[0].update_mask.paths.extend(["town", "approval.place_count", "schools", "pause", *waiver])
    assert (await imported(administrator, taken)).updated_count == 1
    kept = await get(consultant, "families/masked")
    full.town = "Sisimiut"
    full.approval.place_count = 3
    full.ClearField("schools")
    full.ClearField("pause")
    full.training.ClearField("waived_by")
    full.training.ClearField("waived_until_date")
    full.name, full.etag, full.state = kept.name, kept.etag, pb.FAMILY_STATE_APPROVED
    taken_twice = [pb.FAMILY_STEP_KIND_RECORDED, pb.FAMILY_STEP_KIND_RECORDED]
    assert [step.kind for step in kept.history] == taken_twice
    assert [step.approval.place_count for step in kept.history] == [2, 3]
    full.history.extend(kept.history)
    full.next_steps.extend(way.next_steps(pb.FAMILY_STATE_APPROVED))
    assert kept == full


async def test_a_changed_row_keeps_the_rules_as_any_change_does(administrator: Client) -> None:
    await imported(administrator, rows(cast.entering(id="ruled")))
    moved = cast.entering(cast.a_family(authority=cast.OTHER_MUNICIPALITY), id="ruled")
    answer = await imported(administrator, rows(moved))
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "family.authority")]
    bare = rows(pb.CreateFosterFamilyRequest(family=pb.FosterFamily(town=""), id="ruled"))
    bare[0].update_mask.paths.append("town")
    answer = await imported(administrator, bare)
    assert (0, "family.town") in [(problem.index, problem.field) for problem in answer.problems]


async def test_a_field_that_no_import_tells_is_refused(administrator: Client) -> None:
    taken = rows(cast.entering())
    taken[0].update_mask.paths.append("etag")
    answer = await imported(administrator, taken)
    assert [(problem.index, problem.field) for problem in answer.problems] == [(0, "update_mask")]


async def test_many_problems_are_counted_and_the_first_are_told(administrator: Client) -> None:
    answer = await imported(administrator, rows(*(cast.entering(cast.a_family(town="Atlantis")) for _ in range(1_001))))
    assert (len(answer.problems), answer.problem_count) == (1_000, 1_001)
    assert answer.problems[-1].index == 999


async def test_others_write_while_the_rows_of_an_import_come(consultant: Client, administrator: Client) -> None:
    """A slow import holds nobody up: between two of its rows another's change is made and answered."""

    async def slow() -> AsyncIterator[pb.ImportFamiliesRequest]:
        for row in rows(*(cast.entering() for _ in range(600))):
            yield row
        await consultant.families.CreateFosterFamily(cast.entering(id="meanwhile"))
        yield pb.ImportFamiliesRequest(family=cast.entering())

    assert (await administrator.families.ImportFamilies(slow())).created_count == 601
    assert (await get(consultant, "families/meanwhile")).etag == "1"


async def test_a_dry_run_that_compares_is_audited(administrator: Client, havn: Havn) -> None:
    await imported(administrator, rows(cast.entering(id="compared")))
    taken = rows(cast.entering(id="compared"), cast.entering(id="compared-not"))
    taken[0].validate_only = True
    await imported(administrator, taken)
    last = (await havn.rows("families", lambda session: session.exec(select(AuditRow)).all()))[-1]
    assert (last.action, json.loads(last.names)) == ("read", {cast.MUNICIPALITY: ["families/compared"]})


async def test_a_household_of_which_the_file_tells_a_part_keeps_the_rest_of_each_person(
    consultant: Client, administrator: Client
) -> None:
    first, second = cast.a_member(criminal_record=cast.a_certificate()), cast.a_member()
    await imported(administrator, rows(cast.entering(cast.a_family(household=[first, second]), id="members")))
    told = pb.HouseholdMember(person=first.person, role=first.role, birth_date=cast.day(-12_000))
    new = cast.a_member()
    request = pb.CreateFosterFamilyRequest(family=pb.FosterFamily(household=[told, new]), id="members")
    taken = rows(request)
    taken[0].update_mask.paths.extend(["household.role", "household.birth_date"])
    assert (await imported(administrator, taken)).updated_count == 1
    told.criminal_record.CopyFrom(first.criminal_record)
    assert list((await get(consultant, "families/members")).household) == [told, new]


async def test_rows_that_travel_together_are_the_same_rows(administrator: Client) -> None:
    first, second = rows(cast.entering(id="together-1"), cast.entering(id="together-2"))
    answer = await imported(administrator, [first, second])
    together = pb.ImportFamiliesRequest(more=[second])
    together.MergeFrom(first)
    # The key was used: for other rows it would be refused.
    assert await imported(administrator, [together]) == answer
    assert cast.counts(answer) == (2, 0, 0)


async def test_a_problem_of_a_row_that_travels_with_another_has_its_own_place(administrator: Client) -> None:
    first, second = rows(cast.entering(), cast.entering(cast.a_family(town="Atlantis")))
    first.more.append(second)
    answer = await imported(administrator, [first])
    assert [problem.index for problem in answer.problems] == [1]


async def test_rows_that_travel_with_another_bring_none_themselves(administrator: Client) -> None:
    first, second, third = rows(cast.entering(), cast.entering(), cast.entering())
    second.more.append(third)
    first.more.append(second)
    with refused_fields("more"):
        await imported(administrator, [first])
