"""Coverage, supervision visits, training and agreements on support: pure rules."""

from datetime import timedelta
from typing import Any

import pytest

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families import policies
from services.families.rules import agreements, supervision, training, trends
from services.families.rules.arrivals import Stay
from services.shared.errors import BadInput
from services.shared.wire import day
from tests import cast

GREENLAND = policies.default(cast.MUNICIPALITY)
DENMARK = policies.default("authorities/svendborg")
FIRST, LAST = cast.TODAY - timedelta(days=60), cast.TODAY - timedelta(days=1)


def a_family(name: str = "families/f-1", **facts: cast.Value) -> families.FosterFamily:
    return cast.a_family(name=name, approval=cast.an_approval(), consultant="users/consultant", **facts)


def a_follow_up(visited: int, following: int) -> families.FollowUp:
    return cast.a_follow_up(visit_date=cast.day(visited), next_visit_date=cast.day(following))


def refused(check: cast.Value, *given: cast.Value) -> list[str]:
    with pytest.raises(BadInput) as told:
        check(*given)
    return [problem.field for problem in told.value.problems]


# (visits with the days that they name, and whether the family is due in the period and was visited in time)
COVERED: dict[str, tuple[list[tuple[int, int]], tuple[int, int]]] = {
    "in time": ([(-90, -50), (-50, -20), (-21, 9)], (1, 1)),
    "a day late once": ([(-90, -50), (-49, -20), (-21, 9)], (1, 0)),
    "not at all": ([(-90, -50)], (1, 0)),
    "never visited, due before the period": ([], (0, 0)),
    "not due before the period ends": ([(-90, 30)], (0, 0)),
    "due today, which nobody knows yet": ([(-90, 0)], (0, 0)),
}


@pytest.mark.parametrize(("visits", "counts"), COVERED.values(), ids=COVERED)
def test_k12_a_family_counts_once_and_is_in_time_each_time(
    visits: list[tuple[int, int]], counts: tuple[int, int]
) -> None:
    follow_ups = {"families/f-1": [a_follow_up(*visit) for visit in visits]}
    found = trends.coverage([a_family()], follow_ups, {}, (FIRST, LAST))
    assert (found.due_family_count, found.in_time_family_count) == counts


def test_k12_coverage_is_told_by_consultant_and_names_no_family() -> None:
    homes = [a_family(), a_family("families/f-2")]
    homes[1].consultant = "users/other"
    follow_ups = {
        home.name: [a_follow_up(-90, -50), a_follow_up(when, 9)] for home, when in zip(homes, (-50, -1), strict=True)
    }
    found = trends.coverage(homes, follow_ups, {}, (FIRST, LAST))
    told = [(each.consultant, each.due_family_count, each.in_time_family_count) for each in found.consultants]
    assert told == [("users/consultant", 1, 1), ("users/other", 1, 0)]
    assert b"families/" not in found.SerializeToString()


def a_visit(days: int, *, held: bool = True) -> pb.SupervisionVisit:
    talk = pb.ChildTalk(child="children/c-1", held=held, staff_absent=True, reason="" if held else "It slept")
    return cast.a_visit(visit_date=cast.day(days), talks=[talk])


def due_of(
    policy: pb.SupportPolicy, *visits: pb.SupervisionVisit, stays: tuple[Stay, ...] = ()
) -> list[pb.SupervisionVisitDue]:
    return list(supervision.visits_due(a_family(), supervision.Facts(visits, stays, policy), cast.TODAY))


def due_in(policy: pb.SupportPolicy, *visits: pb.SupervisionVisit) -> int:
    (found,) = due_of(policy, *visits)
    return (day(found.due_date) - cast.TODAY).days


def a_stay(starts: int, ends: int | None = None, child: str = "children/c-1") -> Stay:
    ended = None if ends is None else cast.TODAY + timedelta(days=ends)
    return Stay(child, cast.TODAY + timedelta(days=starts), ended)


def test_k13_greenland_visits_once_a_year_and_denmark_twice() -> None:
    assert (GREENLAND.supervision_visits_per_year, DENMARK.supervision_visits_per_year) == (1, 2)
    assert due_in(GREENLAND, a_visit(-10)) == 355
    assert due_in(DENMARK, a_visit(-10)) == 172


def test_k13_before_the_first_visit_the_approval_counts() -> None:
    assert due_in(GREENLAND) == 265
    facts = supervision.Facts([], [], GREENLAND)
    assert not list(supervision.visits_due(cast.a_family(), facts, cast.TODAY))


def test_k13_in_denmark_a_visit_without_a_talk_is_none() -> None:
    silent = a_visit(-10, held=False)
    assert due_in(DENMARK, a_visit(-40), silent) == 142
    assert due_in(GREENLAND, a_visit(-40), silent) == 355


def test_k13_a_family_is_overdue_by_days() -> None:
    (found,) = due_of(GREENLAND, a_visit(-375), a_visit(-400))
    assert (found.days_overdue, found.visit_count, found.needed_count) == (10, 0, 1)


def test_k13_in_denmark_each_child_who_lives_there_is_talked_with_twice_a_year() -> None:
    stays = (a_stay(-90), a_stay(-30, child="children/c-2"), a_stay(-80, -1, child="children/gone"))
    found = due_of(DENMARK, a_visit(-10), a_visit(-95), stays=stays)
    told = [(due.child, (day(due.due_date) - cast.TODAY).days, due.visit_count) for due in found]
    assert told == [("children/c-1", 172, 1), ("children/c-2", 152, 0)], "a visit before it came is none of a child"
    (whole,) = due_of(GREENLAND, a_visit(-10), stays=stays)
    assert (whole.child, whole.visit_count) == ("", 1)


def test_k12_a_child_who_came_makes_a_visit_due_in_a_week() -> None:
    visits = [a_follow_up(-90, -50), a_follow_up(-50, 10)]
    for days, in_time in ((-48, 0), (-56, 1)):
        stays = {"families/f-1": [a_stay(days)]}
        found = trends.coverage([a_family()], {"families/f-1": visits}, stays, (FIRST, LAST))
        assert (found.due_family_count, found.in_time_family_count) == (1, in_time)


def an_intensive(first: int, until: int | None = None, child: str = "children/c-1") -> pb.SupportAgreement:
    ended = {} if until is None else {"until_date": cast.day(until)}
    return cast.an_agreement(kind=pb.SUPPORT_KIND_INTENSIVE, child=child, from_date=cast.day(first), **ended)


# (who lives there, what was agreed on, for whom nothing was)
FIRST_YEARS: dict[str, tuple[list[Stay], list[pb.SupportAgreement], list[str]]] = {
    "nothing agreed": ([a_stay(-40)], [], ["children/c-1"]),
    "agreed": ([a_stay(-40)], [an_intensive(-30)], []),
    "agreed and ended since": ([a_stay(-40)], [an_intensive(-30, -5)], []),
    "over before it came": ([a_stay(-40)], [an_intensive(-300, -41)], ["children/c-1"]),
    "agreed for another child": ([a_stay(-40)], [an_intensive(-30, child="children/c-2")], ["children/c-1"]),
    "supervision alone": ([a_stay(-40)], [cast.an_agreement(child="children/c-1")], ["children/c-1"]),
    "the last day of the first year": ([a_stay(-364)], [], ["children/c-1"]),
    "the first year is over": ([a_stay(-365)], [], []),
    "it moved out": ([a_stay(-40, -1)], [], []),
    "it is to come": ([a_stay(1)], [], []),
}


@pytest.mark.parametrize(("stays", "agreed", "due"), FIRST_YEARS.values(), ids=FIRST_YEARS)
def test_k15_a_child_in_its_first_year_without_intensive_support_is_listed(
    stays: list[Stay], agreed: list[pb.SupportAgreement], due: list[str]
) -> None:
    found = list(agreements.support_due(a_family(), stays, agreed, cast.TODAY))
    assert [each.child for each in found] == due


TALKS: dict[str, tuple[str, dict[str, Any]]] = {
    "a visit of tomorrow": ("visit.visit_date", {"visit_date": cast.day(1)}),
    "no talk and no reason": ("visit.talks[0].reason", {"talks": [pb.ChildTalk(child="children/c")]}),
    "somebody present and no reason": (
        "visit.talks[0].reason",
        {"talks": [pb.ChildTalk(child="children/c", held=True)]},
    ),
    "a name that is none": (
        "visit.talks[0].child",
        {"talks": [pb.ChildTalk(child="Malik", held=True, staff_absent=True)]},
    ),
}


@pytest.mark.parametrize(("field", "facts"), TALKS.values(), ids=TALKS)
def test_k13_a_visit_is_refused_with(field: str, facts: dict[str, Any]) -> None:
    assert refused(supervision.check_visit, cast.a_visit(**facts), cast.TODAY) == [field]


def reached(*goals: families.LearningGoal.ValueType, days: int = -300) -> list[families.ReachedGoal]:
    return [families.ReachedGoal(goal=goal, reached_date=cast.day(days)) for goal in goals]


def problems(**facts: cast.Value) -> list[str]:
    return [each.field for each in training.training_problems(families.Training(**facts), cast.TODAY)]


def test_k14_the_course_is_done_with_all_six_goals_or_was_done_before_they_were_recorded() -> None:
    assert len(training.GOALS) == 6
    assert problems(completed_date=cast.day(-200)) == []
    assert problems(completed_date=cast.day(-200), goals=reached(*training.GOALS)) == []
    assert problems(goals=reached(*training.GOALS[:2])) == []
    unfinished = ["family.training.completed_date"]
    assert problems(completed_date=cast.day(-200), goals=reached(*training.GOALS[:5])) == unfinished
    assert problems(completed_date=cast.day(-200), goals=reached(*training.GOALS, days=-100)) == unfinished


def test_k14_a_goal_is_reached_once_and_nothing_in_the_future() -> None:
    twice = (families.LEARNING_GOAL_LAW, families.LEARNING_GOAL_LAW)
    assert problems(goals=reached(*twice)) == ["family.training.goals"]
    assert problems(goals=reached(twice[0], days=1)) == ["family.training.goals[0].reached_date"]
    tomorrow = families.TrainingDay(training_date=cast.day(1), subject="x")
    assert problems(days=[tomorrow]) == ["family.training.days[0].training_date"]


def standing(policy: pb.SupportPolicy = DENMARK, **facts: cast.Value) -> pb.FamilyTraining:
    return training.standing(a_family(training=families.Training(**facts)), policy, cast.TODAY)


def test_k14_the_course_stands_as_matching_reads_it() -> None:
    by = "Leader (invented)"
    assert standing(completed_date=cast.day(-1)).course == pb.COURSE_STATE_COMPLETED
    assert standing(waived_until_date=cast.day(), waived_by=by).course == pb.COURSE_STATE_WAIVED
    assert standing(waived_until_date=cast.day(-1), waived_by=by).course == pb.COURSE_STATE_MISSING
    missing = standing(goals=reached(*training.GOALS[1:])).missing_goals
    assert list(missing) == [families.LEARNING_GOAL_OWN_RESOURCES]


def test_k14_two_days_a_year_in_denmark_each_counted_once() -> None:
    days = [families.TrainingDay(training_date=cast.day(when), subject="x") for when in (-10, -10, -400)]
    found = standing(days=days)
    assert (found.day_count, found.needed_day_count) == (1, 2)
    assert standing(GREENLAND).needed_day_count == 0


def relief(**facts: cast.Value) -> pb.SupportAgreement:
    good = {"kind": pb.SUPPORT_KIND_RELIEF, "relief_family": "families/f-9", "days_per_month": 4}
    return cast.an_agreement(**good | facts)


def intensive(*days: int, **facts: cast.Value) -> pb.SupportAgreement:
    plan = [pb.PlannedSupport(planned_date=cast.day(each), what="A visit") for each in days]
    good = {"kind": pb.SUPPORT_KIND_INTENSIVE, "child": "children/c-1", "plan": plan}
    return cast.an_agreement(**good | facts)


def test_k15_what_may_be_agreed_on() -> None:
    for agreement in (cast.an_agreement(), relief(), intensive(0, 335)):
        agreements.check_agreement(agreement)


REFUSED = {
    "a last day before the first": (cast.an_agreement(until_date=cast.day(-31)), "agreement.from_date"),
    "days without relief": (cast.an_agreement(days_per_month=2), "agreement.relief_family"),
    "a plan of supervision": (cast.an_agreement(plan=intensive(0).plan), "agreement.plan"),
    "relief by nobody": (relief(relief_family=""), "agreement.relief_family"),
    "more days than a month has": (relief(days_per_month=32), "agreement.days_per_month"),
    "intensive support without a step": (intensive(), "agreement.plan"),
    "intensive support of nobody": (intensive(0, child=""), "agreement.child"),
    "a step after a year": (intensive(0, 336), "agreement.plan[1].planned_date"),
    "a step before its beginning": (intensive(-31), "agreement.plan[0].planned_date"),
}


@pytest.mark.parametrize(("agreement", "field"), REFUSED.values(), ids=REFUSED)
def test_k15_an_agreement_is_refused_with(agreement: pb.SupportAgreement, field: str) -> None:
    assert refused(agreements.check_agreement, agreement) == [field]
