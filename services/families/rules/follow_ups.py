"""What a KRITH follow-up must be. Numbers: docs/rules.md."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import DraftField, SupportPolicy
from services.shared import fields
from services.shared.errors import BadInput, FieldProblem
from services.shared.wire import day

LONGEST_GAP = timedelta(weeks=26)
"""The longest time from one visit to the next (K3)."""

PARTS = ("competences", "resources", "involvement", "trust", "everyday_life")
"""KRITH's five parts."""

_DRAFTED = re.compile(r"(\w+)(\[\d{1,3}\])?(\.\w+)?")


def check_follow_up(follow_up: pb.FollowUp, policy: SupportPolicy, proposed: date | None, today: date) -> None:
    """Passes a follow-up of a visit that took place, with a next one in time (K1 to K3, K6, K7). Raises BadInput.

    `proposed` is the next visit by the cadence, None for a family that has none.
    """
    fields.refuse(
        [
            *_follow_up_problems(follow_up, today),
            *_later_problems(follow_up, proposed),
            *_scale_problems(follow_up, policy),
        ]
    )


def check_recorded(follow_up: pb.FollowUp, policy: SupportPolicy, today: date) -> None:
    """Passes a follow-up as it was recorded: what can't be is refused, what should not have been is taken (K18).

    Raises BadInput.
    """
    fields.refuse([*_impossible(follow_up, today), *_scale_problems(follow_up, policy)])


def correct(kept: pb.FollowUp, corrected: pb.FollowUp, correction: pb.Correction) -> None:
    """Makes a corrected follow-up the next version of the one kept (K8). Raises BadInput for actions that it loses."""
    if list(corrected.actions[: len(kept.actions)]) != list(kept.actions):
        raise BadInput.of("follow_up.actions", "must begin with those agreed on: say what became of them instead (K8)")
    correction.number = kept.correction.number + 1
    corrected.correction.CopyFrom(correction)
    corrected.name, corrected.authority, corrected.consultant = kept.name, kept.authority, kept.consultant
    corrected.policy_version = kept.policy_version
    corrected.create_time.CopyFrom(kept.create_time)


def check_draft(drafted: Sequence[DraftField]) -> None:
    """Passes what may have been typed of a follow-up so far. Raises BadInput."""
    fields.refuse(_draft_problems(drafted))


def _follow_up_problems(follow_up: pb.FollowUp, today: date) -> Iterator[FieldProblem]:
    yield from _impossible(follow_up, today)
    if day(follow_up.next_visit_date) - day(follow_up.visit_date) > LONGEST_GAP:
        weeks = LONGEST_GAP.days // 7
        yield FieldProblem("follow_up.next_visit_date", f"may not be after {weeks} weeks from this visit")


def _impossible(follow_up: pb.FollowUp, today: date) -> Iterator[FieldProblem]:
    visit, following = day(follow_up.visit_date), day(follow_up.next_visit_date)
    yield from fields.not_after("follow_up.visit_date", visit, today, "today: log a visit that took place")
    if following <= visit:
        yield FieldProblem("follow_up.next_visit_date", "must be after this visit")
    for position, child in enumerate(follow_up.children):
        yield from fields.named(f"follow_up.children[{position}]", child, "children/{child}")
    if follow_up.concern_words and not follow_up.concern:
        yield FieldProblem("follow_up.concern_words", "may be given with a concern only")


def _later_problems(follow_up: pb.FollowUp, proposed: date | None) -> Iterator[FieldProblem]:
    """The consultant may come earlier than the cadence proposes, and later for a reason (K6)."""
    if proposed and day(follow_up.next_visit_date) > proposed and not follow_up.later_reason.strip():
        told = "must say why the next visit is later than the cadence proposes"
        yield FieldProblem("follow_up.later_reason", told)


def _scale_problems(follow_up: pb.FollowUp, policy: SupportPolicy) -> Iterator[FieldProblem]:
    """Where the authority has no scale, none is taken; where it has, only its own steps (K7)."""
    known = {0, *(step.value for step in policy.scale)}
    for part in PARTS:
        if getattr(follow_up, part).scale not in known:
            told = f"must be 1 to {len(policy.scale)}" if policy.scale else "may not be given: there is no scale here"
            yield FieldProblem(f"follow_up.{part}.scale", f"{told} (K7)")


def _draft_problems(drafted: Sequence[DraftField]) -> Iterator[FieldProblem]:
    known = pb.FollowUp.DESCRIPTOR.fields_by_name
    for position, each in enumerate(drafted):
        found = _DRAFTED.fullmatch(each.field)
        if found is None or found[1] not in known:
            yield FieldProblem(f"fields[{position}].field", "must be a field of a follow-up")
    yield from fields.unique("fields", [each.field for each in drafted])
