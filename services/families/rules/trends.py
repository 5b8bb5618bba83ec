"""How a family was seen to fare, and how many families were followed up in time. Numbers: docs/rules.md."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.families.rules.arrivals import Stay, due_after, first_due
from services.families.rules.follow_ups import PARTS
from services.shared.wire import date_message, day


def trend(
    family: families.FosterFamily, follow_ups: Iterable[families.FollowUp], actions: Iterable[pb.AgreedAction]
) -> pb.FollowUpTrend:
    """What each follow-up said, the earliest visit first, beside what became of its actions."""
    agreed: dict[str, list[pb.ActionState.ValueType]] = defaultdict(list)
    for action in actions:
        agreed[action.name.partition("/actions/")[0]].append(action.state)
    ordered = sorted(follow_ups, key=lambda each: (day(each.visit_date), each.name))
    points = [_point(follow_up, agreed[follow_up.name]) for follow_up in ordered]
    return pb.FollowUpTrend(family=family.name, authority=family.authority, points=points)


def is_about(follow_up: families.FollowUp, child: str) -> bool:
    """Whether a follow-up is about a child, or about the family as a whole; where no child is named, always."""
    return not child or not follow_up.children or child in follow_up.children


def coverage(
    homes: Iterable[families.FosterFamily],
    follow_ups: Mapping[str, Sequence[families.FollowUp]],
    stays: Mapping[str, Sequence[Stay]],
    period: tuple[date, date],
) -> pb.FollowUpCoverage:
    """Families that were due from the first to the last day, and those that were visited by then each time (K12).

    `follow_ups` and `stays` are those of each family; the last day of the period is no later than yesterday: of today
    nobody knows yet.
    """
    first, last = period
    counted: dict[str, list[bool]] = defaultdict(list)
    for family in homes:
        dues = _due_days(family, follow_ups.get(family.name, ()), stays.get(family.name, ()))
        if in_time := [kept for due, kept in dues if first <= due <= last]:
            counted[family.consultant].append(all(in_time))
    return pb.FollowUpCoverage(
        from_date=date_message(first),
        until_date=date_message(last),
        consultants=[
            pb.ConsultantCoverage(consultant=consultant, due_family_count=len(kept), in_time_family_count=sum(kept))
            for consultant, kept in sorted(counted.items())
        ],
        due_family_count=sum(len(kept) for kept in counted.values()),
        in_time_family_count=sum(sum(kept) for kept in counted.values()),
    )


def _due_days(
    family: families.FosterFamily, follow_ups: Sequence[families.FollowUp], stays: Sequence[Stay]
) -> Iterator[tuple[date, bool]]:
    """The days that visits were due by, each with whether the next visit came by then."""
    visits = sorted((day(each.visit_date), day(each.next_visit_date)) for each in follow_ups)
    dues = [due_after(visited, following, stays) for visited, following in visits]
    came = [visited for visited, _ in visits]
    if family.HasField("approval"):
        dues.insert(0, first_due(day(family.approval.valid_from_date), stays))
    else:
        came = came[1:]
    for position, due in enumerate(dues):
        yield due, position < len(came) and came[position] <= due


def _point(follow_up: families.FollowUp, states: Sequence[pb.ActionState.ValueType]) -> pb.TrendPoint:
    return pb.TrendPoint(
        follow_up=follow_up.name,
        visit_date=follow_up.visit_date,
        concern=follow_up.concern,
        agreed_count=len(states),
        done_count=states.count(pb.ACTION_STATE_DONE),
        not_done_count=states.count(pb.ACTION_STATE_NOT_DONE),
        policy_version=follow_up.policy_version,
        **{part: getattr(follow_up, part).scale for part in PARTS},
    )
