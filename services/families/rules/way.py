"""The way of a family from application to end: which step may follow, and what each leaves. Numbers: docs/rules.md."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from havn.families.v1 import families_pb2 as pb
from services.families.rules import approval as approvals
from services.shared.errors import StateNotAllowed
from services.shared.wire import date_message, day, timestamp

State: TypeAlias = pb.FamilyState.ValueType
Kind: TypeAlias = pb.FamilyStepKind.ValueType

INSTEAD: Mapping[State, str] = {
    pb.FAMILY_STATE_APPLIED: "the family has applied: assess it, then approve or refuse it",
    pb.FAMILY_STATE_ASSESSING: "the family is being assessed: approve or refuse it",
    pb.FAMILY_STATE_APPROVED: "the family is approved: change its approval, pause it or end it",
    pb.FAMILY_STATE_PAUSED: "the family is paused: resume it, change its approval or end it",
    pb.FAMILY_STATE_EXPIRED: "the family's approval has come to its end: approve it anew or end it",
    pb.FAMILY_STATE_REFUSED: "the family was refused: assess it again first",
    pb.FAMILY_STATE_ENDED: "the family has ended: assess it again first",
}
"""What to do with a family in each state, for whoever tried another step."""

_APPLIES = {pb.FAMILY_STATE_APPLIED, pb.FAMILY_STATE_ASSESSING}
_WAS_APPROVED = {pb.FAMILY_STATE_APPROVED, pb.FAMILY_STATE_PAUSED, pb.FAMILY_STATE_EXPIRED}

MAY_FOLLOW: Mapping[Kind, Set[State]] = {
    pb.FAMILY_STEP_KIND_ASSESSED: INSTEAD.keys(),
    pb.FAMILY_STEP_KIND_APPROVED: {pb.FAMILY_STATE_ASSESSING, *_WAS_APPROVED},
    pb.FAMILY_STEP_KIND_REFUSED: _APPLIES,
    pb.FAMILY_STEP_KIND_PAUSED: {pb.FAMILY_STATE_APPROVED, pb.FAMILY_STATE_PAUSED},
    pb.FAMILY_STEP_KIND_RESUMED: {pb.FAMILY_STATE_PAUSED},
    pb.FAMILY_STEP_KIND_ENDED: _APPLIES | _WAS_APPROVED,
}
"""The states that each step may follow (F2)."""


@dataclass(frozen=True)
class Hand:
    """Who takes a step, and when; `today` is the authority's day."""

    by: str
    now: datetime
    today: date


def state(family: pb.FosterFamily, today: date) -> State:
    """Where a family stands, by what is recorded of it (F2)."""
    if family.HasField("ending"):
        return pb.FAMILY_STATE_ENDED
    if family.HasField("refusal"):
        return pb.FAMILY_STATE_REFUSED
    if not family.HasField("approval"):
        return pb.FAMILY_STATE_ASSESSING if family.HasField("assessment") else pb.FAMILY_STATE_APPLIED
    if day(family.approval.valid_until_date) < today:
        return pb.FAMILY_STATE_EXPIRED
    return pb.FAMILY_STATE_PAUSED if _is_paused(family, today) else pb.FAMILY_STATE_APPROVED


def next_steps(now: State) -> list[Kind]:
    """The steps that may follow a state (F2)."""
    return [kind for kind, states in MAY_FOLLOW.items() if now in states]


def assess(family: pb.FosterFamily, found: pb.Assessment, hand: Hand) -> None:
    """Keeps what was found so far; who was refused or has ended is on its way again. Raises StateNotAllowed."""
    _require(family, pb.FAMILY_STEP_KIND_ASSESSED, hand)
    family.ClearField("refusal")
    family.ClearField("ending")
    family.assessment.CopyFrom(found)
    family.assessment.assessor = hand.by
    family.assessment.assessed_date.CopyFrom(date_message(hand.today))
    _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_ASSESSED), hand)


def approve(family: pb.FosterFamily, approval: pb.Approval, reason: str, hand: Hand) -> None:
    """Approves, or changes what it is approved for (F3, F4). Raises StateNotAllowed and BadInput."""
    _require(family, pb.FAMILY_STEP_KIND_APPROVED, hand)
    approvals.check(family, approval, hand.today)
    family.approval.CopyFrom(approval)
    family.approval.approved_by = hand.by
    step = pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_APPROVED, reason=reason, approval=family.approval)
    _note(family, step, hand)


def refuse(family: pb.FosterFamily, reason: str, hand: Hand) -> None:
    """Refuses. Raises StateNotAllowed."""
    _require(family, pb.FAMILY_STEP_KIND_REFUSED, hand)
    refused = pb.Refusal(reason=reason, refused_by=hand.by, refused_date=date_message(hand.today))
    family.refusal.CopyFrom(refused)
    _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_REFUSED, reason=reason), hand)


def pause(family: pb.FosterFamily, pause: pb.Pause, hand: Hand) -> None:
    """Takes it out for a while. Raises StateNotAllowed."""
    _require(family, pb.FAMILY_STEP_KIND_PAUSED, hand)
    family.pause.CopyFrom(pause)
    family.pause.author = hand.by
    until = pause.until_date if pause.HasField("until_date") else None
    _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_PAUSED, reason=pause.reason, until_date=until), hand)


def resume(family: pb.FosterFamily, reason: str, hand: Hand) -> None:
    """Ends the pause. Raises StateNotAllowed."""
    _require(family, pb.FAMILY_STEP_KIND_RESUMED, hand)
    family.ClearField("pause")
    _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_RESUMED, reason=reason), hand)


def end(family: pb.FosterFamily, reason: str, hand: Hand) -> None:
    """Ends it: it is approved for nothing and has no place free. Raises StateNotAllowed."""
    _require(family, pb.FAMILY_STEP_KIND_ENDED, hand)
    family.ending.CopyFrom(pb.Ending(reason=reason, ended_by=hand.by, ended_date=date_message(hand.today)))
    family.ClearField("approval")
    family.ClearField("pause")
    family.ClearField("availability")
    _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_ENDED, reason=reason), hand)


def record(family: pb.FosterFamily, kept: pb.FosterFamily | None, hand: Hand) -> None:
    """Keeps the history that there was, and adds an approval that no step in it gave (F5)."""
    told = list(family.history)
    family.ClearField("history")
    family.history.extend(kept.history if kept else ())
    family.history.extend(step for step in told if step not in family.history)
    if family.HasField("approval"):
        known = [kept.approval] if kept else []
        known += [step.approval for step in family.history if step.HasField("approval")][-1:]
        if family.approval not in known:
            _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_RECORDED, approval=family.approval), hand)
    elif kept is None and not family.history:
        _note(family, pb.FamilyStep(kind=pb.FAMILY_STEP_KIND_APPLIED), hand)


def _require(family: pb.FosterFamily, kind: Kind, hand: Hand) -> None:
    now = state(family, hand.today)
    if now not in MAY_FOLLOW[kind]:
        raise StateNotAllowed(INSTEAD[now], "F2")


def _note(family: pb.FosterFamily, step: pb.FamilyStep, hand: Hand) -> None:
    step.taken_by = hand.by
    step.taken_time.CopyFrom(timestamp(hand.now))
    family.history.append(step)


def _is_paused(family: pb.FosterFamily, today: date) -> bool:
    if not family.HasField("pause"):
        return False
    return not family.pause.HasField("until_date") or day(family.pause.until_date) >= today
