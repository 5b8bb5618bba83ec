"""Which certificates of a household are missing or to be renewed: rule R2, as matching reads it for places."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.shared.reference import CertificateDuty, certificate_duties
from services.shared.wire import age, date_message, day

MISSING = terms.Words(
    da="Fra {age} år skal den være set, før der kan komme et barn",
    en="From the age of {age} it must have been seen before a child can come",
)
HEALTH_MISSING = terms.Words(
    da="Af en plejeforælder skal den være set, før der kan komme et barn",
    en="Of a foster parent it must have been seen before a child can come",
)
SOON = terms.Words(
    da="Den skal fornyes, før den udløber",
    en="It is to be renewed before it lapses",
)
OVERDUE = terms.Words(
    da="Fornyelsen er overskredet og skal ske inden fristen; det stopper ikke en anbringelse",
    en="Its renewal is overdue and is to be there by the deadline; this stops no placement",
)
TOO_LATE = terms.Words(
    da="Også fristen for fornyelsen er overskredet; det stopper ikke en anbringelse",
    en="The deadline of its renewal has passed too; this stops no placement",
)

LONGEST_MONTH = timedelta(days=31)

KINDS: Mapping[str, pb.CertificateKind.ValueType] = {
    "criminal_record": pb.CERTIFICATE_KIND_CRIMINAL_RECORD,
    "child_certificate": pb.CERTIFICATE_KIND_CHILD,
    "health_certificate": pb.CERTIFICATE_KIND_HEALTH,
}
"""Kinds by the field of a household member that holds one."""


def certificates_due(family: pb.FosterFamily, today: date) -> Iterator[pb.CertificateDue]:
    """What is missing or to be renewed in a family's household; nothing of those of whom it is not asked."""
    for member in family.household:
        for duty in certificate_duties(family.authority):
            if owes(member, duty, today) and (due := _due(member, duty, today)):
                due.family, due.authority, due.display_name = family.name, family.authority, family.display_name
                yield due


def owes(member: pb.HouseholdMember, duty: CertificateDuty, today: date) -> bool:
    """Whether a certificate is asked of a household member."""
    is_parent = member.role == pb.HOUSEHOLD_ROLE_FOSTER_PARENT
    return age(day(member.birth_date), today) >= duty.from_age and (is_parent or not duty.of_foster_parents)


def too_old(family: pb.FosterFamily, today: date) -> bool:
    """Whether a certificate that was seen is older than it may be at a first approval (F3)."""
    asked = ((member, duty) for member in family.household for duty in certificate_duties(family.authority))
    return any(
        day(certificate(member, duty).issued_date) < today - duty.newest_months * LONGEST_MONTH
        for member, duty in asked
        if duty.newest_months and owes(member, duty, today) and member.HasField(duty.certificate)
    )


def certificate(member: pb.HouseholdMember, duty: CertificateDuty) -> pb.Certificate:
    """The certificate that a duty asks for, empty where it is missing."""
    found: pb.Certificate = getattr(member, duty.certificate)
    return found


def missing_first(due: pb.CertificateDue) -> str:
    """What puts those that are missing first, then the longest overdue."""
    return f"{not due.missing:d}/{day(due.due_date).isoformat()}/{due.family}/{due.person}/{due.kind}"


def _due(member: pb.HouseholdMember, duty: CertificateDuty, today: date) -> pb.CertificateDue | None:
    kind = KINDS[duty.certificate]
    if not member.HasField(duty.certificate):
        since = date_message(_old_enough(day(member.birth_date), duty.from_age))
        return pb.CertificateDue(person=member.person, kind=kind, missing=True, due_date=since, words=_missing(duty))
    renew_by = day(certificate(member, duty).renew_by_date)
    if renew_by > today + timedelta(days=duty.warn_days):
        return None
    overdue = renew_by < today
    deadline = duty.deadline(renew_by) if overdue else renew_by
    return pb.CertificateDue(
        person=member.person,
        kind=kind,
        due_date=date_message(renew_by),
        overdue=overdue,
        deadline_date=date_message(deadline),
        words=TOO_LATE if deadline < today else OVERDUE if overdue else SOON,
    )


def _old_enough(birth: date, from_age: int) -> date:
    year = birth.year + from_age
    try:
        return birth.replace(year=year)
    except ValueError:
        # Whoever was born on 29 February is a year older on 1 March.
        return date(year, 3, 1)


def _missing(duty: CertificateDuty) -> terms.Words:
    words = HEALTH_MISSING if duty.of_foster_parents else MISSING
    return terms.Words(da=words.da.format(age=duty.from_age), en=words.en.format(age=duty.from_age))
