"""What a foster family and a KRITH follow-up must be. Numbers: docs/rules.md."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as pb
from services.shared import fields
from services.shared.errors import FieldProblem
from services.shared.names import parent
from services.shared.reference import towns
from services.shared.wire import changeable, date_message, day, time

MOST_CHILDREN = 12
LONGEST_GAP = timedelta(weeks=26)
"""The longest time from one visit to the next (K3)."""

FIRST_VISIT = timedelta(weeks=1)
"""How long after the approval's first day a family is visited for the first time (K4)."""

CHANGEABLE = changeable(pb.FosterFamily, fixed=["name", "etag", "authority"])
"""Fields of a family that an update may change."""


def check_family(family: pb.FosterFamily, today: date) -> None:
    """Passes a family that can stand in the registry. Raises BadInput with every problem."""
    fields.refuse(problem for part in _FAMILY_PARTS for problem in part(family, today))


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


def _whose(family: pb.FosterFamily, _today: date) -> Iterator[FieldProblem]:
    yield from fields.named("family.authority", family.authority, "authorities/{authority}")
    yield from fields.known_town("family.town", family.town, towns())
    if family.consultant:
        yield from fields.named("family.consultant", family.consultant, "users/{user}")
    for position, authority in enumerate(family.agreements):
        yield from fields.named(f"family.agreements[{position}]", authority, "authorities/{authority}")


def _approval(family: pb.FosterFamily, _today: date) -> Iterator[FieldProblem]:
    approval = family.approval
    if not family.HasField("approval"):
        return
    yield from fields.between("family.approval.place_count", approval.place_count, 1, MOST_CHILDREN)
    yield from fields.ages("family.approval.ages", approval.ages.min, approval.ages.max)
    until = day(approval.valid_until_date)
    yield from fields.not_after("family.approval.valid_from_date", day(approval.valid_from_date), until, "its end")
    yield from _named_child(family)


def _named_child(family: pb.FosterFamily) -> Iterator[FieldProblem]:
    """A network family, and no other, is approved for one named child (R7)."""
    child = family.approval.child
    if family.type == pb.FAMILY_TYPE_NETWORK:
        yield from fields.named("family.approval.child", child, "children/{child}")
    elif child:
        yield FieldProblem("family.approval.child", "may be given for a network family only")


def _household(family: pb.FosterFamily, today: date) -> Iterator[FieldProblem]:
    members = family.household
    yield from fields.unique("family.household", [member.person for member in members])
    if not any(member.role == pb.HOUSEHOLD_ROLE_FOSTER_PARENT for member in members):
        yield FieldProblem("family.household", "must hold a foster parent")
    for position, member in enumerate(members):
        yield from _member_problems(f"family.household[{position}]", member, today)


def _member_problems(field: str, member: pb.HouseholdMember, today: date) -> Iterator[FieldProblem]:
    yield from fields.named(f"{field}.person", member.person, "persons/{person}")
    yield from fields.not_after(f"{field}.birth_date", day(member.birth_date), today, "today")
    for name in ("criminal_record", "child_certificate"):
        if member.HasField(name):
            yield from _certificate_problems(f"{field}.{name}", getattr(member, name), today)


def _certificate_problems(field: str, certificate: pb.Certificate, today: date) -> Iterator[FieldProblem]:
    issued = day(certificate.issued_date)
    yield from fields.not_after(f"{field}.issued_date", issued, today, "today")
    yield from fields.not_after(f"{field}.issued_date", issued, day(certificate.renew_by_date), "its renewal")


def _availability(family: pb.FosterFamily, today: date) -> Iterator[FieldProblem]:
    said, field = family.availability, "family.availability"
    if family.HasField("availability"):
        most = family.approval.place_count
        yield from fields.between(f"{field}.free_place_count", said.free_place_count, 0, most)
        yield from fields.confirmed(f"{field}.confirmed_time", time(said.confirmed_time), today)


def _training(family: pb.FosterFamily, today: date) -> Iterator[FieldProblem]:
    """A waiver of the course has a date and a person (R11)."""
    training = family.training
    if training.HasField("completed_date"):
        yield from fields.not_after("family.training.completed_date", day(training.completed_date), today, "today")
    if training.HasField("waived_until_date") != bool(training.waived_by):
        yield FieldProblem("family.training", "must have both waived_until_date and waived_by, or neither")


def _experience(family: pb.FosterFamily, _today: date) -> Iterator[FieldProblem]:
    if family.HasField("experience"):
        yield from fields.ages("family.experience", family.experience.min, family.experience.max)


_FAMILY_PARTS = (_whose, _approval, _household, _availability, _training, _experience)


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
