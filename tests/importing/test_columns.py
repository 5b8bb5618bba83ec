from collections.abc import Iterator
from typing import Any

import pytest
from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from services.havn.importing.columns import Needed, Sheet
from services.havn.importing.sheets import SHEETS

# It meets no database.
pytestmark = pytest.mark.once

# Messages that one cell holds whole.
CELLS = {"google.type.Date", "google.type.Money", "google.protobuf.Timestamp", "havn.terms.v1.SpokenLanguage"}
CELLS |= {"havn.placements.v1.SiblingBond"}
CELLS |= {f"havn.capacity.v1.{part}" for part in ("DailyRate", "PromisedService", "Document", "BlockedPlaces")}
CELLS |= {f"havn.families.v1.{part}" for part in ("HomeVisit", "FamilyStep", "Conflict", "ReachedGoal")}
CELLS |= {f"havn.families.v1.{part}" for part in ("TrainingDay", "FeeLevel")}
# Told by a file though the service sets it otherwise: when and by whom a vacancy was confirmed, a delivery noted or a
# request filed, and what became of it.
TOLD = {"confirmed_time", "confirmed_by", "create_time", "close_time", "filed_by", "state", "withdrawal_reason"}
TOLD |= {"recorded_by"}
# Told of today, and kept nowhere.
COMPUTED = {"havn.families.v1.FosterFamily.state"}
# Of another file, or of the service alone.
ELSEWHERE = {"etag", "household"}


def behaviors(field: FieldDescriptor) -> set[int]:
    return set(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])  # type: ignore[index]


def leaves(message: Descriptor, path: str = "", required: bool = True) -> Iterator[tuple[str, bool]]:
    """Paths of the fields that a caller fills, and whether each must be there with its message."""
    for field in message.fields:
        told = field_behavior_pb2.OUTPUT_ONLY in behaviors(field) and field.name not in TOLD
        if told or field.name in ELSEWHERE or field.full_name in COMPUTED:
            continue
        needed = field_behavior_pb2.REQUIRED in behaviors(field)
        inner = field.message_type
        if inner is None or inner.full_name in CELLS:
            yield f"{path}{field.name}", needed
        else:
            yield from leaves(inner, f"{path}{field.name}.")


def resource(sheet: Sheet) -> Any:  # noqa: ANN401  # the descriptor's type is upb's or Python's
    message = sheet.message.DESCRIPTOR
    return message.fields_by_name[sheet.resource].message_type if sheet.resource else message


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.file)
def test_every_field_that_a_caller_fills_has_a_column(sheet: Sheet) -> None:
    columns = sheet.content if sheet.resource else sheet.columns
    assert {column.field for column in columns} - {""} == {path for path, _ in leaves(resource(sheet))}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.file)
def test_a_column_is_needed_where_the_contract_requires_the_field(sheet: Sheet) -> None:
    required = dict(leaves(resource(sheet)))
    declared = {column.field: column.needed is not Needed.NO for column in sheet.content}
    # An age range has no REQUIRED bounds; an approval without its oldest age would approve for nobody.
    assert declared == {field: required[field] or field == "approval.ages.max" for field in declared}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.file)
def test_names_are_unique_and_told_in_two_languages(sheet: Sheet) -> None:
    names = [column.name for column in sheet.columns]
    assert len(set(names)) == len(names)
    assert all(column.da and column.en for column in sheet.columns)


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("family.approval.place_count", "approved_places"),
        ("approval.ages", "approved_age_min"),
        ("approval", "approval_reference"),
        ("family.languages[1].level", "languages"),
        ("availability.confirmed_time.seconds", "confirmed_on"),
        ("id", "key"),
        ("", ""),
        ("nothing", ""),
    ],
)
def test_a_field_leads_back_to_its_column(field: str, column: str) -> None:
    assert SHEETS[0].column_for(field) == column
