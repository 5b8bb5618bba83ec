"""From a record to the cells of its row: what services.havn.importing reads, the other way round."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from services.havn.importing.columns import Column, Sheet

Cells = dict[str, str]


def row(sheet: Sheet, record: Message, identity: Mapping[str, str]) -> Cells:
    """The cells of a record; `identity` are those that name it."""
    return dict(identity) | {column.name: cell(column, record) for column in sheet.content}


def cell(column: Column, record: Message) -> str:
    """What a column tells of a record; nothing where the record says nothing."""
    value = _value(record, column.field)
    return "" if value is None else column.cell.tell(value)


def _value(record: Any, path: str) -> Any:  # noqa: ANN401
    """The value of a field by its path; None where it, or a message above it, is not there."""
    name, _, rest = path.partition(".")
    field = record.DESCRIPTOR.fields_by_name[name]
    if field.message_type is not None and not field.is_repeated and not record.HasField(name):
        return None
    value = getattr(record, name)
    if rest:
        return _value(value, rest)
    return None if field.enum_type is not None and not field.is_repeated and not value else value
