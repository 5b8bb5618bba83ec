"""What an import did, or would do, with each row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from havn.terms.v1 import terms_pb2
from services.havn.importing.problems import Place
from services.havn.importing.rows import Row

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"

_WORDS = {
    terms_pb2.ROW_OUTCOME_CREATED: CREATED,
    terms_pb2.ROW_OUTCOME_UPDATED: UPDATED,
    terms_pb2.ROW_OUTCOME_UNCHANGED: UNCHANGED,
}


class Answer(Protocol):
    """What every import answers."""

    problem_count: int

    @property
    def problems(self) -> Iterable[terms_pb2.RowProblem]:
        """Empty when all rows can be taken."""

    @property
    def outcomes(self) -> Iterable[terms_pb2.RowOutcome.ValueType]:
        """What happens with each row."""

    @property
    def updates(self) -> Iterable[terms_pb2.RowUpdate]:
        """In which fields rows differ."""


@dataclass(frozen=True)
class Outcome:
    """A row, what happens with it, and the columns of a changed one that differ; of the first 1,000 of a service."""

    place: Place
    registry: str
    row: int
    word: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """Nothing stood in the way."""

    outcomes: tuple[Outcome, ...] = ()

    def count(self, word: str) -> int:
        """Rows with that outcome."""
        return sum(outcome.word == word for outcome in self.outcomes)

    def by_registry(self) -> dict[str, Counter[str]]:
        """How many rows have which outcome, by registry."""
        found: dict[str, Counter[str]] = {}
        for outcome in self.outcomes:
            found.setdefault(outcome.registry, Counter())[outcome.word] += 1
        return found


def outcomes(rows: Sequence[Row], answer: Answer) -> Iterator[Outcome]:
    """What a service told of its rows."""
    fields = {update.index: update.fields for update in answer.updates}
    for index, (row, told) in enumerate(zip(rows, answer.outcomes, strict=True)):
        columns = tuple(dict.fromkeys(name for field in fields.get(index, ()) for name in _columns(row, field)))
        yield Outcome(row.place, row.sheet.name, row.number, _WORDS[told], columns)


def _columns(row: Row, field: str) -> Iterable[str]:
    """The columns behind a top-level field; of a part of another file, the field itself."""
    names = [column.name for column in row.sheet.content if column.field.partition(".")[0] == field]
    return names or [field]
