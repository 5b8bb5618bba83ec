"""What may become of an agreed action. Numbers: docs/rules.md."""

from datetime import date

from havn.families.v1 import support_pb2 as pb
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.wire import day

SETTLED = (pb.ACTION_STATE_DONE, pb.ACTION_STATE_NOT_DONE)


def settle(action: pb.AgreedAction, asked: pb.SettleActionRequest, by: str) -> None:
    """Lets an open action end as done, or as not done with words on it (K9). Raises BadInput and StateNotAllowed."""
    if asked.state not in SETTLED:
        raise BadInput.of("state", "must be ACTION_STATE_DONE or ACTION_STATE_NOT_DONE")
    if asked.state == pb.ACTION_STATE_NOT_DONE and not asked.words.strip():
        raise BadInput.of("words", "must say why it was not done")
    if action.state != pb.ACTION_STATE_OPEN:
        raise StateNotAllowed("somebody said already what became of the action (K9)", "K9")
    action.state, action.words, action.settled_by = asked.state, asked.words, by


def as_of(action: pb.AgreedAction, today: date) -> pb.AgreedAction:
    """The action, with how long it is overdue."""
    is_open = action.state == pb.ACTION_STATE_OPEN
    action.days_overdue = max(0, (today - day(action.action.due_date)).days) if is_open else 0
    return action
