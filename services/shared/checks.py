"""What holds for every message: fields that must be there, sizes, real dates, known words, Danish kroner.

Bounds that need the domain stand in each service's rules.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2, money_pb2

from services.shared.errors import BadInput, FieldProblem

MAX_MESSAGE_BYTES = 256 * 1024
MAX_METADATA_BYTES = 8 * 1024
MAX_TEXT_LENGTH = 10_000
MAX_LIST_LENGTH = 1_000
MUST_BE_GIVEN = "must be given"

_OPEN = ("google.protobuf.FieldMask", "google.protobuf.Any")
# Also those that move a terminal's cursor (C1) or turn the direction of reading, so that a text shows as another one,
# and the two that no XML may hold, and so no workbook.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")

Found = list[FieldProblem]
Check = Callable[[Any, str, Found], None]
"""Adds what is wrong with a value, by its path, to what was found."""


@dataclass(frozen=True)
class Plan:
    """What to look at in messages of one type: made once, because an import brings thousands of them."""

    required: tuple[tuple[str, Callable[[Message], bool]], ...]
    fields: dict[FieldDescriptor, tuple[str, Check]]


def check(message: Message) -> None:
    """Passes a message that keeps the general limits. Raises BadInput with every field that does not."""
    found = problems(message)
    if found:
        raise BadInput(found)


def problems(message: Message) -> Sequence[FieldProblem]:
    """Every field of the message that breaks a general limit, by its path."""
    found: Found = []
    _message(message, "", found)
    return found


def _message(message: Message, path: str, found: Found) -> None:
    plan = _plan(message.DESCRIPTOR)
    for name, is_given in plan.required:
        if not is_given(message):
            found.append(FieldProblem(path + name, MUST_BE_GIVEN))
    for field, value in message.ListFields():
        name, check_field = plan.fields[field]
        check_field(value, path + name, found)


@cache
def _plan(descriptor: Descriptor) -> Plan:
    return Plan(
        tuple((field.name, _given(field)) for field in descriptor.fields if _is_required(field)),
        {field: (field.name, _of(field)) for field in descriptor.fields},
    )


def _is_required(field: FieldDescriptor) -> bool:
    # The stubs of googleapis-common-protos type the extension as a field descriptor.
    behaviour: list[int] = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]  # type: ignore[index]
    return field_behavior_pb2.REQUIRED in behaviour


def _given(field: FieldDescriptor) -> Callable[[Message], bool]:
    name = field.name
    if field.has_presence:
        return lambda message: message.HasField(name)
    if field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
        return lambda message: bool(getattr(message, name).strip())
    return lambda message: bool(getattr(message, name))


def _of(field: FieldDescriptor) -> Check:
    """What the field must keep."""
    return _listed(_one(field)) if field.is_repeated else _one(field)


def _one(field: FieldDescriptor) -> Check:
    """What a single value of the field must keep."""
    if field.message_type is not None:
        return _MESSAGES.get(field.message_type.full_name, _message_below)
    if field.enum_type is not None:
        return _word(field.enum_type, least=1 if field.is_repeated else 0)
    if field.type == FieldDescriptor.TYPE_STRING:
        return _item if field.is_repeated else _text
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return _number
    return _anything


def _listed(check_one: Check) -> Check:
    def check_each(values: Any, path: str, found: Found) -> None:  # noqa: ANN401  # a repeated field's values
        if len(values) > MAX_LIST_LENGTH:
            found.append(FieldProblem(path, f"may hold at most {MAX_LIST_LENGTH} items"))
            return
        for position, value in enumerate(values):
            check_one(value, f"{path}[{position}]", found)

    return check_each


def _message_below(value: Message, path: str, found: Found) -> None:
    _message(value, f"{path}.", found)


def _word(words: EnumDescriptor, least: int) -> Check:
    known = {number for number in words.values_by_number if number >= least}
    allowed = ", ".join(word.name for word in words.values[1:])

    def check_word(value: int, path: str, found: Found) -> None:
        if value not in known:
            found.append(FieldProblem(path, f"must be one of {allowed}"))

    return check_word


def _date(value: date_pb2.Date, path: str, found: Found) -> None:
    try:
        date(value.year, value.month, value.day)
    except ValueError:
        found.append(FieldProblem(path, "must be a day of the calendar, with year, month and day"))


def _time(value: Timestamp, path: str, found: Found) -> None:
    try:
        value.ToDatetime()
    except ValueError:
        found.append(FieldProblem(path, "must be a moment of the years 1 to 9999"))


def _money(value: money_pb2.Money, path: str, found: Found) -> None:
    if value.currency_code != "DKK":
        found.append(FieldProblem(f"{path}.currency_code", "must be DKK"))
    if value.units < 0 or not 0 <= value.nanos < 1_000_000_000:
        found.append(FieldProblem(path, "must be 0 or more"))


def _item(value: str, path: str, found: Found) -> None:
    if not value.strip():
        found.append(FieldProblem(path, "may not be empty"))
    _text(value, path, found)


def _text(value: str, path: str, found: Found) -> None:
    if len(value) > MAX_TEXT_LENGTH:
        found.append(FieldProblem(path, f"may hold at most {MAX_TEXT_LENGTH} characters"))
    if value.isascii() and value.isprintable():
        return
    if _CONTROL.search(value):
        found.append(FieldProblem(path, "may not hold control characters"))
    if not unicodedata.is_normalized("NFC", value):
        found.append(FieldProblem(path, "must be composed Unicode (NFC): å as one character, not as a and a ring"))


def _number(value: float, path: str, found: Found) -> None:
    if not math.isfinite(value):
        found.append(FieldProblem(path, "must be a finite number"))


def _anything(value: object, path: str, found: Found) -> None:
    """Whole numbers and such: their bounds stand in rules."""


_MESSAGES: dict[str, Check] = {
    "google.type.Date": _date,
    "google.type.Money": _money,
    "google.protobuf.Timestamp": _time,
    **dict.fromkeys(_OPEN, _anything),
}
