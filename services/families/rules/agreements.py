"""What may be agreed on to support a family. Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families.rules import way
from services.families.rules.arrivals import Stay, living
from services.families.rules.supervision import YEAR
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem, StateNotAllowed
from services.shared.wire import date_message, day

MOST_DAYS = 31


def check_agreement(agreement: pb.SupportAgreement) -> None:
    """Passes an agreement that can be (K15). Raises BadInput with every problem."""
    fields.refuse(_problems(agreement))


def check_relief(family: families.FosterFamily, relief: families.FosterFamily, today: date) -> None:
    """Passes another family that takes children today (K15). Raises BadInput."""
    if relief.name == family.name:
        raise BadInput.of("agreement.relief_family", "must be another family (K15)")
    if way.state(relief, today) != families.FAMILY_STATE_APPROVED:
        raise BadInput.of("agreement.relief_family", "must be approved today, and not paused (K15)")


def end(agreement: pb.SupportAgreement, asked: pb.EndSupportRequest, by: str) -> None:
    """Lets it end on a day, once, with a reason (K15). Raises BadInput and StateNotAllowed."""
    if agreement.end_reason:
        raise StateNotAllowed("the agreement was ended already (K15)", "K15")
    if day(asked.until_date) < day(agreement.from_date):
        raise BadInput.of("until_date", "may not be before its first day")
    agreement.until_date.CopyFrom(asked.until_date)
    agreement.end_reason, agreement.ended_by = asked.reason, by


def in_force(agreement: pb.SupportAgreement, on: date) -> bool:
    """Whether it holds on a day."""
    over = agreement.HasField("until_date") and day(agreement.until_date) < on
    return day(agreement.from_date) <= on and not over


def support_due(
    family: families.FosterFamily, stays: Iterable[Stay], agreed: Sequence[pb.SupportAgreement], today: date
) -> Iterator[pb.IntensiveSupportDue]:
    """Who lives there in its first year without intensive support agreed on since it came (K15)."""
    for stay in living(stays, today):
        until = stay.starts + min(YEAR, date.max - stay.starts) - timedelta(days=1)
        if today <= until and not any(_supports(each, stay) for each in agreed):
            yield pb.IntensiveSupportDue(
                family=family.name,
                authority=family.authority,
                display_name=family.display_name,
                town=family.town,
                consultant=family.consultant,
                child=stay.child,
                arrival_date=date_message(stay.starts),
                first_year_until_date=date_message(until),
                days_since_arrival=(today - stay.starts).days,
            )


def by_arrival(due: pb.IntensiveSupportDue) -> str:
    """What puts who came first before the others."""
    return f"{day(due.arrival_date).isoformat()}/{due.family}/{due.child}"


def _supports(agreement: pb.SupportAgreement, stay: Stay) -> bool:
    """Whether it is of this stay of a child: one that was over when it came was of another."""
    over = agreement.HasField("until_date") and day(agreement.until_date) < stay.starts
    return agreement.kind == pb.SUPPORT_KIND_INTENSIVE and agreement.child == stay.child and not over


def _problems(agreement: pb.SupportAgreement) -> Iterator[FieldProblem]:
    first = day(agreement.from_date)
    if agreement.child:
        yield from fields.named("agreement.child", agreement.child, "children/{child}")
    if agreement.HasField("until_date"):
        yield from fields.not_after("agreement.from_date", first, day(agreement.until_date), "its last day")
    yield from _plan_problems(agreement, first)
    yield from _relief_problems(agreement)


def _plan_problems(agreement: pb.SupportAgreement, first: date) -> Iterator[FieldProblem]:
    """Intensive support is of a named child's first year, and a plan with days in it."""
    if agreement.kind != pb.SUPPORT_KIND_INTENSIVE:
        if agreement.plan:
            yield FieldProblem("agreement.plan", "may be given for intensive support only")
        return
    if not agreement.child:
        yield FieldProblem("agreement.child", "must be given for intensive support")
    if not agreement.plan:
        yield FieldProblem("agreement.plan", "must have a step at least: intensive support is a dated plan")
    for position, step in enumerate(agreement.plan):
        if not first <= day(step.planned_date) <= first + min(YEAR, date.max - first):
            told = "must be within a year of the first day"
            yield FieldProblem(f"agreement.plan[{position}].planned_date", told)


def _relief_problems(agreement: pb.SupportAgreement) -> Iterator[FieldProblem]:
    if agreement.kind == pb.SUPPORT_KIND_RELIEF:
        yield from fields.named("agreement.relief_family", agreement.relief_family, "families/{family}")
        yield from fields.between("agreement.days_per_month", agreement.days_per_month, 1, MOST_DAYS)
    elif agreement.relief_family or agreement.days_per_month:
        yield FieldProblem("agreement.relief_family", "may be given for relief only")
