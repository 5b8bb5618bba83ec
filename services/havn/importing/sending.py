"""Sends what was read to the three services: first everything is checked everywhere, then written.

Rows are known by their keys, and a row that says what is kept changes nothing: so an import that was interrupted
between two services is completed by running it again.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Protocol

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from havn.capacity.v1 import capacity_pb2, capacity_pb2_grpc
from havn.families.v1 import families_pb2, families_pb2_grpc
from havn.placements.v1 import placements_pb2, placements_pb2_grpc
from havn.terms.v1 import terms_pb2
from services.havn.importing.columns import put
from services.havn.importing.problems import Problem, Problems, words
from services.havn.importing.rows import Part, Row, Rows

DEADLINE_SECONDS = 300


@dataclass(frozen=True)
class Clients:
    """Stubs of the three services; the channel brings who is asking."""

    families: "families_pb2_grpc.FamiliesServiceStub"
    capacity: "capacity_pb2_grpc.CapacityServiceStub"
    placements: "placements_pb2_grpc.PlacementsServiceStub"


@dataclass(frozen=True)
class Sent:
    """Nothing stood in the way: rows that are new, changed and the same, or would be."""

    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0

    def plus(self, answer: "Answer") -> "Sent":
        """With those of another service."""
        return Sent(
            self.created_count + answer.created_count,
            self.updated_count + answer.updated_count,
            self.unchanged_count + answer.unchanged_count,
        )


class Answer(Protocol):
    """What every import answers."""

    created_count: int
    updated_count: int
    unchanged_count: int

    @property
    def problems(self) -> Iterable[terms_pb2.RowProblem]:
        """Empty when all rows can be taken."""


@dataclass(frozen=True)
class Parcel:
    """One service's part of the import."""

    service: str
    part: Part
    request: type[Message]
    call: Callable[..., Answer] = field(repr=False)
    request_id: str = field(default_factory=lambda: f"import-{uuid.uuid4().hex}")

    def send(self, *, validate_only: bool) -> Answer:
        """Streams the rows."""
        return self.call(self._requests(validate_only), timeout=DEADLINE_SECONDS)

    def problems(self, answer: Answer) -> tuple[Problem, ...]:
        """What the service found, by file, row and column."""
        return tuple(_problem(self.part.rows[found.index], found) for found in answer.problems)

    def _requests(self, validate_only: bool) -> Iterator[Message]:
        untold = dict(self.part.told)
        for index, row in enumerate(self.part.rows):
            request = self.request()
            put(request, row.sheet.row, row.message)
            if index == 0:
                put(request, "request_id", self.request_id)
                put(request, "validate_only", validate_only)
            if row.sheet.row in untold:
                put(request, "update_mask", FieldMask(paths=untold.pop(row.sheet.row)))
            yield request


def send(rows: Rows, clients: Clients, *, validate_only: bool = False) -> Sent | Problems:
    """Validates all rows at all services, then writes them, unless `validate_only`.

    Raises grpc.RpcError where a service does not answer or refuses the caller; running it again completes the import.
    """
    parcels = _parcels(rows, clients)
    answers = [(parcel, parcel.send(validate_only=True)) for parcel in parcels]
    if problems := tuple(found for parcel, answer in answers for found in parcel.problems(answer)):
        return Problems(problems)
    if validate_only:
        return reduce(Sent.plus, (answer for _, answer in answers), Sent())
    return _write(parcels)


def _write(parcels: list[Parcel]) -> Sent | Problems:
    sent = Sent()
    for parcel in parcels:
        answer = parcel.send(validate_only=False)
        # Something else was written since the check.
        if problems := parcel.problems(answer):
            return Problems(problems)
        sent = sent.plus(answer)
    return sent


def _parcels(rows: Rows, clients: Clients) -> list[Parcel]:
    parcels = (
        Parcel("families", rows.families, families_pb2.ImportFamiliesRequest, clients.families.ImportFamilies),
        Parcel("capacity", rows.capacity, capacity_pb2.ImportCapacityRequest, clients.capacity.ImportCapacity),
        Parcel(
            "placements", rows.placements, placements_pb2.ImportPlacementsRequest, clients.placements.ImportPlacements
        ),
    )
    return [parcel for parcel in parcels if parcel.part.rows]


def _problem(row: Row, found: terms_pb2.RowProblem) -> Problem:
    told = words(found.description, found.description)
    if match := re.fullmatch(r"(?:family\.)?household\[(\d+)\]\.?(.*)", found.field):
        member = row.parts[int(match[1])]
        return Problem(member.sheet.file, member.number, member.sheet.column_for(match[2]), told)
    return Problem(row.sheet.file, row.number, row.sheet.column_for(found.field), told)
