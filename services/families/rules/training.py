"""How a family's training stands. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families.rules.supervision import YEAR
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.wire import day

GOALS = tuple(goal for goal in families.LearningGoal.values() if goal)


def training_problems(training: families.Training, today: date) -> Iterator[FieldProblem]:
    """What can't be of goals and days: each goal once, none in the future, the course done with the last goal (K14)."""
    field = "family.training"
    yield from fields.unique(f"{field}.goals", [str(each.goal) for each in training.goals])
    reached = [day(each.reached_date) for each in training.goals]
    for position, when in enumerate(reached):
        yield from fields.not_after(f"{field}.goals[{position}].reached_date", when, today, "today")
    for position, each in enumerate(training.days):
        when = day(each.training_date)
        yield from fields.not_after(f"{field}.days[{position}].training_date", when, today, "today")
    # Who completed it before goals were recorded has none.
    unfinished = training.HasField("completed_date") and (
        0 < len(reached) < len(GOALS) or max(reached, default=date.min) > day(training.completed_date)
    )
    if unfinished:
        yield FieldProblem(f"{field}.completed_date", "may be given once all six goals are reached")


def standing(family: families.FosterFamily, policy: pb.SupportPolicy, today: date) -> pb.FamilyTraining:
    """How a family's training stands today (K14)."""
    training = family.training
    reached = {each.goal for each in training.goals}
    return pb.FamilyTraining(
        family=family.name,
        authority=family.authority,
        display_name=family.display_name,
        consultant=family.consultant,
        course=_course(training, today),
        missing_goals=[goal for goal in GOALS if reached and goal not in reached],
        day_count=len({day(each.training_date) for each in training.days if day(each.training_date) > today - YEAR}),
        needed_day_count=policy.training_days_per_year,
    )


def by_lack(training: pb.FamilyTraining) -> str:
    """What puts those without course or waiver first, then those that lack days."""
    has_course = training.course != pb.COURSE_STATE_MISSING
    lacks_days = training.day_count < training.needed_day_count
    return f"{int(has_course)}{int(not lacks_days)}/{training.family}"


def _course(training: families.Training, today: date) -> pb.CourseState.ValueType:
    """As R11 reads it."""
    if training.HasField("completed_date"):
        return pb.COURSE_STATE_COMPLETED
    if training.HasField("waived_until_date") and day(training.waived_until_date) >= today:
        return pb.COURSE_STATE_WAIVED
    return pb.COURSE_STATE_MISSING
