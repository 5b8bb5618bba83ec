"""What a supervision visit must be, and when the next one is due. Numbers: docs/rules.md."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.wire import date_message, day

YEAR = timedelta(days=365)


def check_visit(visit: pb.SupervisionVisit, today: date) -> None:
    """Passes a visit that took place, with a reason for each talk that was not as it should be (K13).

    Raises BadInput with every problem.
    """
    fields.refuse(_visit_problems(visit, today))


def visit_due(
    family: families.FosterFamily, visits: Sequence[pb.SupervisionVisit], policy: pb.SupportPolicy, today: date
) -> pb.SupervisionVisitDue | None:
    """When a family is to be visited: a year, divided by the visits of a year, after the latest that counts (K13).

    Before the first it is counted from the approval; None for a family that has none.
    """
    if not family.HasField("approval"):
        return None
    counted = [day(visit.visit_date) for visit in visits if _counts(visit, policy)]
    needed = max(1, policy.supervision_visits_per_year)
    due = max(counted, default=day(family.approval.valid_from_date)) + YEAR // needed
    return pb.SupervisionVisitDue(
        family=family.name,
        authority=family.authority,
        display_name=family.display_name,
        town=family.town,
        consultant=family.consultant,
        last_visit_date=date_message(max(counted)) if counted else None,
        due_date=date_message(due),
        days_overdue=max(0, (today - due).days),
        visit_count=sum(visited > today - YEAR for visited in counted),
        needed_count=needed,
    )


def by_due_day(due: pb.SupervisionVisitDue) -> str:
    """What puts those that are longest overdue first."""
    return f"{day(due.due_date).isoformat()}/{due.family}"


def _counts(visit: pb.SupervisionVisit, policy: pb.SupportPolicy) -> bool:
    """Where the policy asks for a talk, a visit without one is none."""
    return not policy.talk_required or any(talk.held for talk in visit.talks)


def _visit_problems(visit: pb.SupervisionVisit, today: date) -> Iterator[FieldProblem]:
    yield from fields.not_after("visit.visit_date", day(visit.visit_date), today, "today: log one that took place")
    yield from fields.unique("visit.talks", [talk.child for talk in visit.talks])
    for position, talk in enumerate(visit.talks):
        field = f"visit.talks[{position}]"
        yield from fields.named(f"{field}.child", talk.child, "children/{child}")
        if not (talk.held and talk.staff_absent) and not talk.reason.strip():
            told = "must say why somebody of the home was present" if talk.held else "must say why there was no talk"
            yield FieldProblem(f"{field}.reason", told)
