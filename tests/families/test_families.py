"""Families: entered, read, changed."""

import pytest

from havn.families.v1 import families_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn, refused


def named(name: str) -> pb.GetFosterFamilyRequest:
    return pb.GetFosterFamilyRequest(name=name)


async def listed(client: Client) -> set[str]:
    page = await client.families.ListFosterFamilies(pb.ListFosterFamiliesRequest(page_size=200))
    return {family.name for family in page.families}


async def test_an_entered_family_is_read_as_it_was_answered(consultant: Client) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family(), id="first"))
    assert (entered.name, entered.etag) == ("families/first", "1")
    assert await consultant.families.GetFosterFamily(named("families/first")) == entered


async def test_a_taken_id_is_refused(consultant: Client) -> None:
    await consultant.families.CreateFosterFamily(cast.entering(id="taken"))
    with refused("ALREADY_EXISTS", "NAME_TAKEN"):
        await consultant.families.CreateFosterFamily(cast.entering(id="taken"))


async def test_the_name_is_havns_to_give(consultant: Client) -> None:
    forged = cast.a_family(name="families/forged", etag="77")
    entered = await consultant.families.CreateFosterFamily(cast.entering(forged, id="honest"))
    assert (entered.name, entered.etag) == ("families/honest", "1")


async def test_families_are_listed_by_name(consultant: Client) -> None:
    entered = [await consultant.families.CreateFosterFamily(cast.entering()) for _ in range(3)]
    page = await consultant.families.ListFosterFamilies(pb.ListFosterFamiliesRequest(page_size=200))
    names = [family.name for family in page.families]
    assert names == sorted(names)
    assert {family.name for family in entered} <= set(names)
    some = pb.ListFosterFamiliesRequest(names=[entered[2].name, entered[0].name, "families/nobody"])
    found = (await consultant.families.ListFosterFamilies(some)).families
    assert {family.name for family in found} == {entered[0].name, entered[2].name}


async def test_families_are_listed_by_where_they_stand_today(consultant: Client) -> None:
    applies = await consultant.families.CreateFosterFamily(cast.entering())
    approved = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family(pause=None)))
    applying = pb.ListFosterFamiliesRequest(states=[pb.FAMILY_STATE_APPLIED], page_size=1)
    found: list[pb.FosterFamily] = []
    for _ in range(200):
        page = await consultant.families.ListFosterFamilies(applying)
        found += page.families
        applying.page_token = page.next_page_token
        if not page.next_page_token:
            break
    names = [family.name for family in found]
    assert applies.name in names
    assert approved.name not in names
    assert names == sorted(set(names))
    assert {family.state for family in found} == {pb.FAMILY_STATE_APPLIED}
    both = [pb.FAMILY_STATE_APPLIED, pb.FAMILY_STATE_APPROVED]
    counted = pb.ListFosterFamiliesRequest(names=[approved.name, "families/nobody"], page_size=1, counted=True)
    told = await consultant.families.ListFosterFamilies(counted)
    assert (told.total_count, [each.name for each in told.families]) == (1, [approved.name])
    assert approved.town in told.towns
    assert approved.consultant in told.consultants
    some = pb.ListFosterFamiliesRequest(states=both, names=[approved.name], consultant=approved.consultant)
    assert list((await consultant.families.ListFosterFamilies(some)).families) == [approved]


async def test_an_update_changes_what_its_mask_names_and_nothing_else(consultant: Client) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family()))
    given = cast.a_family(name=entered.name, etag=entered.etag, town="Sisimiut", display_name="Other")
    updated = await consultant.families.UpdateFosterFamily(cast.changing(given, "town", "experience"))
    expected = pb.FosterFamily()
    expected.CopyFrom(entered)
    expected.town, expected.etag = "Sisimiut", "2"
    expected.ClearField("experience")
    assert updated == expected
    assert await consultant.families.GetFosterFamily(named(entered.name)) == expected


@pytest.mark.parametrize(
    "field", ["name", "etag", "authority", "approval", "pause", "history", "state", "approval.place_count", "no"]
)
async def test_an_update_can_not_change(field: str, consultant: Client) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "update_mask"):
        await consultant.families.UpdateFosterFamily(cast.changing(entered, field))


async def test_an_update_keeps_the_rules(consultant: Client) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family()))
    entered.availability.free_place_count = 3
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "family.availability.free_place_count"):
        await consultant.families.UpdateFosterFamily(cast.changing(entered, "availability"))


async def test_a_stale_update_is_refused(consultant: Client) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    await consultant.families.UpdateFosterFamily(cast.changing(entered, "town"))
    with refused("ABORTED", "ETAG_STALE"):
        await consultant.families.UpdateFosterFamily(cast.changing(entered, "town"))


async def test_a_consultant_of_another_municipality_neither_sees_nor_changes_a_family(
    consultant: Client, consultant_elsewhere: Client
) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.GetFosterFamily(named(entered.name))
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.UpdateFosterFamily(cast.changing(entered, "town"))
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.CreateFosterFamily(cast.entering())
    assert await listed(consultant_elsewhere) == set()


async def test_a_foster_family_sees_itself_and_no_other(consultant: Client, havn: Havn) -> None:
    mine = await consultant.families.CreateFosterFamily(cast.entering(id="mine"))
    # Its name begins with mine's name.
    other = await consultant.families.CreateFosterFamily(cast.entering(id="mine-2"))
    member = havn.as_(cast.member_of(mine.name))
    assert await member.families.GetFosterFamily(named(mine.name)) == mine
    assert await listed(member) == {mine.name}
    with refused("NOT_FOUND"):
        await member.families.GetFosterFamily(named(other.name))
