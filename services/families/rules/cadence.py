"""When a family is to be visited next, and what an authority may decide on it. Numbers: docs/rules.md."""

from collections.abc import Iterator
from datetime import date, timedelta

from havn.families.v1 import support_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.families.rules.follow_ups import LONGEST_GAP
from services.shared import fields
from services.shared.errors import FieldProblem

MOST_WEEKS = LONGEST_GAP.days // 7
MOST_STEPS = 10


def next_visit(policy: pb.SupportPolicy, begun: date, need: terms.NeedLevel.ValueType, visit: date) -> date:
    """The day that the cadence proposes for the visit after `visit` (K5).

    In the first period, which began with the approval or with the child that came last, the next of its days; then a
    number of weeks after the visit, by the need.
    """
    planned = (_after(begun, weeks) for weeks in policy.first_weeks)
    return min(next((each for each in planned if each > visit), _after(visit, _weeks(policy, need))), latest(visit))


def latest(visit: date) -> date:
    """The last day for the visit after one (K3): of the calendar, where that ends before."""
    return _after(visit, MOST_WEEKS)


def check_policy(policy: pb.SupportPolicy, of_law: pb.SupportPolicy) -> None:
    """Passes a policy that keeps every family within K3, and what the law asks for. Raises BadInput with every problem.

    `of_law` is the default of the authority's jurisdiction (K13, K14).
    """
    fields.refuse([*_policy_problems(policy), *_unlawful(policy, of_law)])


def _after(begun: date, weeks: int) -> date:
    """So many weeks later; the last day of the calendar, where that ends before."""
    return begun + min(timedelta(weeks=weeks), date.max - begun)


def _weeks(policy: pb.SupportPolicy, need: terms.NeedLevel.ValueType) -> int:
    match need:
        case terms.NEED_LEVEL_LIGHT:
            return policy.light_weeks
        case terms.NEED_LEVEL_MODERATE:
            return policy.moderate_weeks
    # Whose need nobody told is followed as closely as the one that needs most.
    return policy.severe_weeks


def _unlawful(policy: pb.SupportPolicy, of_law: pb.SupportPolicy) -> Iterator[FieldProblem]:
    """Where a number is not given, the law's holds."""
    for name in ("supervision_visits_per_year", "training_days_per_year"):
        given, least = getattr(policy, name), getattr(of_law, name)
        if 0 < given < least:
            yield FieldProblem(f"policy.{name}", f"may not be less than the law's {least} a year here")
    if of_law.talk_required and not policy.talk_required:
        told = "may not be switched off: the law asks for a talk with each child at a supervision visit here (K13)"
        yield FieldProblem("policy.talk_required", told)


def _policy_problems(policy: pb.SupportPolicy) -> Iterator[FieldProblem]:
    yield from fields.named("policy.authority", policy.authority, "authorities/{authority}")
    for name in ("severe_weeks", "moderate_weeks", "light_weeks"):
        yield from fields.between(f"policy.{name}", getattr(policy, name), 1, MOST_WEEKS)
    yield from fields.between("policy.supervision_visits_per_year", policy.supervision_visits_per_year, 0, 52)
    yield from fields.between("policy.training_days_per_year", policy.training_days_per_year, 0, 50)
    first = list(policy.first_weeks)
    if first != sorted(set(first)) or not all(1 <= weeks <= MOST_WEEKS for weeks in first):
        yield FieldProblem("policy.first_weeks", f"must be weeks from 1 to {MOST_WEEKS}, in rising order")
    if [step.value for step in policy.scale] != list(range(1, len(policy.scale) + 1)) or len(policy.scale) == 1:
        yield FieldProblem("policy.scale", "must be two steps or more, from 1, one more each; or none at all")
    if len(policy.scale) > MOST_STEPS:
        yield FieldProblem("policy.scale", f"may have at most {MOST_STEPS} steps")
