"""Between messages and Python: days, times, masks."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from services.shared.errors import BadInput

M = TypeVar("M", bound=Message)


def day(message: Date) -> date:
    """The day that a message holds."""
    return date(message.year, message.month, message.day)


def date_message(given: date) -> Date:
    """The message of a day."""
    return Date(year=given.year, month=given.month, day=given.day)


def time(message: Timestamp) -> datetime:
    """The moment that a message holds, in UTC."""
    return message.ToDatetime(tzinfo=UTC)


def timestamp(given: datetime) -> Timestamp:
    """The message of a moment."""
    message = Timestamp()
    message.FromDatetime(given)
    return message


def age(birth: date, today: date) -> int:
    """Whole years on a day."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def merged(kept: M, given: M, mask: FieldMask, changeable: Iterable[str]) -> M:
    """A copy of `kept` with the mask's top-level fields from `given`. Raises BadInput for a field that can't change."""
    allowed = sorted(changeable)
    result = type(kept)()
    result.CopyFrom(kept)
    for path in mask.paths:
        if path not in allowed:
            raise BadInput.of("update_mask", f"may name {', '.join(allowed)}")
        result.ClearField(path)
        _copy_field(given, result, path)
    return result


def changeable(message: type[Message], fixed: Iterable[str]) -> frozenset[str]:
    """The fields of a message but for those that no update changes."""
    return frozenset(message.DESCRIPTOR.fields_by_name) - frozenset(fixed)


def _copy_field(source: Message, target: Message, name: str) -> None:
    only = type(source)()
    only.CopyFrom(source)
    for other in source.DESCRIPTOR.fields_by_name:
        if other != name:
            only.ClearField(other)
    target.MergeFrom(only)
