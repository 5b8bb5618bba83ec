"""Every refusal of a family: these facts, this field."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from havn.families.v1 import families_pb2 as pb
from services.families.rules.family import check_type
from services.shared.access import EVERYWHERE
from services.shared.errors import BadInput
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, refused

HALF_A_WAIVER = {"training": pb.Training(waived_until_date=cast.day(9))}

REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "a town that Havn does not know": ("family.town", {"town": "Atlantis"}),
    "an agreement with what is no authority": ("family.agreements[1]", {"agreements": [cast.MUNICIPALITY, "Nuuk"]}),
    "an agreement with everybody": ("family.agreements[0]", {"agreements": [EVERYWHERE]}),
    "an approval for more than twelve children": (
        "family.approval.place_count",
        {"approval": cast.an_approval(place_count=13)},
    ),
    "an approval for fewer than no child": (
        "family.approval.place_count",
        {"approval": cast.an_approval(place_count=-1)},
    ),
    "approved ages in the wrong order": (
        "family.approval.ages",
        {"approval": cast.an_approval(ages=pb.AgeRange(min=9, max=8))},
    ),
    "approved ages below none": (
        "family.approval.ages",
        {"approval": cast.an_approval(ages=pb.AgeRange(min=-1, max=8))},
    ),
    "approved ages beyond 23": (
        "family.approval.ages",
        {"approval": cast.an_approval(ages=pb.AgeRange(min=0, max=24))},
    ),
    "an approval that ends before it begins": (
        "family.approval.valid_from_date",
        {"approval": cast.an_approval(valid_from_date=cast.day(2), valid_until_date=cast.day(1))},
    ),
    "a network family without its child": (
        "family.approval.child",
        {"type": pb.FAMILY_TYPE_NETWORK, "approval": cast.an_approval()},
    ),
    "another family with one named child": (
        "family.approval.child",
        {"approval": cast.an_approval(child="children/c-1")},
    ),
    "somebody who lives there twice": (
        "family.household",
        {"household": [cast.a_member(person="persons/p-1"), cast.a_member(person="persons/p-1")]},
    ),
    "nobody who is a foster parent": (
        "family.household",
        {"household": [cast.a_member(role=pb.HOUSEHOLD_ROLE_ADULT)]},
    ),
    "a person without a person's name": (
        "family.household[0].person",
        {"household": [cast.a_member(person="Naja")]},
    ),
    "a person not yet born": (
        "family.household[1].birth_date",
        {"household": [cast.a_member(), cast.a_member(birth_date=cast.day(1))]},
    ),
    "a criminal record certificate of tomorrow": (
        "family.household[0].criminal_record.issued_date",
        {"household": [cast.a_member(criminal_record=cast.a_certificate(issued_date=cast.day(1)))]},
    ),
    "a child certificate of tomorrow": (
        "family.household[0].child_certificate.issued_date",
        {"household": [cast.a_member(child_certificate=cast.a_certificate(issued_date=cast.day(1)))]},
    ),
    "a certificate due before it was issued": (
        "family.household[0].child_certificate.issued_date",
        {"household": [cast.a_member(child_certificate=cast.a_certificate(renew_by_date=cast.day(-101)))]},
    ),
    "more free places than approved": (
        "family.availability.free_place_count",
        {"approval": cast.an_approval(place_count=2), "availability": cast.an_availability(free_place_count=3)},
    ),
    "fewer free places than none": (
        "family.availability.free_place_count",
        {"approval": cast.an_approval(), "availability": cast.an_availability(free_place_count=-1)},
    ),
    "a free place without an approval": (
        "family.availability.free_place_count",
        {"availability": cast.an_availability(free_place_count=1)},
    ),
    "a confirmation from the future": (
        "family.availability.confirmed_time",
        {
            "approval": cast.an_approval(),
            "availability": cast.an_availability(confirmed_time=timestamp(cast.NOW + timedelta(days=2))),
        },
    ),
    "a course completed tomorrow": (
        "family.training.completed_date",
        {"training": pb.Training(completed_date=cast.day(1))},
    ),
    "a waiver by nobody": ("family.training", HALF_A_WAIVER),
    "a waiver without an end": ("family.training", {"training": pb.Training(waived_by="L")}),
    "experience with ages in the wrong order": ("family.experience", {"experience": pb.AgeRange(min=3, max=2)}),
}


@pytest.mark.parametrize(("field", "facts"), REFUSALS.values(), ids=REFUSALS)
async def test_a_family_is_refused_with(field: str, facts: dict[str, Any], consultant: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await consultant.families.CreateFosterFamily(cast.entering(cast.a_family(**facts)))


@pytest.mark.parametrize(
    ("authority", "kind", "allowed"),
    [
        (cast.MUNICIPALITY, pb.FAMILY_TYPE_PRIVATE, True),
        (cast.MUNICIPALITY, pb.FAMILY_TYPE_GENERAL, False),
        ("authorities/hjoerring", pb.FAMILY_TYPE_GENERAL, True),
        ("authorities/hjoerring", pb.FAMILY_TYPE_MUNICIPAL, False),
        ("authorities/not-in-the-table", pb.FAMILY_TYPE_MUNICIPAL, True),
    ],
)
def test_f1_a_type_is_one_that_the_jurisdiction_has(
    authority: str, kind: pb.FamilyType.ValueType, allowed: bool
) -> None:
    with nullcontext() if allowed else pytest.raises(BadInput, match=r"family\.type"):
        check_type(cast.a_family(authority=authority, type=kind))


async def test_f1_holds_for_what_is_entered_and_changed_and_an_import_takes_what_happened(
    consultant: Client, administrator: Client
) -> None:
    danish = cast.a_family(type=pb.FAMILY_TYPE_SPECIALISED)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "family.type"):
        await consultant.families.CreateFosterFamily(cast.entering(danish))
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    entered.type = pb.FAMILY_TYPE_SPECIALISED
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "family.type"):
        await consultant.families.UpdateFosterFamily(cast.changing(entered, "type"))
    taken = pb.ImportFamiliesRequest(request_id=cast.fresh(), family=cast.entering(danish, id="danish"))
    assert (await administrator.families.ImportFamilies(cast.one_by_one([taken]))).created_count == 1
    kept = await consultant.families.GetFosterFamily(pb.GetFosterFamilyRequest(name="families/danish"))
    kept.town = "Sisimiut"
    assert (await consultant.families.UpdateFosterFamily(cast.changing(kept, "town"))).town == "Sisimiut"


async def test_a_family_of_what_is_no_authority_is_refused(administrator: Client) -> None:
    taken = pb.ImportFamiliesRequest(request_id=cast.fresh(), family=cast.entering(cast.a_family(authority="Nuuk")))
    answer = await administrator.families.ImportFamilies(cast.one_by_one([taken]))
    assert [problem.field for problem in answer.problems] == ["family.authority"]


ALLOWED: dict[str, dict[str, Any]] = {
    "twelve places": {"approval": cast.an_approval(place_count=12)},
    "one place": {"approval": cast.an_approval(place_count=1)},
    "one age": {"approval": cast.an_approval(ages=pb.AgeRange(min=23, max=23))},
    "an approval of one day": {"approval": cast.an_approval(valid_from_date=cast.day(), valid_until_date=cast.day())},
    "an approval that has ended": {"approval": cast.an_approval(valid_until_date=cast.day(-1))},
    "a network family's one child": {
        "type": pb.FAMILY_TYPE_NETWORK,
        "approval": cast.an_approval(child="children/c-1"),
    },
    "no approval yet": {"approval": None},
    "no free place": {"availability": cast.an_availability(free_place_count=0)},
    "all places free": {
        "approval": cast.an_approval(place_count=2),
        "availability": cast.an_availability(free_place_count=2),
    },
    "a member born today": {
        "household": [cast.a_member(), cast.a_member(role=pb.HOUSEHOLD_ROLE_OWN_CHILD, birth_date=cast.day())]
    },
    "a certificate overdue": {
        "household": [cast.a_member(criminal_record=cast.a_certificate(renew_by_date=cast.day(-1)))]
    },
    "a course completed today": {"training": pb.Training(completed_date=cast.day())},
    "a waiver": {"training": pb.Training(waived_until_date=cast.day(9), waived_by="L")},
}


@pytest.mark.parametrize("facts", ALLOWED.values(), ids=ALLOWED)
async def test_a_family_is_entered_with(facts: dict[str, Any], consultant: Client) -> None:
    assert (await consultant.families.CreateFosterFamily(cast.entering(cast.a_family(**facts)))).etag == "1"
