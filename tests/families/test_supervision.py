"""Supervision visits, training, agreements, trends and coverage, as they are kept and listed."""

import pytest_asyncio

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from tests import cast
from tests.conftest import Client, Havn, refused, refused_fields


@pytest_asyncio.fixture
async def family(consultant: Client) -> families.FosterFamily:
    return await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))


async def test_k13_a_logged_visit_makes_the_next_one_due(family: families.FosterFamily, consultant: Client) -> None:
    of_it = pb.ListSupervisionVisitsDueRequest(family=family.name)
    [before] = (await consultant.support.ListSupervisionVisitsDue(of_it)).visits_due
    assert before.visit_count == 0
    visit = await consultant.support.LogSupervisionVisit(cast.visiting(family.name))
    assert (visit.visitor, visit.authority) == (cast.CONSULTANT.subject, cast.MUNICIPALITY)
    listed = await consultant.support.ListSupervisionVisits(pb.ListSupervisionVisitsRequest(parent=family.name))
    assert list(listed.visits) == [visit]
    due = await consultant.support.ListSupervisionVisitsDue(pb.ListSupervisionVisitsDueRequest(page_size=200))
    (found,) = (each for each in due.visits_due if each.family == family.name)
    assert (found.last_visit_date, found.due_date, found.visit_count) == (cast.day(-1), cast.day(364), 1)
    assert list((await consultant.support.ListSupervisionVisitsDue(of_it)).visits_due) == [found]
    trained = (await consultant.support.ListTraining(pb.ListTrainingRequest(family=family.name))).families
    assert [each.family for each in trained] == [family.name]


async def test_k14_a_leader_waives_the_course_and_an_administrator_does_not(
    family: families.FosterFamily, consultant: Client, havn: Havn, administrator: Client
) -> None:
    waived = families.Training(waived_until_date=cast.day(90), waived_by="Leader (invented)")
    family.training.CopyFrom(waived)
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await administrator.families.UpdateFosterFamily(cast.changing(family, "training"))
    await havn.as_(cast.LEADER).families.UpdateFosterFamily(cast.changing(family, "training"))
    stands = await consultant.support.ListTraining(pb.ListTrainingRequest(family=family.name))
    assert [each.course for each in stands.families] == [pb.COURSE_STATE_WAIVED]


async def test_k14_goals_and_days_of_training_stand_with_the_family(
    family: families.FosterFamily, consultant: Client, havn: Havn
) -> None:
    goal = families.ReachedGoal(goal=families.LEARNING_GOAL_LAW, reached_date=cast.day(-9))
    day = families.TrainingDay(training_date=cast.day(-3), subject="Attachment (invented)")
    family.training.CopyFrom(families.Training(goals=[goal], days=[day]))
    changed = await consultant.families.UpdateFosterFamily(cast.changing(family, "training"))
    listed = await consultant.support.ListTraining(pb.ListTrainingRequest(page_size=200))
    (found,) = (each for each in listed.families if each.family == family.name)
    assert (found.course, found.day_count, len(found.missing_goals)) == (pb.COURSE_STATE_MISSING, 1, 5)
    assert listed.families[0].course == pb.COURSE_STATE_MISSING, "who lacks the course comes first"
    assert changed.training.days[0].subject


async def test_k15_an_agreement_is_ended_once_with_a_reason(family: families.FosterFamily, consultant: Client) -> None:
    agreed = await consultant.support.AgreeSupport(cast.agreeing(family.name))
    today = pb.ListSupportAgreementsRequest(parent=family.name, on_date=cast.day())
    assert list((await consultant.support.ListSupportAgreements(today)).agreements) == [agreed]
    with refused_fields("until_date"):
        await consultant.support.EndSupport(cast.ending(agreed, until_date=cast.day(-31)))
    ended = await consultant.support.EndSupport(cast.ending(agreed, until_date=cast.day(-1)))
    assert (ended.ended_by, ended.until_date) == (cast.CONSULTANT.subject, cast.day(-1))
    assert not (await consultant.support.ListSupportAgreements(today)).agreements
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await consultant.support.EndSupport(cast.ending(ended))
    relief = cast.an_agreement(kind=pb.SUPPORT_KIND_RELIEF, relief_family="families/nobody", days_per_month=2)
    with refused("NOT_FOUND"):
        await consultant.support.AgreeSupport(cast.agreeing(family.name, relief))


async def test_k15_another_family_that_takes_children_relieves_one(
    family: families.FosterFamily, consultant: Client
) -> None:
    others = [cast.a_ready_family(), cast.a_family(), cast.a_full_family()]
    ready, applying, paused = [(await consultant.families.CreateFosterFamily(cast.entering(one))) for one in others]

    def relief(by: families.FosterFamily) -> pb.AgreeSupportRequest:
        agreement = cast.an_agreement(kind=pb.SUPPORT_KIND_RELIEF, relief_family=by.name, days_per_month=2)
        return cast.agreeing(family.name, agreement)

    for by in (family, applying, paused):
        with refused_fields("agreement.relief_family"):
            await consultant.support.AgreeSupport(relief(by))
    assert (await consultant.support.AgreeSupport(relief(ready))).relief_family == ready.name


async def test_a_trend_shows_each_visit_of_one_child_with_what_became_of_its_actions(
    family: families.FosterFamily, consultant: Client
) -> None:
    for days, child in ((-60, "children/a"), (-30, "children/b"), (-2, "children/a")):
        follow_up = cast.a_follow_up(visit_date=cast.day(days), next_visit_date=cast.day(days + 28), children=[child])
        await consultant.families.LogFollowUp(cast.logging(family.name, follow_up))
    asked = pb.ListActionsRequest(parent=family.name)
    first, second, _third = (await consultant.support.ListActions(asked)).actions
    await consultant.support.SettleAction(cast.settling(first))
    not_done = cast.settling(second, state=pb.ACTION_STATE_NOT_DONE)
    await consultant.support.SettleAction(not_done)
    whole = await consultant.support.GetFollowUpTrend(pb.GetFollowUpTrendRequest(name=family.name))
    assert [point.visit_date for point in whole.points] == [cast.day(days) for days in (-60, -30, -2)]
    assert sum(point.done_count for point in whole.points) == 1
    assert sum(point.not_done_count for point in whole.points) == 1
    assert sum(point.agreed_count for point in whole.points) == 3
    of_child = pb.GetFollowUpTrendRequest(name=family.name, child="children/b")
    assert [point.visit_date for point in (await consultant.support.GetFollowUpTrend(of_child)).points] == [
        cast.day(-30)
    ]


async def test_k12_coverage_counts_until_yesterday(family: families.FosterFamily, havn: Havn) -> None:
    leader = havn.as_(cast.LEADER)
    whole = await leader.support.GetFollowUpCoverage(pb.GetFollowUpCoverageRequest())
    assert (whole.from_date, whole.until_date) == (cast.day(-366), cast.day(-1))
    # Its approval began 100 days ago, and nobody came within a week.
    assert whole.due_family_count > whole.in_time_family_count
    none = pb.GetFollowUpCoverageRequest(from_date=cast.day(-3), until_date=cast.day(-3))
    assert (await leader.support.GetFollowUpCoverage(none)).due_family_count == 0
