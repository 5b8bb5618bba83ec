"""What a foster family must be to stand in the registry. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from havn.families.v1 import families_pb2 as pb
from services.families.rules.approval import FOR_ONE_CHILD, covers
from services.families.rules.fees import terms_problems
from services.families.rules.training import training_problems
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem
from services.shared.reference import family_types, towns
from services.shared.wire import changeable, day, time

MOST_CHILDREN = 12

COMPUTED: tuple[Literal["state", "breaches", "costs", "next_steps", "disputed_facts"], ...] = (
    "state",
    "breaches",
    "costs",
    "next_steps",
    "disputed_facts",
)
"""Fields of a family that are told of today, and kept nowhere."""

TOLD_BY_IMPORTS = changeable(pb.FosterFamily, fixed=["name", "etag", "authority", *COMPUTED])
"""Fields of a family that an import may tell."""

CHANGEABLE = TOLD_BY_IMPORTS - {"approval", "assessment", "refusal", "pause", "ending", "history", "conflicts"}
"""Fields of a family that an update may change: what was decided on its way changes by its steps (F5)."""


def check_family(family: pb.FosterFamily, today: date) -> None:
    """Passes a family that can stand in the registry. Raises BadInput with every problem."""
    fields.refuse(problem for part in _FAMILY_PARTS for problem in part(family, today))


def check_type(family: pb.FosterFamily) -> None:
    """Passes a type that the jurisdiction of the family's authority has (F1). Raises BadInput."""
    if not covers(family):
        told = ", ".join(f"FAMILY_TYPE_{kind}" for kind in family_types(family.authority))
        raise BadInput.of("family.type", f"must be one that the authority's jurisdiction has: {told}")


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
    """A network family and one that parents arranged, and no other, are approved for one named child (R7)."""
    child = family.approval.child
    if family.type in FOR_ONE_CHILD:
        yield from fields.named("family.approval.child", child, "children/{child}")
    elif child:
        told = "may be given for a network family, or one that parents arranged, only"
        yield FieldProblem("family.approval.child", told)


def _way(family: pb.FosterFamily, today: date) -> Iterator[FieldProblem]:
    """What is told of the way may be incomplete, but no nonsense."""
    for name in ("refusal", "ending"):
        if family.HasField(name) and family.HasField("approval"):
            yield FieldProblem(f"family.{name}", "may not be given with an approval: one of them is over")
    if family.HasField("application"):
        applied = family.application
        yield from fields.not_after("family.application.applied_date", day(applied.applied_date), today, "today")
        yield from fields.between("family.application.place_count", applied.place_count, 0, MOST_CHILDREN)
    for position, visit in enumerate(family.assessment.visits):
        field = f"family.assessment.visits[{position}].visit_date"
        yield from fields.not_after(field, day(visit.visit_date), today, "today")
    if family.assessment.child:
        yield from fields.named("family.assessment.child", family.assessment.child, "children/{child}")


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
    for name in ("criminal_record", "child_certificate", "health_certificate"):
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
    yield from training_problems(training, today)


def _ages(family: pb.FosterFamily, _today: date) -> Iterator[FieldProblem]:
    if family.HasField("experience"):
        yield from fields.ages("family.experience", family.experience.min, family.experience.max)
    if family.wishes.HasField("ages"):
        yield from fields.ages("family.wishes.ages", family.wishes.ages.min, family.wishes.ages.max)
    if family.limits.HasField("ages"):
        yield from fields.ages("family.limits.ages", family.limits.ages.min, family.limits.ages.max)


def _fee_terms(family: pb.FosterFamily, _today: date) -> Iterator[FieldProblem]:
    if family.HasField("fee_terms"):
        yield from terms_problems(family.fee_terms)


_FAMILY_PARTS = (_whose, _approval, _way, _household, _availability, _training, _ages, _fee_terms)
