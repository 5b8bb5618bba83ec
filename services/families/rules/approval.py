"""What an approval needs before it is given, and what is so that should not be. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date

from havn.families.v1 import families_pb2 as pb
from services.families.rules.certificates import certificates_due, too_old
from services.shared import fields
from services.shared.errors import FieldProblem, StateNotAllowed
from services.shared.reference import family_types, jurisdiction
from services.shared.wire import day

FOR_ONE_CHILD = frozenset({pb.FAMILY_TYPE_NETWORK, pb.FAMILY_TYPE_PRIVATE})
"""Types that are approved for one named child."""

COMPETENCES = ("care", "attachment", "family_bonds", "commitment", "teamwork")
"""The five competences of RUGO, as fields of an assessment."""

HOME_VISITS = {"GL": 1, "DK": 2}
"""Visits to the home before an approval, by jurisdiction (F3)."""


def check(family: pb.FosterFamily, approval: pb.Approval, today: date) -> None:
    """Passes what an assessed family may be approved for (F3, F4). Raises StateNotAllowed and BadInput."""
    lacks = list(missing(family, today))
    if lacks:
        raise StateNotAllowed(f"the assessment lacks {', '.join(lacks)}: complete it first", "F3")
    fields.refuse(_problems(family, approval, today))


def missing(family: pb.FosterFamily, today: date) -> Iterator[str]:
    """What an assessment lacks before it can carry an approval, in words (F3)."""
    found = family.assessment
    yield from (f"a note on {name.replace('_', ' ')}" for name in COMPETENCES if not getattr(found, name).strip())
    lacking = HOME_VISITS[jurisdiction(family.authority)] - len(found.visits)
    if lacking > 0:
        yield "a home visit" if lacking == 1 else f"{lacking} home visits"
    if not found.certificates_seen_by or not found.HasField("certificates_seen_date"):
        yield "who saw the certificates, and when"
    if lacks_certificate(family, today):
        yield "a certificate of the household"
    if not was_approved(family) and too_old(family, today):
        yield "a newer health certificate: at the first approval it is three months old at most"


def was_approved(family: pb.FosterFamily) -> bool:
    """Whether it is approved, or ever was."""
    return family.HasField("approval") or any(step.HasField("approval") for step in family.history)


def lacks_certificate(family: pb.FosterFamily, today: date) -> bool:
    """Whether a certificate that rule R2 asks for was never seen."""
    return any(due.missing for due in certificates_due(family, today))


def breaches(family: pb.FosterFamily, today: date, living_count: int = 0) -> list[pb.FamilyBreach.ValueType]:
    """What is recorded and should not be so, where so many children live there (F6)."""
    covered = covers(family)
    found: list[tuple[pb.FamilyBreach.ValueType, bool]] = [
        (pb.FAMILY_BREACH_TYPE_OF_ANOTHER_JURISDICTION, not covered),
    ]
    if family.HasField("approval"):
        approval, assessed = family.approval, family.assessment
        found += [
            (pb.FAMILY_BREACH_NOT_ASSESSED, any(missing(family, today))),
            (pb.FAMILY_BREACH_APPROVED_BEYOND_TYPE, bool(covered) and approval.need_level not in covered),
            (pb.FAMILY_BREACH_CERTIFICATE_MISSING, lacks_certificate(family, today)),
            (pb.FAMILY_BREACH_ASSESSED_FOR_ANOTHER_CHILD, assessed.child not in ("", approval.child)),
            (pb.FAMILY_BREACH_TOO_MANY_CHILDREN, living_count > approval.place_count),
        ]
    return sorted(breach for breach, is_so in found if is_so)


def covers(family: pb.FosterFamily) -> frozenset[int]:
    """Need levels that its type covers; none for a type that its jurisdiction does not have (F1)."""
    kind = pb.FamilyType.Name(family.type).removeprefix("FAMILY_TYPE_")
    return family_types(family.authority).get(kind, frozenset())


def _problems(family: pb.FosterFamily, approval: pb.Approval, today: date) -> Iterator[FieldProblem]:
    if approval.need_level not in covers(family):
        yield FieldProblem("approval.need_level", "must be one that the family's type covers (F4)")
    if day(approval.valid_until_date) < today:
        yield FieldProblem("approval.valid_until_date", "may not have passed")
    if family.type in FOR_ONE_CHILD and approval.child != family.assessment.child:
        yield FieldProblem("approval.child", "must be the child that the family was assessed for (F4)")
