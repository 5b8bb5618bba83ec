"""What a KRITH follow-up must be, and when one is due. Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as pb
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.names import parent
from services.shared.wire import date_message, day, time

LONGEST_GAP = timedelta(weeks=26)
"""The longest time from one visit to the next (K3)."""

FIRST_VISIT = timedelta(weeks=1)
"""How long after the approval's first day a family is visited for the first time (K4)."""


def check_follow_up(follow_up: pb.FollowUp, today: date) -> None:
    """Passes a follow-up of a visit that took place, with a next one in time (K1 to K3). Raises BadInput."""
    fields.refuse(_follow_up_problems(follow_up, today))


def follow_up_due(family: pb.FosterFamily, latest: pb.FollowUp | None, today: date) -> pb.FollowUpDue | None:
    """When a family is to be followed up, by its latest follow-up or, before the first, by its approval (K4).

    None where it has neither.
    """
    if latest is None and not family.HasField("approval"):
        return None
    due = day(latest.next_visit_date) if latest else day(family.approval.valid_from_date) + FIRST_VISIT
    return pb.FollowUpDue(
        family=family.name,
        authority=family.authority,
        display_name=family.display_name,
        town=family.town,
        consultant=family.consultant,
        last_visit_date=latest.visit_date if latest else None,
        next_visit_date=date_message(due),
        days_overdue=max(0, (today - due).days),
    )


def by_due_day(due: pb.FollowUpDue) -> str:
    """What puts those that are longest overdue first, then the others by their day."""
    return f"{day(due.next_visit_date).isoformat()}/{due.family}"


def latest_by_family(follow_ups: Iterable[pb.FollowUp]) -> dict[str, pb.FollowUp]:
    """Each family's latest follow-up; of several visits on one day the one that was logged last."""
    ordered = sorted(follow_ups, key=lambda each: (day(each.visit_date), time(each.create_time), each.name))
    return {parent(follow_up.name): follow_up for follow_up in ordered}


def _follow_up_problems(follow_up: pb.FollowUp, today: date) -> Iterator[FieldProblem]:
    visit, following = day(follow_up.visit_date), day(follow_up.next_visit_date)
    yield from fields.not_after("follow_up.visit_date", visit, today, "today: log a visit that took place")
    if following <= visit:
        yield FieldProblem("follow_up.next_visit_date", "must be after this visit")
    if following - visit > LONGEST_GAP:
        weeks = LONGEST_GAP.days // 7
        yield FieldProblem("follow_up.next_visit_date", f"may not be after {weeks} weeks from this visit")
    for position, child in enumerate(follow_up.children):
        yield from fields.named(f"follow_up.children[{position}]", child, "children/{child}")
