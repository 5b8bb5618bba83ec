"""A family has its say, and sees who looked at its profile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from havn.access.v1 import access_pb2 as access
from havn.audit.v1 import audit_pb2 as audit
from havn.families.v1 import families_pb2 as pb
from havn.families.v1.events_pb2 import FosterFamilyChanged
from services.families import events
from services.families.rules import conflicts, way
from services.families.rules.views import profile_view, profile_views
from services.shared.errors import StateNotAllowed
from services.shared.wire import time, timestamp
from tests import cast
from tests.conftest import Client, Havn, refused

PETS, LIMITS = pb.PROFILE_FACT_PETS, pb.PROFILE_FACT_LIMITS
FAMILY, CONSULTANT = (way.Hand(f"users/{who}", cast.NOW, cast.TODAY) for who in ("family", "consultant"))


def stating(family: pb.FosterFamily, says: str) -> pb.StateFactRequest:
    return pb.StateFactRequest(name=family.name, etag=family.etag, fact=PETS, says=says, request_id=cast.fresh())


def resolving(family: pb.FosterFamily) -> pb.ResolveConflictRequest:
    return pb.ResolveConflictRequest(
        name=family.name, etag=family.etag, fact=PETS, resolution="One dog", request_id=cast.fresh()
    )


def test_f7_what_both_say_about_a_fact_is_one_conflict_until_somebody_settles_it() -> None:
    family = cast.a_family()
    conflicts.state_by_family(family, PETS, "A dog", FAMILY)
    conflicts.state_by_consultant(family, PETS, "No animals", CONSULTANT)
    conflicts.state_by_family(family, PETS, "Two dogs", FAMILY)
    conflicts.state_by_family(family, LIMITS, "No teenagers", FAMILY)
    about_pets, about_limits = family.conflicts
    assert (about_pets.family_says, about_pets.consultant_says) == ("Two dogs", "No animals")
    assert (about_pets.family_said_by, about_pets.consultant_said_by) == ("users/family", "users/consultant")
    assert time(about_pets.family_said_time) == cast.NOW
    conflicts.resolve(family, PETS, "Two dogs were seen", CONSULTANT)
    assert (about_pets.resolution, about_pets.resolved_by) == ("Two dogs were seen", "users/consultant")
    assert about_limits.resolution == ""
    with pytest.raises(StateNotAllowed):
        conflicts.resolve(family, PETS, "Again", CONSULTANT)
    conflicts.state_by_family(family, PETS, "A cat, too", FAMILY)
    assert [each.family_says for each in family.conflicts] == ["Two dogs", "No teenagers", "A cat, too"]


def test_f9_others_are_told_which_facts_are_not_settled_and_nothing_that_was_said() -> None:
    family = cast.a_family(name="families/f-1", etag="1")
    conflicts.state_by_family(family, LIMITS, "Saidbyfamily", FAMILY)
    conflicts.state_by_consultant(family, PETS, "Saidbyconsultant", CONSULTANT)
    _subject, event = events.family_updated(family)
    assert isinstance(event, FosterFamilyChanged)
    assert list(event.family.disputed_facts) == [PETS, LIMITS]
    assert b"Saidby" not in event.SerializeToString()
    conflicts.resolve(family, PETS, "Seen", CONSULTANT)
    assert conflicts.disputed(family) == [LIMITS]


async def test_f7_a_family_states_about_itself_and_changes_neither_its_profile_nor_what_was_approved(
    consultant: Client, havn: Havn
) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))
    member = havn.as_(cast.member_of(entered.name))
    stated = await member.families.StateFact(stating(entered, "Two dogs"))
    both = await consultant.families.StateFact(stating(stated, "One dog"))
    (conflict,) = both.conflicts
    assert (conflict.family_says, conflict.consultant_says) == ("Two dogs", "One dog")
    assert (both.pets, both.approval) == (entered.pets, entered.approval)
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await member.families.ResolveConflict(resolving(both))
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await member.families.UpdateFosterFamily(cast.changing(both, "pets"))
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await member.families.ApproveFamily(cast.approving(both))
    settled = await consultant.families.ResolveConflict(resolving(both))
    assert (settled.conflicts[0].resolved_by, settled.conflicts[0].family_says) == (
        consultant.caller.subject,
        "Two dogs",
    )


def row(**differing: cast.Value) -> audit.AuditRow:
    good: dict[str, cast.Value] = {
        "subject": "users/consultant",
        "roles": [access.ROLE_CONSULTANT],
        "authority": cast.MUNICIPALITY,
        "rpc": "/havn.families.v1.FamiliesService/GetFosterFamily",
        "action": audit.AUDIT_ACTION_READ,
        "purpose": access.PURPOSE_CASE,
    }
    return audit.AuditRow(**good | differing)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, pb.PROFILE_VIEW_KIND_OPENED),
        ({"rpc": "/havn.families.v1.FamiliesService/ListFosterFamilies"}, pb.PROFILE_VIEW_KIND_LISTED),
        ({"rpc": "/x", "action": audit.AUDIT_ACTION_WRITE}, pb.PROFILE_VIEW_KIND_CHANGED),
        ({"rpc": "/havn.families.v1.FamiliesService/NoteProfileViews"}, pb.PROFILE_VIEW_KIND_SUGGESTED),
        ({"action": audit.AUDIT_ACTION_REFUSED}, None),
        ({"action": audit.AUDIT_ACTION_REPEAT}, None),
        ({"roles": [access.ROLE_SERVICE]}, None),
    ],
)
def test_f8_a_row_of_the_trail_is_a_look(
    facts: dict[str, cast.Value], kind: pb.ProfileViewKind.ValueType | None
) -> None:
    found = profile_view(row(**facts), "families/f", with_person=True)
    assert (found.kind if found else None) == kind


LISTING = "/havn.families.v1.FamiliesService/ListCertificatesDue"


def later(minutes: int, **differing: cast.Value) -> audit.AuditRow:
    return row(time=timestamp(cast.NOW + timedelta(minutes=minutes)), **differing)


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([later(0, rpc=LISTING), later(0), later(5, rpc=LISTING)], [pb.PROFILE_VIEW_KIND_OPENED]),
        ([later(0), later(5), later(6)], [pb.PROFILE_VIEW_KIND_OPENED] * 2),
        ([later(0), later(1, subject="users/other")], [pb.PROFILE_VIEW_KIND_OPENED] * 2),
        ([later(0), later(1, purpose=access.PURPOSE_FINDING_HOME)], [pb.PROFILE_VIEW_KIND_OPENED] * 2),
        ([later(0), later(1, rpc="/x", action=audit.AUDIT_ACTION_WRITE)], [pb.PROFILE_VIEW_KIND_CHANGED]),
        ([later(0), later(1, roles=[access.ROLE_SERVICE])], [pb.PROFILE_VIEW_KIND_OPENED]),
    ],
)
def test_f8_calls_of_one_person_for_one_purpose_within_minutes_are_one_look(
    rows: list[audit.AuditRow], kinds: list[pb.ProfileViewKind.ValueType]
) -> None:
    assert [look.kind for look in profile_views(rows, "families/f", with_person=False)] == kinds


async def test_f8_a_family_is_told_who_was_shown_it_as_a_suggestion_also_by_another_authority(
    consultant: Client, havn: Havn
) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    elsewhere = havn.as_(replace(cast.COORDINATOR, authority=cast.OTHER_MUNICIPALITY))
    noting = pb.NoteProfileViewsRequest(names=[entered.name, entered.name, "families/none"])
    said = (("x-purpose", "FINDING_HOME"),)
    assert await elsewhere.families.NoteProfileViews(noting, metadata=said) == pb.NoteProfileViewsResponse()
    asked = pb.ListProfileViewsRequest(name=entered.name)
    *_, look = (await havn.as_(cast.member_of(entered.name)).families.ListProfileViews(asked)).profile_views
    assert (look.kind, look.viewer_authority) == (pb.PROFILE_VIEW_KIND_SUGGESTED, cast.OTHER_MUNICIPALITY)
    assert look.purpose == access.PURPOSE_FINDING_HOME


async def test_f8_a_family_sees_who_looked_and_why_without_the_names_of_staff(
    consultant: Client, coordinator: Client, havn: Havn
) -> None:
    entered = await consultant.families.CreateFosterFamily(cast.entering())
    await coordinator.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=entered.name))
    asked = pb.ListProfileViewsRequest(name=entered.name)
    seen = (await havn.as_(cast.member_of(entered.name)).families.ListProfileViews(asked)).profile_views
    assert [(look.kind, list(look.roles), look.viewer_authority, look.person) for look in seen] == [
        (pb.PROFILE_VIEW_KIND_CHANGED, [access.ROLE_CONSULTANT], cast.MUNICIPALITY, ""),
        (pb.PROFILE_VIEW_KIND_OPENED, [access.ROLE_COORDINATOR], cast.MUNICIPALITY, ""),
    ]
    told = (await consultant.families.ListProfileViews(asked)).profile_views
    assert [look.person for look in told][:2] == [consultant.caller.subject, coordinator.caller.subject]
    with refused("NOT_FOUND"):
        await havn.as_(cast.member_of("families/another")).families.ListProfileViews(asked)
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "page_token"):
        await consultant.families.ListProfileViews(pb.ListProfileViewsRequest(name=entered.name, page_token="bm9uZQ=="))


DOGS = pb.Conflict(fact=pb.PROFILE_FACT_PETS, family_says="Two dogs", family_said_time=timestamp(cast.NOW))
SETTLED = pb.Conflict(resolution="One dog", resolved_by="users/c", resolved_time=timestamp(cast.NOW))
SPOKEN = pb.Conflict(
    fact=pb.PROFILE_FACT_LANGUAGES, consultant_says="Danish alone", consultant_said_time=timestamp(cast.NOW)
)


def merged(*conflicts: pb.Conflict) -> pb.Conflict:
    """One conflict of all that these say."""
    whole = pb.Conflict()
    for conflict in conflicts:
        whole.MergeFrom(conflict)
    return whole


# (what is kept, what the file tells, what stands then)
FROM_FILES: dict[str, tuple[list[pb.Conflict], list[pb.Conflict], list[pb.Conflict]]] = {
    "an empty cell takes nothing away": ([DOGS], [], [DOGS]),
    "what is kept is kept once": ([DOGS], [DOGS], [DOGS]),
    "another one is added": ([DOGS], [SPOKEN], [DOGS, SPOKEN]),
    "an open one is settled": ([DOGS], [merged(DOGS, SETTLED)], [merged(DOGS, SETTLED)]),
    "an older file opens nothing that was settled": ([merged(DOGS, SETTLED)], [DOGS], [merged(DOGS, SETTLED)]),
}


@pytest.mark.parametrize(("kept", "told", "stands"), FROM_FILES.values(), ids=FROM_FILES)
def test_f7_an_import_adds_conflicts_and_takes_none_away(
    kept: list[pb.Conflict], told: list[pb.Conflict], stands: list[pb.Conflict]
) -> None:
    family = pb.FosterFamily(conflicts=told)
    conflicts.record(family, pb.FosterFamily(conflicts=kept))
    assert list(family.conflicts) == stands


async def test_f7_an_empty_cell_of_a_file_leaves_what_the_family_said(
    consultant: Client, administrator: Client
) -> None:
    family = cast.a_ready_family(conflicts=[DOGS])
    row = pb.ImportFamiliesRequest(family=cast.entering(family, id="says", request_id=""), request_id=cast.fresh())
    assert cast.counts(await administrator.families.ImportFamilies(cast.one_by_one([row]))) == (1, 0, 0)
    row.request_id = cast.fresh()
    row.update_mask.paths.extend(["conflicts", "history"])
    row.family.family.ClearField("conflicts")
    assert cast.counts(await administrator.families.ImportFamilies(cast.one_by_one([row]))) == (0, 0, 1)
    kept = await consultant.families.GetFosterFamily(pb.GetFosterFamilyRequest(name="families/says"))
    assert list(kept.conflicts) == [DOGS]
    assert kept.history
