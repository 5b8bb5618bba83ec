"""What a supervision visit must be, and when the next one is due. Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families.rules.arrivals import Stay, living
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.wire import date_message, day

YEAR = timedelta(days=365)


def check_visit(visit: pb.SupervisionVisit, today: date) -> None:
    """Passes a visit that took place, with a reason for each talk that was not as it should be (K13).

    Raises BadInput with every problem.
    """
    fields.refuse(_visit_problems(visit, today))


@dataclass(frozen=True)
class Facts:
    """What visits of a family are counted by: those that were, who lives or lived there, and the authority's policy."""

    visits: Sequence[pb.SupervisionVisit]
    stays: Sequence[Stay]
    policy: pb.SupportPolicy


def visits_due(family: families.FosterFamily, facts: Facts, today: date) -> Iterator[pb.SupervisionVisitDue]:
    """When a family is to be visited: a year, divided by the visits of a year, after the latest that counts (K13).

    Where talks are required, for each child who lives there, before the first visit from when it came; else, and where
    no child lives there, for the family, before the first from its approval. None for a family without approval.
    """
    if not family.HasField("approval"):
        return
    approved = day(family.approval.valid_from_date)
    there = living(facts.stays, today) if facts.policy.talk_required else []
    for stay in there:
        yield _due(family, stay.child, max(approved, stay.starts), facts, today)
    if not there:
        yield _due(family, "", approved, facts, today)


def _due(family: families.FosterFamily, child: str, begun: date, facts: Facts, today: date) -> pb.SupervisionVisitDue:
    counted = [day(visit.visit_date) for visit in facts.visits if _counts(visit, child, facts.policy)]
    # Before the child came, nobody could see how it is there.
    counted = [visited for visited in counted if not child or visited >= begun]
    needed = max(1, facts.policy.supervision_visits_per_year)
    due = max(counted, default=begun) + YEAR // needed
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
        child=child,
    )


def by_due_day(due: pb.SupervisionVisitDue) -> str:
    """What puts those that are longest overdue first."""
    return f"{day(due.due_date).isoformat()}/{due.family}/{due.child}"


def overdue_count(found: Iterable[pb.SupervisionVisitDue]) -> int:
    """How many are overdue."""
    return sum(each.days_overdue > 0 for each in found)


def _counts(visit: pb.SupervisionVisit, child: str, policy: pb.SupportPolicy) -> bool:
    """Where the policy asks for talks, a visit without one is none; for a child, one without a talk with that child."""
    return not policy.talk_required or any(talk.held and child in ("", talk.child) for talk in visit.talks)


def _visit_problems(visit: pb.SupervisionVisit, today: date) -> Iterator[FieldProblem]:
    yield from fields.not_after("visit.visit_date", day(visit.visit_date), today, "today: log one that took place")
    yield from fields.unique("visit.talks", [talk.child for talk in visit.talks])
    for position, talk in enumerate(visit.talks):
        field = f"visit.talks[{position}]"
        yield from fields.named(f"{field}.child", talk.child, "children/{child}")
        if not (talk.held and talk.staff_absent) and not talk.reason.strip():
            told = "must say why somebody of the home was present" if talk.held else "must say why there was no talk"
            yield FieldProblem(f"{field}.reason", told)
