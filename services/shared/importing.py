"""Imports: all rows of a stream, or none and every problem of every row."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message

from havn.terms.v1.terms_pb2 import RowProblem
from services.shared import checks
from services.shared.errors import BadInput, FieldProblem, HavnError
from services.shared.records import Change
from services.shared.store import Store

MAX_ROWS = 100_000
MAX_BYTES = 64 * 2**20

A = TypeVar("A", bound=Message)


class Row(Protocol):
    """A message of an import's stream."""

    request_id: str
    validate_only: bool

    def ByteSize(self) -> int: ...  # noqa: D102

    def ClearField(self, field_name: Any) -> None: ...  # noqa: ANN401, D102


R = TypeVar("R", bound=Row)


async def take_all(store: Store, rows: AsyncIterator[R], answer: type[A], enter: Callable[[Change, R], Message]) -> A:
    """Enters every row in one transaction, or none when one of them has a problem or only validation was asked for.

    `enter` writes one row and raises a HavnError for what is wrong with it. A repeated request_id gets the first
    answer, when validating too, so that an import that was cut between services is completed by running it again.
    """
    taken = await _collected(rows)
    first = taken[0]
    request_id, validate_only = first.request_id, first.validate_only
    for field in ("request_id", "validate_only"):
        first.ClearField(field)

    def work(change: Change) -> A:
        problems = [problem for index, row in enumerate(taken) for problem in _problems(change, index, row, enter)]
        if problems or validate_only:
            change.discard()
        return answer(created_count=0 if change.discarded else len(taken), problems=problems)

    return await store.change_all(request_id, taken, answer, work)


async def _collected(rows: AsyncIterator[R]) -> list[R]:
    taken: list[R] = []
    size = 0
    async for row in rows:
        taken.append(row)
        size += row.ByteSize()
        if len(taken) > MAX_ROWS or size > MAX_BYTES:
            raise BadInput.of("rows", f"may be at most {MAX_ROWS} and {MAX_BYTES // 2**20} MB in one import: split it")
    if not taken:
        raise BadInput.of("rows", "must be given: the import is empty")
    return taken


def _problems(change: Change, index: int, row: R, enter: Callable[[Change, R], Message]) -> list[RowProblem]:
    try:
        enter(change, row)
    except BadInput as error:
        return [_row_problem(index, problem) for problem in error.problems]
    except HavnError as error:
        return [_row_problem(index, FieldProblem("", str(error)))]
    return []


def _row_problem(index: int, problem: FieldProblem) -> RowProblem:
    return RowProblem(index=index, field=problem.field, description=problem.description)


def check_row(request: Message) -> None:
    """Passes a row's request that has all that is required but for its own key. Raises BadInput."""
    problems = [problem for problem in checks.problems(request) if problem.field != "request_id"]
    if problems:
        raise BadInput(problems)
