"""What may become of an agreed action. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date, datetime

from havn.families.v1 import support_pb2 as pb
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem, StateNotAllowed
from services.shared.wire import day, time

SETTLED = (pb.ACTION_STATE_DONE, pb.ACTION_STATE_NOT_DONE)
AGREED_OTHERWISE = "was agreed on otherwise: it stands in the follow-up (K18)"


def settle(action: pb.AgreedAction, asked: pb.SettleActionRequest, by: str) -> None:
    """Lets an open action end as done, or as not done with words on it (K9). Raises BadInput and StateNotAllowed."""
    if asked.state not in SETTLED:
        raise BadInput.of("state", "must be ACTION_STATE_DONE or ACTION_STATE_NOT_DONE")
    if asked.state == pb.ACTION_STATE_NOT_DONE and not asked.words.strip():
        raise BadInput.of("words", "must say why it was not done")
    if action.state != pb.ACTION_STATE_OPEN:
        raise StateNotAllowed("somebody said already what became of the action (K9)", "K9")
    action.state, action.words, action.settled_by = asked.state, asked.words, by


def check_recorded(action: pb.AgreedAction, kept: pb.AgreedAction, now: datetime) -> None:
    """Passes what is told of an open action, once, as it was recorded (K18). Raises BadInput.

    What was agreed on is not told anew, and nobody settled anything tomorrow.
    """
    agreed = [
        FieldProblem(f"action.{field}", AGREED_OTHERWISE)
        for field in ("action", "visit_date", "consultant")
        if getattr(action, field) != getattr(kept, field)
    ]
    fields.refuse([*agreed, *_settled_problems(action, kept, now)])


def _settled_problems(action: pb.AgreedAction, kept: pb.AgreedAction, now: datetime) -> Iterator[FieldProblem]:
    if kept.state != pb.ACTION_STATE_OPEN:
        yield FieldProblem("action.state", "somebody said already what became of the action, and otherwise (K18)")
    elif action.state not in SETTLED:
        for field in ("words", "settled_by", "settle_time"):
            if getattr(action, field) != getattr(kept, field):
                yield FieldProblem(f"action.{field}", "may be given of an action that was done or not done only")
    elif time(action.settle_time) > now:
        yield FieldProblem("action.settle_time", "may not be after now")


def as_of(action: pb.AgreedAction, today: date) -> pb.AgreedAction:
    """The action, with how long it is overdue."""
    is_open = action.state == pb.ACTION_STATE_OPEN
    action.days_overdue = max(0, (today - day(action.action.due_date)).days) if is_open else 0
    return action
