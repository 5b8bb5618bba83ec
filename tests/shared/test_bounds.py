"""Every field of every request at its bound and one beyond: generated from the contracts."""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.shared.checks import MAX_LIST_LENGTH, MAX_TEXT_LENGTH, problems
from tests.contract.descriptors import METHODS, reachable

# It meets no database.
pytestmark = pytest.mark.once

OPEN = ("google.protobuf.FieldMask",)
"""Their own text is bounded by the size of a message, and by the fields that an update may name."""

MESSAGES: dict[str, Descriptor] = {
    message.full_name: message
    for method in METHODS
    for message in reachable(method.input_type)
    if message.full_name.startswith("havn.")
}
FIELDS = [field for message in MESSAGES.values() for field in message.fields]

Wrong = tuple[str, Any]


@dataclass(frozen=True)
class Bound:
    """Values at the bounds of a field, and values one beyond."""

    good: tuple[Any, ...]
    bad: tuple[Any, ...]


TEXT = Bound(
    ("a", "å" * MAX_TEXT_LENGTH, "a\n\tb", "\U0001f600", "a\xa0b\u2029c"),
    (
        "å" * (MAX_TEXT_LENGTH + 1),
        *(f"a{chr(code)}b" for code in (0, 8, 11, 12, 13, 31, 127, 128, 159, 0x202A, 0x202E, 0x2066, 0x2069)),
        unicodedata.normalize("NFD", "å"),
    ),
)
NUMBER = Bound((-1.5, 0.5, 1e308), (math.nan, math.inf, -math.inf))
BOUNDS: dict[str, Bound] = {
    "google.type.Date": Bound(
        (
            {"year": 1, "month": 1, "day": 1},
            {"year": 9999, "month": 12, "day": 31},
            {"year": 2024, "month": 2, "day": 29},
        ),
        (
            {"year": 0, "month": 1, "day": 1},
            {"year": 10000, "month": 1, "day": 1},
            {"year": 2026, "month": 2, "day": 29},
            {"year": 2026, "month": 13, "day": 1},
            {"year": 2026, "month": 1, "day": 0},
            {"year": -(2**31), "month": 2**31 - 1, "day": 2**31 - 1},
        ),
    ),
    "google.protobuf.Timestamp": Bound(
        ({"seconds": 253402300799, "nanos": 999_999_999}, {"seconds": -62135596800}),
        ({"seconds": 253402300800}, {"seconds": -62135596801}, {"nanos": -1}, {"nanos": 10**9}, {"seconds": 2**63 - 1}),
    ),
    "google.type.Money": Bound(
        ({"currency_code": "DKK"}, {"currency_code": "DKK", "units": 2**63 - 1, "nanos": 10**9 - 1}),
        (
            {"currency_code": "DKK", "units": -1},
            {"currency_code": "DKK", "nanos": -1},
            {"currency_code": "DKK", "nanos": 10**9},
            {"currency_code": "EUR"},
        ),
    ),
}


def bound(field: FieldDescriptor) -> Bound | None:
    """What holds for one value of a field; None for what has no general bound."""
    if field.message_type is not None:
        return BOUNDS.get(field.message_type.full_name)
    if field.enum_type is not None:
        numbers = [value.number for value in field.enum_type.values]
        # A list may not hold what says nothing; a single one that says nothing is not given.
        nothing = (0,) if field.is_repeated else ()
        return Bound((max(numbers),), (max(numbers) + 1, -1, 2**31 - 1, *nothing))
    if field.type == FieldDescriptor.TYPE_STRING:
        return TEXT
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return NUMBER
    return None


def found(field: FieldDescriptor, value: Any) -> list[str]:  # noqa: ANN401
    """The problems of the field, and of what it holds, in a message that has nothing else."""
    assert field.containing_type
    message: Message = GetMessageClass(field.containing_type)(**{str(field.name): value})
    return [each.field for each in problems(message) if re.match(rf"{field.name}\b", each.field)]


def of(field: FieldDescriptor, value: Any) -> Any:  # noqa: ANN401
    return [value] if field.is_repeated else value


def bounded() -> Iterator[FieldDescriptor]:
    yield from (field for field in FIELDS if bound(field))


def named(field: FieldDescriptor) -> str:
    return str(field.full_name)


@pytest.mark.parametrize("field", list(bounded()), ids=named)
def test_a_value_at_its_bound_passes_and_one_beyond_is_refused(field: FieldDescriptor) -> None:
    limits = bound(field)
    assert limits
    for good in limits.good:
        assert found(field, of(field, good)) == [], good
    for bad in limits.bad:
        assert len(found(field, of(field, bad))) == 1, bad


@pytest.mark.parametrize("field", [field for field in FIELDS if field.is_repeated], ids=named)
def test_a_list_of_a_thousand_passes_and_one_more_is_refused(field: FieldDescriptor) -> None:
    one: Any = GetMessageClass(field.message_type)() if field.message_type else _one(field)
    assert str(field.name) not in found(field, [one] * MAX_LIST_LENGTH)
    assert found(field, [one] * (MAX_LIST_LENGTH + 1)) == [field.name]


def _one(field: FieldDescriptor) -> Any:  # noqa: ANN401
    limits = bound(field)
    return limits.good[0] if limits else 1


def test_every_kind_of_field_is_known() -> None:
    """Numbers have bounds of their domain, in each service's rules; flags have none."""
    others = {field.type for field in FIELDS if field.message_type is None and not bound(field)}
    assert others <= {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_BOOL}
    whole = {field.message_type.full_name for field in FIELDS if field.message_type is not None and not bound(field)}
    assert {name for name in whole if not name.startswith("havn.")} <= set(OPEN)
