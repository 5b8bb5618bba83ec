"""What a folder holds once nothing is wrong with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from services.havn.importing.columns import Sheet
from services.havn.importing.problems import Place, Problem


@dataclass(frozen=True)
class Row:
    """A row as a message, and where it stands."""

    sheet: Sheet
    place: Place
    number: int
    message: Message
    # Rows of another file that became part of it: a family's household, in the order of the message.
    parts: tuple["Row", ...] = ()


@dataclass(frozen=True)
class Part:
    """What one service takes: its rows in the order of sending."""

    rows: tuple[Row, ...]
    # Paths of the fields that the files tell, by the field of the import request that takes the rows.
    told: Mapping[str, tuple[str, ...]]
    # The columns that the files have, by registry.
    headers: Mapping[str, tuple[str, ...]]

    def header(self, sheet: Sheet) -> tuple[str, ...]:
        """The columns of a registry's file."""
        return self.headers.get(sheet.name, ())


@dataclass(frozen=True)
class Rows:
    """Everything in a folder."""

    families: Part
    capacity: Part
    placements: Part
    # What may be a slip, and stops nothing.
    notes: tuple[Problem, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each registry, by the name of its CSV file."""
        rows = self.families.rows + self.capacity.rows + self.placements.rows
        members = tuple(part for row in rows for part in row.parts)
        return dict(Counter(row.sheet.file for row in rows + members))
