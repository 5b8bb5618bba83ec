"""Between messages and Python: days, times, masks."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

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


def money(ore: int) -> Money:
    """The message of an amount in øre."""
    return Money(currency_code="DKK", units=ore // 100, nanos=ore % 100 * 10_000_000)


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
        _put_field(result, path, given)
    return result


def changeable(message: type[Message], fixed: Iterable[str]) -> frozenset[str]:
    """The fields of a message but for those that no update changes."""
    return frozenset(message.DESCRIPTOR.fields_by_name) - frozenset(fixed)


Told = Mapping[str, "Told | None"]
"""Fields that somebody told: whole where None, else those of the message below."""


def told(paths: Iterable[str]) -> Told:
    """The fields of paths such as "town" and "approval.ages.min"."""
    tree: dict[str, Any] = {}
    for path in paths:
        *above, last = path.split(".")
        branch = tree
        for name in above:
            branch = branch.setdefault(name, {})
        branch[last] = None
    return tree


def complete(given: Any, kept: Any, fields: Told) -> None:  # noqa: ANN401  # two messages of one type
    """Gives `given` what is kept in all fields but those that were told; a message that is left empty goes.

    Items of a list of which only some fields were told are known by their first field, such as a person.
    """
    for field in given.DESCRIPTOR.fields:
        name = field.name
        if name not in fields:
            given.ClearField(name)
            _put_field(given, name, kept)
            continue
        below = fields[name]
        if below is None:
            continue
        if field.is_repeated:
            _complete_items(getattr(given, name), getattr(kept, name), below)
        elif given.HasField(name) or kept.HasField(name):
            was_given = given.HasField(name)
            inner = getattr(given, name)
            complete(inner, getattr(kept, name), below)
            if not was_given and not inner.ByteSize():
                given.ClearField(name)


def _complete_items(given: Any, kept: Any, fields: Told) -> None:  # noqa: ANN401  # two lists of messages
    known = {item.ListFields()[0][1]: item for item in kept if item.ListFields()}
    for item in given:
        first = item.ListFields()[0][1] if item.ListFields() else None
        if first in known:
            complete(item, known[first], fields)


def _put_field(target: Message, name: str, source: Message) -> None:
    value = getattr(source, name)
    field = source.DESCRIPTOR.fields_by_name[name]
    if field.is_repeated:
        getattr(target, name).MergeFrom(value)
    elif field.message_type is None:
        setattr(target, name, value)
    elif source.HasField(name):
        getattr(target, name).CopyFrom(value)
