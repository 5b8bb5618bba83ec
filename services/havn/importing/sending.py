"""Sends what was read to the three services: first everything is checked everywhere, then written.

Rows are known by their keys, and a row that says what is kept changes nothing: so an import that was interrupted
between two services is completed by running it again.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from havn.capacity.v1 import capacity_pb2, capacity_pb2_grpc
from havn.families.v1 import families_pb2, families_pb2_grpc
from havn.placements.v1 import placements_pb2, placements_pb2_grpc
from havn.terms.v1 import terms_pb2
from services.havn.importing.outcome import Answer, Sent, outcomes
from services.havn.importing.problems import Problem, Problems, words
from services.havn.importing.rows import Part, Rows
from services.shared.checks import MUST_BE_GIVEN

DEADLINE_SECONDS = 600
PROGRESS_ROWS = 100
TOGETHER_BYTES = 32 * 1024
"""How much travels in one message: to send each row by itself takes longer than all else that is done with it."""

Progress = Callable[[int], None]
"""Told of rows that were sent."""


@dataclass(frozen=True)
class Clients:
    """Stubs of the three services; the channel brings who is asking."""

    families: "families_pb2_grpc.FamiliesServiceStub"
    capacity: "capacity_pb2_grpc.CapacityServiceStub"
    placements: "placements_pb2_grpc.PlacementsServiceStub"


@dataclass(frozen=True)
class Parcel:
    """One service's part of the import."""

    part: Part
    request: type[Any]
    call: Callable[..., Answer] = field(repr=False)
    request_id: str = field(default_factory=lambda: f"import-{uuid.uuid4().hex}")

    def send(self, progress: Progress, *, validate_only: bool) -> Answer:
        """Streams the rows, some together in each message."""
        return self.call(_together(self._requests(progress, validate_only)), timeout=DEADLINE_SECONDS)

    def problems(self, answer: Answer) -> Problems:
        """What the service found, by file, row and column."""
        each_once = {str(problem): problem for problem in map(self._problem, answer.problems)}
        untold = answer.problem_count - len(tuple(answer.problems))
        return Problems(tuple(each_once.values()), max(untold, 0))

    def _requests(self, progress: Progress, validate_only: bool) -> Iterator[Message]:
        untold = dict(self.part.told)
        for index, row in enumerate(self.part.rows):
            request = self.request(**{row.sheet.row: row.message})
            if index == 0:
                request.request_id, request.validate_only = self.request_id, validate_only
            if row.sheet.row in untold:
                request.update_mask.CopyFrom(FieldMask(paths=untold.pop(row.sheet.row)))
            if index % PROGRESS_ROWS == 0:
                progress(min(PROGRESS_ROWS, len(self.part.rows) - index))
            yield request

    def _problem(self, found: terms_pb2.RowProblem) -> Problem:
        row, path = self.part.rows[found.index], found.field
        if match := re.fullmatch(r"(?:family\.)?household\[(\d+)\]\.?(.*)", path):
            row, path = row.parts[int(match[1])], match[2]
        column = row.sheet.column_for(path)
        if column and column not in self.part.header(row.sheet) and found.description == MUST_BE_GIVEN:
            told = words(
                "kolonnen mangler i filen, og den er nødvendig for nye rækker",
                "the column is missing in the file, and new rows need it",
            )
            return Problem(row.place, 1, column, told)
        # A field that no column of the file holds is named in the words, such as a family's household.
        told_in = found.description if column or not path else f"{path.rpartition('.')[2]}: {found.description}"
        return Problem(row.place, row.number, column, words(told_in, told_in))


def _together(requests: Iterable[Any]) -> Iterator[Message]:
    first, size = None, 0
    for request in requests:
        own = request.ByteSize()
        if first is None or size + own > TOGETHER_BYTES:
            if first is not None:
                yield first
            first, size = request, own
        else:
            first.more.append(request)
            size += own
    if first is not None:
        yield first


def send(
    rows: Rows, clients: Clients, progress: Progress = lambda _rows: None, *, validate_only: bool = False
) -> Sent | Problems:
    """Validates all rows at all services, then writes them, unless `validate_only`.

    The last service checks and writes in one go. Raises grpc.RpcError where a service does not answer or refuses the
    caller; running it again completes the import.
    """
    made = parcels(rows, clients)
    if not made:
        return Sent()
    *others, last = made
    answers = [(parcel, parcel.send(progress, validate_only=True)) for parcel in others]
    found = [parcel.problems(answer) for parcel, answer in answers]
    if any(each.found for each in found):
        # Nothing may be written any more: the last one is only asked for its problems too.
        return Problems.of([*found, last.problems(last.send(progress, validate_only=True))])
    answers.append((last, last.send(progress, validate_only=validate_only)))
    if (problems := last.problems(answers[-1][1])).found:
        return problems
    if validate_only:
        return _sent(answers)
    return _write(others, answers[-1:], progress)


def parcels(rows: Rows, clients: Clients) -> list[Parcel]:
    """The parts of an import that have rows."""
    made = (
        Parcel(rows.families, families_pb2.ImportFamiliesRequest, clients.families.ImportFamilies),
        Parcel(rows.capacity, capacity_pb2.ImportCapacityRequest, clients.capacity.ImportCapacity),
        Parcel(rows.placements, placements_pb2.ImportPlacementsRequest, clients.placements.ImportPlacements),
    )
    return [parcel for parcel in made if parcel.part.rows]


def _write(others: list[Parcel], answers: list[tuple[Parcel, Answer]], progress: Progress) -> Sent | Problems:
    for parcel in others:
        answer = parcel.send(progress, validate_only=False)
        # Something else was written since the check.
        if (problems := parcel.problems(answer)).found:
            return problems
        answers.append((parcel, answer))
    return _sent(answers)


def _sent(answers: list[tuple[Parcel, Answer]]) -> Sent:
    return Sent(tuple(each for parcel, answer in answers for each in outcomes(parcel.part.rows, answer)))
