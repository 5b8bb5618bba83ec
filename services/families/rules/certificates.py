"""Which certificates of a household are missing or to be renewed: rule R2, as matching reads it for places."""

from collections.abc import Iterator
from datetime import date

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.shared.reference import certificate_age
from services.shared.wire import age, date_message, day

MISSING = terms.Words(
    da="Fra {age} år skal den være set, før der kan komme et barn",
    en="From the age of {age} it must have been seen before a child can come",
)
OVERDUE = terms.Words(
    da="Fornyelsen er overskredet; det stopper ikke en anbringelse",
    en="Its renewal is overdue; this stops no placement",
)


def certificates_due(family: pb.FosterFamily, today: date) -> Iterator[pb.CertificateDue]:
    """What is missing or overdue in a family's household; nothing of those who are too young."""
    for member in family.household:
        if age(day(member.birth_date), today) >= certificate_age():
            for due in _of(member, today):
                due.family, due.authority, due.display_name = family.name, family.authority, family.display_name
                yield due


def missing_first(due: pb.CertificateDue) -> str:
    """What puts those that are missing first, then the longest overdue."""
    return f"{not due.missing:d}/{day(due.due_date).isoformat()}/{due.family}/{due.person}/{due.kind}"


def _of(member: pb.HouseholdMember, today: date) -> Iterator[pb.CertificateDue]:
    record = member.criminal_record if member.HasField("criminal_record") else None
    child = member.child_certificate if member.HasField("child_certificate") else None
    for kind, seen in ((pb.CERTIFICATE_KIND_CRIMINAL_RECORD, record), (pb.CERTIFICATE_KIND_CHILD, child)):
        if seen is None:
            since = date_message(_old_enough(day(member.birth_date)))
            yield pb.CertificateDue(person=member.person, kind=kind, missing=True, due_date=since, words=_missing())
        elif day(seen.renew_by_date) < today:
            yield pb.CertificateDue(person=member.person, kind=kind, due_date=seen.renew_by_date, words=OVERDUE)


def _old_enough(birth: date) -> date:
    year = birth.year + certificate_age()
    try:
        return birth.replace(year=year)
    except ValueError:
        # Whoever was born on 29 February is a year older on 1 March.
        return date(year, 3, 1)


def _missing() -> terms.Words:
    return terms.Words(da=MISSING.da.format(age=certificate_age()), en=MISSING.en.format(age=certificate_age()))
