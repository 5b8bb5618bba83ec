"""What in a follow-up makes somebody look at the placements again. Numbers: docs/rules.md."""

from collections.abc import Iterable, Sequence
from datetime import date

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import Concern
from services.shared.wire import day


def kinds(follow_up: pb.FollowUp, others: Iterable[pb.FollowUp]) -> list[pb.ConcernKind.ValueType]:
    """Why a follow-up does so: the consultant is concerned, or wellbeing fell on the authority's scale (K11).

    `others` are the family's other follow-ups, the latest visit first.
    """
    found = [pb.CONCERN_KIND_CONCERN] if follow_up.concern else []
    return found + ([pb.CONCERN_KIND_FALLING] if _falls(follow_up, others) else [])


def newest_falls(follow_ups: Sequence[pb.FollowUp]) -> list[pb.FollowUp]:
    """Those of a family's follow-ups, the latest visit first, that fall, and none about the same children is later."""
    scaled = [each for each in follow_ups if each.trust.scale]
    latest: dict[frozenset[str], date] = {}
    for each in scaled:
        latest.setdefault(frozenset(each.children), day(each.visit_date))
    newest = (each for each in scaled if day(each.visit_date) == latest[frozenset(each.children)])
    return [each for each in newest if _falls(each, scaled)]


def concern(follow_up: pb.FollowUp, family: pb.FosterFamily) -> Concern:
    """What whoever has to look is told of it."""
    return Concern(
        follow_up=follow_up.name,
        authority=follow_up.authority,
        display_name=family.display_name,
        visit_date=follow_up.visit_date,
        children=follow_up.children,
        kinds=follow_up.concern_kinds,
        words=follow_up.concern_words,
        consultant=follow_up.consultant,
    )


def _falls(follow_up: pb.FollowUp, others: Iterable[pb.FollowUp]) -> bool:
    """Whether trust and wellbeing stand lower than at the visit before that was about the same children."""
    now = follow_up.trust.scale
    before = (
        each.trust.scale
        for each in others
        if each.name != follow_up.name
        and day(each.visit_date) < day(follow_up.visit_date)
        and each.trust.scale
        and set(each.children) == set(follow_up.children)
    )
    return 0 < now < next(before, 0)
