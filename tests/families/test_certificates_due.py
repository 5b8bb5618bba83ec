"""Which certificates are missing or to be renewed: rule R2, as a consultant hears of it."""

from datetime import date

import pytest

from havn.families.v1 import families_pb2 as pb
from services.families.rules.certificates import KINDS, OVERDUE, SOON, TOO_LATE, certificates_due, missing_first
from services.matching import wire
from services.shared.reference import certificate_duties
from services.shared.wire import date_message
from tests import cast
from tests.conftest import Client, refused

RECORD, CHILD = pb.CERTIFICATE_KIND_CRIMINAL_RECORD, pb.CERTIFICATE_KIND_CHILD
OLD_ENOUGH = date(cast.TODAY.year - 15, cast.TODAY.month, cast.TODAY.day)
SEEN = cast.a_certificate()


def due_of(birth: date, **certificates: cast.Value) -> list[pb.CertificateDue]:
    member = cast.a_member(
        person="persons/p", role=pb.HOUSEHOLD_ROLE_ADULT, birth_date=date_message(birth), **certificates
    )
    return list(certificates_due(cast.a_family(name="families/f", household=[member]), cast.TODAY))


def test_a_health_certificate_is_asked_of_foster_parents_in_greenland_alone() -> None:
    seen = {"criminal_record": SEEN, "child_certificate": SEEN}
    parent, adult = cast.a_member(**seen), cast.a_member(role=pb.HOUSEHOLD_ROLE_ADULT, **seen)
    for authority, asked in ((cast.MUNICIPALITY, [parent.person]), ("authorities/hjoerring", [])):
        due = list(certificates_due(cast.a_family(authority=authority, household=[parent, adult]), cast.TODAY))
        assert [each.person for each in due] == asked
        assert all(each.kind == pb.CERTIFICATE_KIND_HEALTH and each.missing for each in due)


def test_what_families_say_and_where_matching_may_place_a_child_go_by_the_same_table() -> None:
    family = cast.a_family(name="families/f", household=[cast.a_member()])
    home = wire.family_home(family, cast.TODAY)
    (member,) = home.household
    asked = [duty.certificate for duty in home.certificate_duties if member.owes(duty, cast.TODAY)]
    assert [KINDS[certificate] for certificate in asked] == [each.kind for each in certificates_due(family, cast.TODAY)]


def test_whoever_is_15_needs_both_since_that_day() -> None:
    record, child = due_of(OLD_ENOUGH)
    assert (record.kind, record.missing, record.due_date) == (RECORD, True, cast.day())
    assert (child.kind, child.missing, child.due_date) == (CHILD, True, cast.day())
    assert (record.family, record.authority, record.person) == ("families/f", cast.MUNICIPALITY, "persons/p")
    assert "15" in record.words.da
    assert "15" in record.words.en


def test_nobody_asks_a_14_year_old() -> None:
    assert due_of(OLD_ENOUGH.replace(day=OLD_ENOUGH.day + 1)) == []


def test_whoever_was_born_on_a_leap_day_needs_them_from_the_first_of_march() -> None:
    assert due_of(date(2008, 2, 29))[0].due_date == date_message(date(2023, 3, 1))


# (last day, whether it is overdue, deadline, words), in days from today
RENEWALS = [
    (60, False, 60, SOON),
    (0, False, 0, SOON),
    (-1, True, 29, OVERDUE),
    (-30, True, 0, OVERDUE),
    (-31, True, -1, TOO_LATE),
]


@pytest.mark.parametrize(("renew_by", "overdue", "deadline", "words"), RENEWALS)
def test_a_renewal_is_told_in_time_and_once_it_is_overdue_with_a_deadline(
    renew_by: int, overdue: bool, deadline: int, words: object
) -> None:
    child = cast.a_certificate(renew_by_date=cast.day(renew_by))
    (due,) = due_of(OLD_ENOUGH, criminal_record=SEEN, child_certificate=child)
    assert (due.kind, due.missing, due.overdue) == (CHILD, False, overdue)
    assert (due.due_date, due.deadline_date, due.words) == (cast.day(renew_by), cast.day(deadline), words)


def test_nothing_is_said_of_a_certificate_that_holds_for_longer() -> None:
    child = cast.a_certificate(renew_by_date=cast.day(61))
    assert due_of(OLD_ENOUGH, criminal_record=SEEN, child_certificate=child) == []


def test_a_deadline_ends_with_the_calendar() -> None:
    (duty, *_others) = certificate_duties(cast.MUNICIPALITY)
    assert duty.deadline(date.max) == date.max


def test_what_is_missing_comes_first_then_the_longest_overdue() -> None:
    ordered = [
        pb.CertificateDue(missing=True, due_date=cast.day()),
        pb.CertificateDue(due_date=cast.day(-9)),
        pb.CertificateDue(due_date=cast.day(-1)),
    ]
    mixed = [ordered[1], ordered[2], ordered[0]]
    assert sorted(mixed, key=missing_first) == ordered


async def test_they_are_listed_of_one_family_or_of_all_that_a_consultant_follows(
    consultant: Client, consultant_elsewhere: Client
) -> None:
    whose = "users/certificates"
    missing = await consultant.families.CreateFosterFamily(
        cast.entering(cast.a_full_family(household=[cast.a_member()], consultant=whose))
    )
    complete = await consultant.families.CreateFosterFamily(cast.entering(cast.a_full_family(consultant=whose)))
    every = pb.ListCertificatesDueRequest(parent="families/-", consultant=whose, page_size=1)
    first = await consultant.families.ListCertificatesDue(every)
    assert (first.total_count, first.missing_count, len(first.certificates_due)) == (3, 3, 1)
    every.page_token = first.next_page_token
    second = await consultant.families.ListCertificatesDue(every)
    assert [each.kind for each in (*first.certificates_due, *second.certificates_due)] == [RECORD, CHILD]
    for family, count in ((missing, 3), (complete, 0)):
        one = pb.ListCertificatesDueRequest(parent=family.name)
        assert (await consultant.families.ListCertificatesDue(one)).total_count == count
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.ListCertificatesDue(pb.ListCertificatesDueRequest(parent=missing.name))
