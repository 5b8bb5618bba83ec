"""The way of a family over its RPCs: who may take a step, and who hears of it."""

import pytest

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.events_pb2 import FosterFamilyChanged
from services.families import events
from tests import cast
from tests.conftest import Client, Havn, refused


def sound(**differing: cast.Value) -> pb.FosterFamily:
    member = cast.a_sound_member(health_certificate=cast.a_certificate(issued_date=cast.day(-30)))
    return cast.a_family(household=[member], **differing)


async def test_a_family_goes_from_application_to_end_and_each_step_is_announced(consultant: Client, havn: Havn) -> None:
    family = await consultant.families.CreateFosterFamily(cast.entering(sound(), id="goes-its-way"))
    assert family.state == pb.FAMILY_STATE_APPLIED
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await consultant.families.ApproveFamily(cast.approving(family))
    rpcs = consultant.families
    family = await rpcs.AssessFamily(cast.assessing(family))
    family = await rpcs.ApproveFamily(cast.approving(family))
    family = await rpcs.PauseFamily(cast.pausing(family, until_date=cast.day(9)))
    assert family.state == pb.FAMILY_STATE_PAUSED
    step = {"name": family.name, "reason": "Well again (invented)", "request_id": cast.fresh()}
    family = await rpcs.ResumeFamily(pb.ResumeFamilyRequest(etag=family.etag, **step))
    family = await rpcs.EndFamily(pb.EndFamilyRequest(etag=family.etag, **step | {"request_id": cast.fresh()}))
    assert family == await rpcs.GetFosterFamily(pb.GetFosterFamilyRequest(name=family.name))
    assert [pb.FamilyStepKind.Name(step.kind).removeprefix("FAMILY_STEP_KIND_") for step in family.history] == [
        "APPLIED",
        "ASSESSED",
        "APPROVED",
        "PAUSED",
        "RESUMED",
        "ENDED",
    ]
    assert {step.taken_by for step in family.history} == {consultant.caller.subject}
    announced = await havn.rows("families", cast.announced)
    assert announced.count("havn.families.v1.family.updated.goes-its-way") == 5


async def test_a_leader_refuses_with_a_reason_and_nobody_else_who_reads_may(
    consultant: Client, coordinator: Client, havn: Havn
) -> None:
    family = await consultant.families.CreateFosterFamily(cast.entering(sound()))
    refusing = pb.RefuseFamilyRequest(name=family.name, etag=family.etag, request_id=cast.fresh())
    leader = havn.as_(cast.LEADER)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "reason"):
        await leader.families.RefuseFamily(refusing)
    refusing.reason = "No room (invented)"
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await coordinator.families.RefuseFamily(refusing)
    was_refused = await leader.families.RefuseFamily(refusing)
    assert (was_refused.state, was_refused.refusal.refused_by) == (pb.FAMILY_STATE_REFUSED, leader.caller.subject)


@pytest.mark.parametrize("told", ["refusal", "ending"])
async def test_an_import_takes_no_approval_beside(told: str, administrator: Client) -> None:
    over = {
        "refusal": pb.Refusal(reason="R", refused_by="L", refused_date=cast.day(-1)),
        "ending": pb.Ending(reason="R", ended_by="L", ended_date=cast.day(-1)),
    }
    family = sound(approval=cast.an_approval(), **{told: over[told]})
    row = pb.ImportFamiliesRequest(request_id=cast.fresh(), family=cast.entering(family))
    answer = await administrator.families.ImportFamilies(cast.one_by_one([row]))
    assert [problem.field for problem in answer.problems] == [f"family.{told}"]


def test_what_is_announced_tells_nothing_of_how_a_family_came_to_be_approved() -> None:
    family = cast.a_full_family(name="families/f", etag="1")
    family.approval.conditions, family.approval.approved_by = "Two rooms", "users/consultant"
    family.history.append(pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_APPROVED, reason="It goes well"))
    _subject, event = events.family_updated(family)
    assert isinstance(event, FosterFamilyChanged)
    told = event.family
    assert (told.assessment, told.application, list(told.history)) == (pb.Assessment(), pb.Application(), [])
    assert (told.approval.conditions, told.approval.approved_by, told.approval.place_count) == ("", "", 2)


async def test_f6_children_whom_another_authority_placed_count_among_those_who_are_too_many(
    consultant: Client, havn: Havn
) -> None:
    ready = cast.a_ready_family(approval=cast.an_approval(place_count=1))
    family = await consultant.families.CreateFosterFamily(cast.entering(ready))
    assert pb.FAMILY_BREACH_TOO_MANY_CHILDREN not in family.breaches
    for coordinator in (cast.COORDINATOR, cast.elsewhere(cast.COORDINATOR)):
        came = cast.a_placement(home=family.name, start_date=cast.day(-3), authority=coordinator.authority)
        await havn.as_(coordinator).placements.RecordPlacement(cast.recording(came))

    async def marked() -> bool:
        read = await consultant.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=family.name))
        return pb.FAMILY_BREACH_TOO_MANY_CHILDREN in read.breaches

    await havn.until("families", marked)
    listed = await consultant.families.ListFosterFamilies(pb.ListFosterFamiliesRequest(page_size=200))
    [found] = [each for each in listed.families if each.name == family.name]
    assert pb.FAMILY_BREACH_TOO_MANY_CHILDREN in found.breaches
