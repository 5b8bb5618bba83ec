"""What a column and a file are: declared once, read by the parser, the templates and the demo."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.havn.importing.cells import Cell

M = TypeVar("M", bound=Message)

FieldPath = tuple[str, ...]
"""The fields that lead to a value, the last one its own."""


class Needed(Enum):
    """When a cell may not be empty."""

    ALWAYS = auto()
    # When another cell of the same group is filled: an approval's places, where there is an approval.
    WITH_GROUP = auto()
    NO = auto()


@dataclass(frozen=True)
class Column:
    """A column of a file."""

    name: str
    # FieldPath of the field that it fills; empty where it only joins rows.
    field: str
    cell: Cell
    needed: Needed
    da: str
    en: str

    @property
    def group(self) -> str:
        """The message that holds the field, empty for the resource itself."""
        return self.field.partition(".")[0] if "." in self.field else ""


@dataclass(frozen=True)
class Sheet:
    """A file: one row is one resource."""

    file: str
    da: str
    en: str
    # What a row becomes.
    message: type[Message]
    # Field of the import request that takes the message; empty where rows join another file's.
    row: str
    # Field of the message that holds the resource; empty where the message is the resource.
    resource: str
    # Columns that name the row, together unique; their fields are the message's.
    identity: tuple[Column, ...]
    # The others; their fields are the resource's.
    content: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Its name as people type it, and as a sheet of a workbook has it."""
        return self.file.removesuffix(".csv")

    @cached_property
    def paths(self) -> dict[str, FieldPath]:
        """Where in the message a column's value stands; columns that only join rows have none."""
        return {column.name: field_path(self.path(column)) for column in self.columns if column.field}

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in the order of the file."""
        return self.identity + self.content

    def path(self, column: Column) -> str:
        """FieldPath of a column's field, from the message."""
        if column in self.identity or not self.resource:
            return column.field
        return f"{self.resource}.{column.field}"

    def told(self, header: Iterable[str]) -> list[str]:
        """Paths of the record's fields that a file with this header tells; a message of which it tells all, as one."""
        present = set(header)
        fields: dict[str, list[Column]] = defaultdict(list)
        for column in self.content:
            fields[column.field.partition(".")[0]].append(column)
        paths: list[str] = []
        for field, columns in fields.items():
            if all(column.name in present for column in columns):
                paths.append(field)
            else:
                paths += [column.field for column in columns if column.name in present]
        return paths if self.row else self._within(paths)

    def _within(self, paths: list[str]) -> list[str]:
        """The paths of a part, from the record that the part joins."""
        whole = {column.field.partition(".")[0] for column in self.content} <= set(paths)
        return ["household"] if whole else [f"household.{path}" for path in paths]

    def column_for(self, field: str) -> str:
        """Name of the column behind a field as a service names it, from the message or from the resource."""
        wanted = re.sub(r"\[\d+\]", "", field).removeprefix(f"{self.resource}.")
        for column in self.columns:
            if column.field and column.field == wanted:
                return column.name
        near = (column for column in self.columns if column.field and f"{column.field}.".startswith(f"{wanted}."))
        far = (column for column in self.columns if column.field and f"{wanted}.".startswith(f"{column.field}."))
        return next((column.name for column in (*near, *far)), "") if wanted else ""


def field_path(field: str) -> FieldPath:
    """That of a field such as "approval.ages.min"."""
    return tuple(field.split("."))


def made(message: type[M], values: Iterable[tuple[FieldPath, object]]) -> M:
    """A message that holds these values, with the messages on the way to them."""
    told: dict[str, Any] = {}
    for (*above, last), value in values:
        branch = told
        for name in above:
            branch = branch.setdefault(name, {})
        branch[last] = value
    # At once: protobuf does that in C.
    return message(**told)
