"""Imports: all rows of a stream, or none and every problem of every row. The same rows again change nothing."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.message import Message

from havn.terms.v1 import terms_pb2 as terms
from services.shared import checks, turns
from services.shared.access import Caller
from services.shared.call import current
from services.shared.drafts import Draft
from services.shared.errors import BadInput, FieldProblem, HavnError
from services.shared.records import Change, View
from services.shared.store import Store
from services.shared.tables import Record

MAX_ROWS = 100_000
MAX_BYTES = 64 * 2**20
MOST_TOLD = 1_000
"""Problems, and updates with their fields, that an answer holds."""

JUDGED_TOGETHER = 500

A = TypeVar("A", bound=Message)


class Row(Protocol):
    """A message of an import's stream."""

    request_id: str
    validate_only: bool

    @property
    def more(self) -> Iterable[Any]: ...  # noqa: D102

    def ByteSize(self) -> int: ...  # noqa: D102

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: D102

    def ClearField(self, field_name: Any) -> None: ...  # noqa: ANN401, D102


R = TypeVar("R", bound=Row)

Names = Iterable[tuple[type[Record], str]]


@dataclass(frozen=True)
class Taking(Generic[R]):
    """How one service takes rows.

    `enter` puts one row into the draft and raises a HavnError for what is wrong with it. `names` are the records that
    it will look at. `follow` does, once all is written, what follows from it. `caller` is in whose scope rows are
    judged and kept, where it is not that of whoever sent them.
    """

    enter: Callable[[Draft, R], "Difference"]
    names: Callable[[R], Names]
    follow: Callable[[Change], None] = lambda _change: None
    caller: Caller | None = None


Difference = list[str] | None
"""The fields in which a row differs from the record kept; None for a new one."""

UNCHANGED: Difference = []


async def take_all(store: Store, rows: AsyncIterator[R], answer: type[A], taking: Taking[R]) -> A:
    """Takes every row in one transaction, or none when one of them has a problem or only validation was asked for.

    Rows are judged while they arrive, beside other calls; the writer is needed for the insertion alone. A repeated
    request_id gets the first answer.
    """
    judgement = Judgement(Draft(taking.caller or current().caller, store.now()), taking)
    async for some in _portions(rows, judgement):
        await store.view(partial(judgement.judge, rows=some))
    if judgement.problem_count or judgement.validate_only:
        # To compare with a record is to learn of it.
        if judgement.draft.compared:
            await store.record_seen(judgement.draft.compared)
        return judgement.answer(answer)

    def write(change: Change) -> A:
        judgement.draft.write(change)
        taking.follow(change)
        return judgement.answer(answer)

    return await store.change_all(judgement.request_id, judgement.digest.digest(), answer, write)


@dataclass
class Judgement(Generic[R]):
    """What is found out of the rows of one import."""

    draft: Draft
    taking: Taking[R]
    request_id: str = ""
    validate_only: bool = False
    count: int = 0
    size: int = 0
    problem_count: int = 0
    problems: list[terms.RowProblem] = field(default_factory=list)
    outcomes: list[terms.RowOutcome.ValueType] = field(default_factory=list)
    updates: list[terms.RowUpdate] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    @turns.short()
    def judge(self, view: View, rows: list[R]) -> None:
        """Judges some rows against what is kept now."""
        self.draft.look(view.session, (name for row in rows for name in self.taking.names(row)))
        for row in rows:
            content = row.SerializeToString(deterministic=True)
            self.digest.update(len(content).to_bytes(8) + content)
            self._judge(row)

    def answer(self, answer: type[A]) -> A:
        """What is to be told of it."""
        if self.problem_count:
            return answer(problems=self.problems, problem_count=self.problem_count)
        return answer(
            created_count=self.outcomes.count(terms.ROW_OUTCOME_CREATED),
            updated_count=self.outcomes.count(terms.ROW_OUTCOME_UPDATED),
            unchanged_count=self.outcomes.count(terms.ROW_OUTCOME_UNCHANGED),
            outcomes=self.outcomes,
            updates=self.updates,
        )

    def _judge(self, row: R) -> None:
        index = len(self.outcomes)
        self.outcomes.append(terms.ROW_OUTCOME_UNSPECIFIED)
        try:
            difference = self.taking.enter(self.draft, row)
        except BadInput as error:
            self._tell(index, error.problems)
        except HavnError as error:
            self._tell(index, [FieldProblem("", str(error))])
        else:
            self._settle(index, difference)

    def _settle(self, index: int, difference: Difference) -> None:
        if difference is None:
            self.outcomes[index] = terms.ROW_OUTCOME_CREATED
        elif not difference:
            self.outcomes[index] = terms.ROW_OUTCOME_UNCHANGED
        else:
            self.outcomes[index] = terms.ROW_OUTCOME_UPDATED
            if len(self.updates) < MOST_TOLD:
                self.updates.append(terms.RowUpdate(index=index, fields=difference))

    def _tell(self, index: int, problems: Iterable[FieldProblem]) -> None:
        for problem in problems:
            self.problem_count += 1
            if len(self.problems) < MOST_TOLD:
                told = terms.RowProblem(index=index, field=problem.field, description=problem.description)
                self.problems.append(told)


async def _portions(rows: AsyncIterator[R], judgement: Judgement[R]) -> AsyncIterator[list[R]]:
    some: list[R] = []
    async for row in rows:
        if not judgement.count:
            judgement.request_id, judgement.validate_only = row.request_id, row.validate_only
            row.ClearField("request_id")
            row.ClearField("validate_only")
        judgement.size += row.ByteSize()
        together = _apart(row)
        judgement.count += len(together)
        if judgement.count > MAX_ROWS or judgement.size > MAX_BYTES:
            raise BadInput.of("rows", f"may be at most {MAX_ROWS} and {MAX_BYTES // 2**20} MB in one import: split it")
        some += together
        if len(some) >= JUDGED_TOGETHER:
            yield some
            some = []
    if not judgement.count:
        raise BadInput.of("rows", "must be given: the import is empty")
    yield some


def _apart(row: R) -> list[R]:
    """A row, and those that travelled with it: however they travelled, they are the same rows. Raises BadInput."""
    more = list(row.more)
    if any(each.more for each in more):
        raise BadInput.of("more", "may not be given by rows that travel with another one")
    row.ClearField("more")
    return [row, *more]


def difference(given: Message, kept: Message | None) -> Difference:
    """The fields in which a record differs from the one kept; None where none is."""
    if kept is None:
        return None
    if given == kept:
        return []
    fields = given.DESCRIPTOR.fields_by_name
    return [name for name in fields if name != "etag" and getattr(given, name) != getattr(kept, name)]


def check_row(request: Message) -> None:
    """Passes a row's request that has all that is required but for its own key. Raises BadInput."""
    problems = [problem for problem in checks.problems(request) if problem.field != "request_id"]
    if problems:
        raise BadInput(problems)
