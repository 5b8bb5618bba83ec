"""Placements: what happened is recorded."""

from dataclasses import replace
from typing import Any

import pytest

from havn.access.v1 import access_pb2
from havn.placements.v1 import placements_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn, refused


async def test_a_recorded_placement_is_read_as_it_was_answered(coordinator: Client) -> None:
    recorded = await coordinator.placements.RecordPlacement(cast.recording(id="first"))
    assert (recorded.name, recorded.etag) == ("placements/first", "1")
    assert await coordinator.placements.GetPlacement(pb.GetPlacementRequest(name=recorded.name)) == recorded


async def test_placements_are_listed_by_home(coordinator: Client) -> None:
    home = f"families/{cast.fresh('f')}"
    mine = [await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=home))) for _ in "ab"]
    await coordinator.placements.RecordPlacement(cast.recording())
    listed = await coordinator.placements.ListPlacements(pb.ListPlacementsRequest(home=home))
    assert sorted(placement.name for placement in listed.placements) == sorted(placement.name for placement in mine)
    everything = await coordinator.placements.ListPlacements(pb.ListPlacementsRequest())
    assert len(everything.placements) > len(mine)


async def test_a_consultant_sees_who_lives_in_families_and_nobody_of_institutions(
    havn: Havn, coordinator: Client, consultant: Client, consultant_elsewhere: Client
) -> None:
    home, unit = f"families/{cast.fresh('f')}", f"institutions/{cast.fresh('i')}/units/a"
    in_family = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=home)))
    in_unit = await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(home=unit)))
    both = pb.ListPlacementsRequest(names=[in_family.name, in_unit.name])
    also_keeps_the_central_list = havn.as_(
        replace(cast.CONSULTANT, roles=cast.CONSULTANT.roles | {access_pb2.ROLE_CENTRAL_LIST})
    )
    for each in (consultant, also_keeps_the_central_list):
        assert list((await each.placements.ListPlacements(both)).placements) == [in_family]
    of_home, of_child = pb.ListPlacementsRequest(home=home), pb.ListPlacementsRequest(child=in_unit.child)
    assert list((await consultant.placements.ListPlacements(of_home)).placements) == [in_family]
    assert not (await consultant.placements.ListPlacements(of_child)).placements
    assert not (await consultant.placements.ListPlacements(pb.ListPlacementsRequest(home=unit))).placements
    assert not (await consultant_elsewhere.placements.ListPlacements(both)).placements


async def test_nobody_of_another_municipality_sees_a_placement(
    coordinator: Client, coordinator_elsewhere: Client
) -> None:
    recorded = await coordinator.placements.RecordPlacement(cast.recording())
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.placements.GetPlacement(pb.GetPlacementRequest(name=recorded.name))
    listed = await coordinator_elsewhere.placements.ListPlacements(pb.ListPlacementsRequest(home=recorded.home))
    assert not listed.placements


async def test_nobody_records_a_placement_of_another_municipality(coordinator_elsewhere: Client) -> None:
    with refused("NOT_FOUND"):
        await coordinator_elsewhere.placements.RecordPlacement(cast.recording())


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "an authority that is no authority's name": ("placement.authority", {"authority": "Sermersooq"}),
    "a child without a child's name": ("placement.child", {"child": "Malik"}),
    "a child not yet born": ("placement.birth_date", {"birth_date": cast.day(1)}),
    "a child of 24 years": ("placement.birth_date", {"birth_date": cast.day(-24 * 366)}),
    "a step above the ladder": ("placement.step", {"step": 9}),
    "a step below the ladder": ("placement.step", {"step": -1}),
    "a home that is no home's name": ("placement.home", {"home": "Aunt Naja"}),
    "an institution without its unit": ("placement.home", {"home": "institutions/i-1"}),
    "a start tomorrow": ("placement.start_date", {"start_date": cast.day(1)}),
    "a family's key in a foster family": ("placement.group", {"group": "g-1"}),
    "a family by its name": ("placement.group", {"home": "institutions/i/units/u", "step": 5, "group": "Malik, Anna"}),
    "an end before its start": ("placement.start_date", {"end_date": cast.day(-101)}),
}


@pytest.mark.parametrize(("field", "facts"), REFUSALS.values(), ids=REFUSALS)
async def test_a_placement_is_refused_with(field: str, facts: dict[str, Any], coordinator: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(**facts)))


ALLOWED: dict[str, dict[str, Any]] = {
    "a unit as home": {"home": "institutions/i-1/units/a"},
    "a start today": {"start_date": cast.day()},
    "an end on its first day": {"end_date": cast.day(-100)},
    "no known cost": {"daily_cost": None},
    "the highest step": {"step": 8},
}


@pytest.mark.parametrize("facts", ALLOWED.values(), ids=ALLOWED)
async def test_a_placement_is_recorded_with(facts: dict[str, Any], coordinator: Client) -> None:
    assert (await coordinator.placements.RecordPlacement(cast.recording(cast.a_placement(**facts)))).etag == "1"
