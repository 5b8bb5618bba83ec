"""What comes of a follow-up: its corrections, its actions, the draft before it, and the authority's own scale."""

from dataclasses import replace

import pytest
import pytest_asyncio
from google.type.date_pb2 import Date

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused, refused_fields

ELSEWHERE = cast.OTHER_MUNICIPALITY


@pytest_asyncio.fixture
async def family(consultant: Client) -> str:
    return (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name


@pytest.fixture
def leader(havn: Havn) -> Client:
    return havn.as_(cast.LEADER)


async def log(consultant: Client, family: str, **facts: cast.Value) -> families.FollowUp:
    return await consultant.families.LogFollowUp(cast.logging(family, cast.a_follow_up(**facts)))


async def versions(client: Client, follow_up: str) -> list[families.FollowUp]:
    asked = pb.ListFollowUpVersionsRequest(parent=follow_up)
    return list((await client.support.ListFollowUpVersions(asked)).versions)


async def actions(client: Client, parent: str, **asked: cast.Value) -> list[pb.AgreedAction]:
    return list((await client.support.ListActions(pb.ListActionsRequest(parent=parent, **asked))).actions)


async def drafts(client: Client, family: str) -> list[pb.FollowUpDraft]:
    return list((await client.support.ListFollowUpDrafts(pb.ListFollowUpDraftsRequest(parent=family))).drafts)


def with_scale(value: int) -> families.FollowUpPart:
    return families.FollowUpPart(note="Sleeps well (invented)", scale=value)


async def test_k6_a_later_visit_needs_a_reason_and_an_earlier_one_none(family: str, consultant: Client) -> None:
    visit = await consultant.support.GetNextVisit(pb.GetNextVisitRequest(name=family, visit_date=cast.day(-1)))
    # The approval began 100 days ago: severe needs are followed every fourth week.
    assert (visit.proposed_date, visit.latest_date) == (cast.day(27), cast.day(181))
    with refused_fields("follow_up.later_reason"):
        await log(consultant, family, next_visit_date=cast.day(28), later_reason=" ")
    await log(consultant, family, next_visit_date=cast.day(27), later_reason="")
    await log(consultant, family, next_visit_date=cast.day(2), later_reason="")
    assert (await log(consultant, family, next_visit_date=cast.day(28))).later_reason


async def test_k5_a_child_whom_another_authority_placed_begins_the_first_weeks_anew(
    family: str, consultant: Client, havn: Havn
) -> None:
    elsewhere = cast.elsewhere(cast.COORDINATOR)
    came = cast.a_placement(home=family, start_date=cast.day(-3), authority=elsewhere.authority)
    await havn.as_(elsewhere).placements.RecordPlacement(cast.recording(came))

    async def proposed(day: Date) -> bool:
        visit = await consultant.support.GetNextVisit(pb.GetNextVisitRequest(name=family, visit_date=cast.day()))
        return visit.proposed_date == day

    await havn.until("families", lambda: proposed(cast.day(4)))
    listed = await consultant.support.ListIntensiveSupportDue(pb.ListIntensiveSupportDueRequest(page_size=200))
    assert [each.child for each in listed.support_due if each.family == family] == [came.child]
    lives_there = (await consultant.support.ListResidents(pb.ListResidentsRequest(parent=family))).residents
    assert [(each.child, each.arrival_date) for each in lives_there] == [(came.child, cast.day(-3))]


async def test_k6_a_family_without_approval_has_no_cadence(consultant: Client) -> None:
    family = (await consultant.families.CreateFosterFamily(cast.entering())).name
    visit = await consultant.support.GetNextVisit(pb.GetNextVisitRequest(name=family))
    assert not visit.HasField("proposed_date")
    await log(consultant, family, later_reason="")


async def test_k7_a_scale_is_taken_only_where_the_authority_has_one(
    family: str, consultant: Client, leader: Client
) -> None:
    with refused_fields("follow_up.trust.scale"):
        await log(consultant, family, trust=with_scale(2))
    policy = await leader.support.PublishSupportPolicy(cast.publishing())
    logged = await log(consultant, family, trust=with_scale(3))
    assert (logged.trust.scale, logged.policy_version) == (3, policy.version)
    with refused_fields("follow_up.trust.scale"):
        await log(consultant, family, trust=with_scale(4))
    await leader.support.PublishSupportPolicy(cast.publishing(cast.a_policy(scale=[])))
    with refused_fields("follow_up.trust.scale"):
        await log(consultant, family, trust=with_scale(3))
    corrected = cast.correcting(logged, cast.a_follow_up(trust=with_scale(2)))
    assert (await consultant.support.CorrectFollowUp(corrected)).trust.scale == 2, "by the policy of its day"


async def test_a_policy_is_a_new_version_and_the_earlier_ones_stay(
    havn: Havn, consultant: Client, consultant_elsewhere: Client
) -> None:
    leader = havn.as_(cast.elsewhere(cast.LEADER))
    family = await consultant_elsewhere.families.CreateFosterFamily(
        cast.entering(cast.a_ready_family(authority=ELSEWHERE))
    )

    async def visits_a_year() -> int:
        of_it = pb.ListSupervisionVisitsDueRequest(family=family.name)
        [due] = (await leader.support.ListSupervisionVisitsDue(of_it)).visits_due
        return due.needed_count

    assert await visits_a_year() == 1
    mine = pb.GetSupportPolicyRequest(authority=ELSEWHERE)
    assert (await leader.support.GetSupportPolicy(mine)).version == "default-1"
    for severe in (2, 3):
        await leader.support.PublishSupportPolicy(
            cast.publishing(cast.a_policy(authority=ELSEWHERE, severe_weeks=severe, supervision_visits_per_year=severe))
        )
        assert await visits_a_year() == severe
    kept = await leader.support.ListSupportPolicies(pb.ListSupportPoliciesRequest(authority=ELSEWHERE))
    assert [(each.version, each.severe_weeks) for each in kept.policies] == [("qeqqata-2", 3), ("qeqqata-1", 2)]
    assert await leader.support.GetSupportPolicy(mine) == kept.policies[0]
    assert (kept.policies[0].author, kept.policies[0].create_time) == (leader.caller.subject, timestamp(cast.NOW))
    assert await consultant.support.GetSupportPolicy(mine) == kept.policies[0], "it is open to all"
    with refused("NOT_FOUND"):
        await leader.support.PublishSupportPolicy(cast.publishing())


async def test_k8_a_correction_stands_in_the_list_and_the_original_stays_readable(
    family: str, consultant: Client
) -> None:
    first = await log(consultant, family, concern=False, concern_words="")
    request = cast.correcting(first, cast.a_follow_up(visit_date=cast.day(-2)))
    second = await consultant.support.CorrectFollowUp(request)
    assert await consultant.support.CorrectFollowUp(request) == second, "sent twice it is done once"
    assert (second.name, second.visit_date, second.correction.number) == (first.name, cast.day(-2), 1)
    assert (second.correction.author, second.correction.reason) == (cast.CONSULTANT.subject, request.reason)
    assert (second.consultant, second.create_time) == (first.consultant, first.create_time)
    listed = await consultant.families.ListFollowUps(families.ListFollowUpsRequest(parent=family))
    assert list(listed.follow_ups) == [second]
    third = await consultant.support.CorrectFollowUp(cast.correcting(second, cast.a_follow_up(concern=False)))
    kept = await versions(consultant, first.name)
    assert [(each.visit_date, each.correction.number) for each in kept] == [(cast.day(-1), 0), (cast.day(-2), 1)]
    assert third.correction.number == 2


async def test_k8_a_correction_is_refused_that_is_stale_or_loses_an_action(family: str, consultant: Client) -> None:
    logged = await log(consultant, family)
    with refused("ABORTED", "ETAG_STALE"):
        await consultant.support.CorrectFollowUp(cast.correcting(logged, etag="7"))
    with refused_fields("follow_up.actions"):
        await consultant.support.CorrectFollowUp(cast.correcting(logged, cast.a_follow_up(actions=[])))
    assert not await versions(consultant, logged.name)


async def test_k8_actions_that_a_correction_adds_are_agreed_on_too(family: str, consultant: Client) -> None:
    logged = await log(consultant, family)
    more = families.FollowUpAction(what="Ask the doctor", owner="The family (invented)", due_date=cast.day(1))
    added = cast.a_follow_up(actions=[*logged.actions, more])
    await consultant.support.CorrectFollowUp(cast.correcting(logged, added))
    assert [each.action.what for each in await actions(consultant, family)] == ["Ask the doctor", "Call the school"]


async def test_k9_an_action_is_open_until_somebody_says_what_became_of_it(family: str, consultant: Client) -> None:
    done, late = (
        families.FollowUpAction(what=what, owner="Consultant (invented)", due_date=cast.day(due))
        for what, due in (("Call the school", 7), ("Find a doctor", -1))
    )
    await log(consultant, family, visit_date=cast.day(-5), actions=[done, late])
    first, second = await actions(consultant, family, state=pb.ACTION_STATE_OPEN)
    assert [(each.action.what, each.days_overdue) for each in (first, second)] == [
        ("Find a doctor", 1),
        ("Call the school", 0),
    ]
    with refused_fields("words"):
        await consultant.support.SettleAction(cast.settling(first, state=pb.ACTION_STATE_NOT_DONE, words=""))
    with refused_fields("state"):
        await consultant.support.SettleAction(cast.settling(first, state=pb.ACTION_STATE_OPEN))
    settled = await consultant.support.SettleAction(cast.settling(second))
    assert (settled.state, settled.settled_by) == (pb.ACTION_STATE_DONE, cast.CONSULTANT.subject)
    assert [each.name for each in await actions(consultant, family, state=pb.ACTION_STATE_OPEN)] == [first.name]
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await consultant.support.SettleAction(cast.settling(settled, state=pb.ACTION_STATE_NOT_DONE))


async def test_k10_a_draft_is_the_consultants_alone_until_it_is_submitted(family: str, havn: Havn) -> None:
    writer, colleague = havn.as_(cast.CONSULTANT), havn.as_(replace(cast.CONSULTANT, subject="users/colleague"))
    saved = await writer.support.SaveFollowUpDraft(cast.drafting(family))
    assert not saved.fields, "the answer is kept for repeats: what is written is not"
    (kept,) = await drafts(writer, family)
    assert [(each.field, each.text) for each in kept.fields] == [("trust.note", "Half a sent")]
    assert not await drafts(colleague, family)
    await colleague.support.SaveFollowUpDraft(cast.drafting(family))
    await log(writer, family)
    assert not await drafts(writer, family)
    assert len(await drafts(colleague, family)) == 1


async def test_k10_two_devices_do_not_overwrite_each_other(family: str, consultant: Client) -> None:
    first = await consultant.support.SaveFollowUpDraft(cast.drafting(family))
    await consultant.support.SaveFollowUpDraft(cast.drafting(family, etag=first.etag))
    with refused("ABORTED", "ETAG_STALE"):
        await consultant.support.SaveFollowUpDraft(cast.drafting(family, etag=first.etag))
    for _ in range(2):
        discarded = pb.DiscardFollowUpDraftRequest(parent=family, request_id=cast.fresh())
        assert not (await consultant.support.DiscardFollowUpDraft(discarded)).author
    assert not await drafts(consultant, family)


async def test_k10_a_draft_may_be_unfinished_but_is_of_a_follow_up(family: str, consultant: Client) -> None:
    shoes = pb.DraftField(field="shoes", text="x")
    with refused_fields("fields[0].field"):
        await consultant.support.SaveFollowUpDraft(cast.drafting(family, fields=[shoes]))


async def test_a_concern_may_have_words_of_its_own_and_words_need_a_concern(family: str, consultant: Client) -> None:
    assert (await log(consultant, family, concern_words="Bruises (invented)")).concern_words
    with refused_fields("follow_up.concern_words"):
        await log(consultant, family, concern=False, concern_words="Bruises (invented)")
