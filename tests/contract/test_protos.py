"""What holds for the .proto files and the code made from them."""

import subprocess
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor

from havn.access.v1 import access_pb2
from services.shared import access
from services.shared.errors import HavnError
from tests.contract.descriptors import (
    ENUMS,
    EVENT_FILES,
    EVENTS,
    MESSAGES,
    METHODS,
    reachable,
    required,
    service_of,
    unary,
)

# It meets no database.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]

CASE_CONTENT = {
    "havn.placements.v1.PlacementRequest",
    "havn.placements.v1.Placement",
    "havn.placements.v1.Offer",
    "havn.placements.v1.Inquiry",
    "havn.families.v1.FosterFamily",
    "havn.families.v1.FollowUp",
    "havn.families.v1.FollowUpDue",
    "havn.families.v1.FollowUpDraft",
    "havn.families.v1.FamilyCost",
    "havn.families.v1.FollowUpTrend",
    "havn.families.v1.SupervisionVisit",
    "havn.families.v1.SupervisionVisitDue",
    "havn.families.v1.IntensiveSupportDue",
    "havn.families.v1.FamilyTraining",
    "havn.families.v1.SupportAgreement",
    "havn.families.v1.Concern",
    "havn.placements.v1.RiskView",
    "havn.families.v1.AgreedAction",
    "havn.families.v1.NextVisit",
    "havn.families.v1.CertificateDue",
    "havn.families.v1.ProfileView",
    "havn.families.v1.Resident",
    "havn.capacity.v1.WaitingListEntry",
    "havn.capacity.v1.CentralListApplication",
    "havn.capacity.v1.CentralListEntry",
    "havn.capacity.v1.WaitingListExit",
    "havn.capacity.v1.WaitingTimes",
    "havn.capacity.v1.WellbeingObservation",
    "havn.capacity.v1.Breach",
    "havn.capacity.v1.Outcomes",
    "havn.matching.v1.Home",
    "havn.matching.v1.SuitablePlaces",
    "havn.matching.v1.Suggestions",
    "havn.matching.v1.MatchRun",
    "havn.audit.v1.AuditRow",
}
"""Messages that tell about a child or a family."""

READS = ("Get", "List", "Watch", "Suggest", "Explain", "Count")

LOOKS = {"havn.families.v1.FamiliesService.NoteProfileViews"}
"""Keep no more than the audit row that a read leaves too: whoever looks is told of, auditors as well, however often."""


def test_the_generated_code_is_fresh() -> None:
    checked = subprocess.run(["bash", str(ROOT / "protos/check.sh")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_each_rpc_has_a_permission_for_somebody(method: MethodDescriptor) -> None:
    permission = access.permission(method)
    assert permission.roles
    assert access_pb2.ROLE_UNSPECIFIED not in permission.roles
    assert len(set(permission.roles)) == len(permission.roles)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_each_rpc_that_reads_case_content_leaves_an_audit_row(method: MethodDescriptor) -> None:
    tells = {message.full_name for message in reachable(method.output_type)} & CASE_CONTENT
    if method.name.startswith(READS):
        assert access.permission(method).case_content == bool(tells), tells


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_no_administrator_reads_case_content(method: MethodDescriptor) -> None:
    permission = access.permission(method)
    assert not (permission.case_content and access_pb2.ROLE_ADMINISTRATOR in permission.roles)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_an_auditor_changes_nothing(method: MethodDescriptor) -> None:
    if access_pb2.ROLE_AUDITOR in access.permission(method).roles and method.full_name not in LOOKS:
        assert method.name.startswith(("Get", "List", "Watch", "Check", "Explain"))


@pytest.mark.parametrize("method", [method for method in METHODS if unary(method)], ids=lambda method: method.full_name)
def test_each_change_takes_a_key_of_the_caller(method: MethodDescriptor) -> None:
    if not method.name.startswith((*READS, "Check")) and method.full_name not in LOOKS:
        assert "request_id" in required(method.input_type)


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.full_name)
def test_each_enum_begins_with_not_given(enum: EnumDescriptor) -> None:
    prefix = "".join(f"_{letter}" if letter.isupper() else letter for letter in enum.name).upper().lstrip("_")
    assert (enum.values[0].name, enum.values[0].number) == (f"{prefix}_UNSPECIFIED", 0)
    if enum.name != "Sense":  # CP-SAT's own words.
        assert all(value.name.startswith(f"{prefix}_") for value in enum.values)


def kind_of(field: FieldDescriptor) -> str:
    return field.message_type.full_name if field.message_type is not None else ""


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.full_name)
def test_days_moments_and_money_have_their_types(message: Descriptor) -> None:
    endings = {"_date": "google.type.Date", "_time": "google.protobuf.Timestamp"}
    for field in message.fields:
        for ending, kind in endings.items():
            if field.name.endswith(ending):
                assert kind_of(field) == kind, field.full_name
        if kind_of(field) == "google.type.Date":
            assert field.name.endswith("_date"), field.full_name


@pytest.mark.parametrize(
    "message",
    [event for event in EVENTS if not event.full_name.startswith("havn.capacity") and "Family" not in event.name],
    ids=lambda message: message.full_name,
)
def test_an_event_about_a_child_carries_name_version_and_kind_alone(message: Descriptor) -> None:
    of_the_home = {"home", "place_count", "held"} if message.name == "OfferChanged" else set()
    assert {field.name for field in message.fields} - of_the_home <= {"name", "version", "kind"}
    assert all(field.message_type is None for field in message.fields)
    assert {"name", "version"} <= {field.name for field in message.fields}


def test_no_event_holds_case_content_but_the_family_whole() -> None:
    held = {inner.full_name for event in EVENTS for inner in reachable(event)} & CASE_CONTENT
    assert held == {"havn.families.v1.FosterFamily"}


def test_each_refusal_has_its_reason_in_the_contract_and_each_reason_its_refusal() -> None:
    raised = {error.reason for error in HavnError.__subclasses__()} | {HavnError.reason}
    told = {name.removeprefix("ERROR_REASON_") for name, _ in access_pb2.ErrorReason.items()}
    assert raised == told - {"UNSPECIFIED"}


def test_every_service_announces_something() -> None:
    assert {service_of(method) for method in METHODS} == {file.package.split(".")[1] for file in EVENT_FILES}
