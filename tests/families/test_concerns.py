"""What in a follow-up makes somebody look at the placements again: pure rules."""

import pytest

from havn.families.v1 import families_pb2 as pb
from services.families.rules import concerns
from tests import cast

CONCERN, FALLING = pb.CONCERN_KIND_CONCERN, pb.CONCERN_KIND_FALLING


def visited(days: int, scale: int, *, children: tuple[str, ...] = (), concern: bool = False) -> pb.FollowUp:
    return cast.a_follow_up(
        name=f"families/f-1/followUps/{-days}",
        visit_date=cast.day(days),
        trust=pb.FollowUpPart(note="x", scale=scale),
        children=children,
        concern=concern,
    )


@pytest.mark.parametrize(
    ("follow_up", "found"),
    [
        (visited(-1, 0, concern=True), [CONCERN]),
        (visited(-1, 1), [FALLING]),
        (visited(-1, 1, concern=True), [CONCERN, FALLING]),
        (visited(-1, 2), []),
        (visited(-1, 3), []),
        (visited(-1, 0), []),
        (visited(-1, 1, children=("children/c",)), []),
        (visited(-40, 1), []),
    ],
)
def test_k11_a_concern_and_a_fall_since_the_visit_before_are_told(
    follow_up: pb.FollowUp, found: list[pb.ConcernKind.ValueType]
) -> None:
    others = [follow_up, visited(-5, 0), visited(-9, 2), visited(-30, 3), visited(-50, 1, children=("children/d",))]
    assert concerns.kinds(follow_up, others) == found


@pytest.mark.parametrize(
    ("follow_ups", "falling"),
    [
        ([visited(-1, 1), visited(-9, 2)], [-1]),
        ([visited(-1, 2), visited(-9, 1), visited(-20, 3)], []),
        ([visited(-1, 0), visited(-9, 1), visited(-20, 3)], [-9]),
        ([visited(-1, 3), visited(-2, 1, children=("children/c",)), visited(-9, 2, children=("children/c",))], [-2]),
        ([visited(-1, 1)], []),
    ],
)
def test_k18_of_what_is_imported_the_newest_fall_is_told_and_none_before(
    follow_ups: list[pb.FollowUp], falling: list[int]
) -> None:
    told = concerns.newest_falls(follow_ups)
    assert [each.visit_date for each in told] == [cast.day(days) for days in falling]
