"""What holds for every message: fields that must be there, sizes, real dates, known words, Danish kroner.

Bounds that need the domain stand in each service's rules.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2, money_pb2

from services.shared.errors import BadInput, FieldProblem

MAX_MESSAGE_BYTES = 256 * 1024
MAX_TEXT_LENGTH = 10_000
MAX_LIST_LENGTH = 1_000

_OPEN = ("google.protobuf.FieldMask", "google.protobuf.Any")


def check(message: Message) -> None:
    """Passes a message that keeps the general limits. Raises BadInput with every field that does not."""
    found = list(problems(message))
    if found:
        raise BadInput(found)


def problems(message: Message, path: str = "") -> Iterator[FieldProblem]:
    """Every field of the message that breaks a general limit, by its path."""
    for name in _required(message.DESCRIPTOR):
        if not _present(message, name):
            yield FieldProblem(path + name, "must be given")
    for field, value in message.ListFields():
        yield from _field_problems(field, value, path + field.name)


def _field_problems(field: FieldDescriptor, value: object, path: str) -> Iterator[FieldProblem]:
    if not field.is_repeated:
        yield from _value_problems(field, value, path)
        return
    items: list[object] = list(value)  # type: ignore[call-overload]
    if len(items) > MAX_LIST_LENGTH:
        yield FieldProblem(path, f"may hold at most {MAX_LIST_LENGTH} items")
        return
    for position, item in enumerate(items):
        yield from _value_problems(field, item, f"{path}[{position}]")


def _value_problems(field: FieldDescriptor, value: object, path: str) -> Iterator[FieldProblem]:
    match value:
        case date_pb2.Date():
            return _date_problems(value, path)
        case Timestamp():
            return _time_problems(value, path)
        case money_pb2.Money():
            return _money_problems(value, path)
        case Message():
            return iter(()) if value.DESCRIPTOR.full_name in _OPEN else problems(value, f"{path}.")
        case str():
            return _text_problems(value, path)
        case _:
            return _word_problems(field, value, path)


def _word_problems(field: FieldDescriptor, value: object, path: str) -> Iterator[FieldProblem]:
    if field.enum_type is not None and value not in field.enum_type.values_by_number:
        allowed = ", ".join(word.name for word in field.enum_type.values[1:])
        yield FieldProblem(path, f"must be one of {allowed}")


def _date_problems(value: date_pb2.Date, path: str) -> Iterator[FieldProblem]:
    try:
        date(value.year, value.month, value.day)
    except ValueError:
        yield FieldProblem(path, "must be a day of the calendar, with year, month and day")


def _time_problems(value: Timestamp, path: str) -> Iterator[FieldProblem]:
    try:
        value.ToDatetime()
    except ValueError:
        yield FieldProblem(path, "must be a moment of the years 1 to 9999")


def _money_problems(value: money_pb2.Money, path: str) -> Iterator[FieldProblem]:
    if value.currency_code != "DKK":
        yield FieldProblem(f"{path}.currency_code", "must be DKK")
    if value.units < 0 or not 0 <= value.nanos < 1_000_000_000:
        yield FieldProblem(path, "must be 0 or more")


def _text_problems(value: str, path: str) -> Iterator[FieldProblem]:
    if len(value) > MAX_TEXT_LENGTH:
        yield FieldProblem(path, f"may hold at most {MAX_TEXT_LENGTH} characters")
    if any(character < " " and character not in "\n\t" for character in value):
        yield FieldProblem(path, "may not hold control characters")


@cache
def _required(descriptor: Descriptor) -> tuple[str, ...]:
    return tuple(field.name for field in descriptor.fields if _is_required(field))


def _is_required(field: FieldDescriptor) -> bool:
    # The stubs of googleapis-common-protos type the extension as a field descriptor.
    behaviour: list[int] = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]  # type: ignore[index]
    return field_behavior_pb2.REQUIRED in behaviour


def _present(message: Message, name: str) -> bool:
    field = message.DESCRIPTOR.fields_by_name[name]
    if field.has_presence:
        return message.HasField(name)
    value = getattr(message, name)
    return bool(value.strip()) if isinstance(value, str) else bool(value)
