"""What a vacancy may say (V5), what placements tell of a unit's places (V8, V9), and what shows a breach (V10)."""

from datetime import date, timedelta
from typing import Any

import pytest

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.breaches import (
    breach_of,
    breach_of_number,
    check_breach,
    close,
    lives_over,
    shows_breach,
)
from services.capacity.rules.occupancy import Stay, Used, describe
from services.capacity.rules.vacancies import block, blocked_places, check_vacancy, stale_before, stale_from
from services.shared.errors import BadInput, StateNotAllowed
from tests import cast

# It meets no database.
pytestmark = pytest.mark.once

UNIT = "institutions/i/units/u"


def on(after: int) -> date:
    return cast.TODAY + timedelta(days=after)


def stay(leaves: int | None = None, starts: int = -9, **facts: cast.Value) -> Stay:
    """A child that came some days ago, and leaves in some days where that is known."""
    ends = None if leaves is None else on(leaves)
    lives: dict[str, Any] = {"child": "children/c", "home": UNIT, "starts": on(starts), "ends": ends}
    return Stay(**{"placement": "placements/p", "authority": cast.MUNICIPALITY} | lives | facts)


def used(
    *stays: Stay,
    blocked: tuple[pb.BlockedPlaces, ...] = (),
    places: int = 4,
    kind: pb.UnitKind.ValueType = pb.UNIT_KIND_RESIDENTIAL,
) -> Used:
    return Used(cast.a_unit(name=UNIT, place_count=places, kind=kind), blocked, stays)


LEFT = {
    "none but the children who live there": (used(stay(), stay()), 2),
    "the place of who leaves today": (used(stay(0), stay(1)), 3),
    "the place of who comes tomorrow": (used(stay(starts=1)), 4),
    "the place of who was to leave by a plan that passed": (used(stay(planned_end=on(-1))), 3),
    "nothing beside a child who can't live with others": (used(stay(solo=True)), 0),
    "all once that child has left": (used(stay(0, solo=True)), 4),
    "no place that is out of use": (used(stay(), blocked=(cast.blocked(place_count=2),)), 1),
    "one place for each family in a family department": (
        used(
            stay(group="g"),
            stay(group="g"),
            stay(group="h"),
            stay(),
            stay(),
            kind=pb.UNIT_KIND_FAMILY_DEPARTMENT,
            places=6,
        ),
        2,
    ),
    "one for each child elsewhere": (used(stay(group="g"), stay(group="g")), 2),
    "nothing where more live than there are places": (used(*[stay()] * 5), 0),
}


@pytest.mark.parametrize(("places", "free"), LEFT.values(), ids=LEFT)
def test_v8_placements_leave(places: Used, free: int) -> None:
    assert places.free(cast.TODAY) == free
    assert places.occupancy(cast.TODAY).free_place_count == free


def test_v8_who_reports_more_than_placements_leave_differs_and_who_reports_fewer_too() -> None:
    said = cast.a_vacancy(free_place_count=3)
    describe(said, Used(cast.a_unit(name=UNIT, place_count=4), (), [stay(), stay()], held=1), cast.TODAY)
    assert (said.difference, said.occupancy.used_place_count, said.occupancy.held_place_count) == (1, 2, 1)
    said.free_place_count = 0
    describe(said, used(stay(), stay()), cast.TODAY)
    assert said.difference == -2


def test_v8_the_day_that_counts_is_the_one_from_which_places_were_reported_free() -> None:
    said = cast.a_vacancy(free_place_count=2, from_date=cast.day(5))
    describe(said, used(stay(), stay(), stay(5)), cast.TODAY)
    assert (said.difference, said.occupancy.as_of_date) == (0, cast.day(5))
    said.from_date.CopyFrom(cast.day(-5))
    describe(said, used(stay(), stay(), stay(5)), cast.TODAY)
    assert (said.difference, said.occupancy.as_of_date) == (1, cast.day())


PLANNED = {
    "on the day that a placement ends": (used(stay(7)), [(7, 1)]),
    "on the day that the plan says": (used(stay(planned_end=on(7))), [(7, 1)]),
    "by the end that is known, whatever was planned": (used(stay(3, planned_end=on(7))), [(3, 1)]),
    "together where two leave": (used(stay(7), stay(7), stay(9)), [(7, 2), (9, 1)]),
    "with the whole unit where a child had it for itself": (used(stay(7, solo=True)), [(7, 4)]),
    "never where a plan has passed": (used(stay(planned_end=on(0)), stay()), []),
    "never by who does not live there yet": (used(stay(7, starts=1)), []),
}


@pytest.mark.parametrize(("places", "expected"), PLANNED.values(), ids=PLANNED)
def test_v9_places_become_free(places: Used, expected: list[tuple[int, int]]) -> None:
    planned = [pb.PlannedVacancy(from_date=cast.day(after), place_count=count) for after, count in expected]
    assert list(places.planned(cast.TODAY)) == planned


def test_v5_a_block_holds_on_its_last_day_and_not_after_it() -> None:
    blocked = [cast.blocked(place_count=2, until_date=cast.day()), cast.blocked()]
    assert [blocked_places(blocked, on(after)) for after in (-1, 0, 1)] == [3, 3, 1]


def test_v5_what_is_blocked_is_taken_from_what_is_free_and_given_back() -> None:
    said = cast.a_vacancy(free_place_count=3)
    block(said, [cast.blocked(place_count=2)], cast.TODAY)
    assert said.free_place_count == 1
    block(said, [cast.blocked()], cast.TODAY)
    assert said.free_place_count == 2
    block(said, [cast.blocked(place_count=6)], cast.TODAY)
    assert said.free_place_count == 0


ANOTHER = cast.blocked(reason=pb.BLOCK_REASON_OTHER, note=" ")
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "more free than is in use": ("free_place_count", {"free_place_count": 5, "blocked": [cast.blocked(place_count=2)]}),
    "more blocked than there are": ("blocked", {"free_place_count": 0, "blocked": [cast.blocked(place_count=4)] * 2}),
    "no place blocked": ("blocked[0].place_count", {"blocked": [cast.blocked(place_count=0)]}),
    "another reason that is not told": ("blocked[0].note", {"blocked": [ANOTHER]}),
}


@pytest.mark.parametrize(("field", "facts"), REFUSED.values(), ids=REFUSED)
def test_v5_a_vacancy_is_refused_with(field: str, facts: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        check_vacancy(cast.a_vacancy(**facts), cast.a_unit(place_count=6), cast.TODAY)
    assert {problem.field for problem in refused.value.problems} == {f"vacancy.{field}"}


def test_v5_all_places_that_are_in_use_may_be_free() -> None:
    facts = {"free_place_count": 4, "blocked": [cast.blocked(place_count=2)]}
    check_vacancy(cast.a_vacancy(**facts), cast.a_unit(place_count=6), cast.TODAY)


def test_a_confirmation_is_stale_once_the_policys_days_are_over() -> None:
    assert stale_from(cast.NOW) == cast.NOW + timedelta(days=21)
    assert stale_before(stale_from(cast.NOW)) == cast.NOW


def test_v10_who_lives_in_an_unapproved_unit_shows_a_breach() -> None:
    unapproved = cast.a_unit(name=UNIT, approved=False)
    assert shows_breach(stay(), unapproved, cast.TODAY)
    assert not shows_breach(stay(0), unapproved, cast.TODAY)
    assert not shows_breach(stay(), cast.a_unit(name=UNIT, approved=True), cast.TODAY)
    assert not shows_breach(stay(home="families/f"), unapproved, cast.TODAY)
    breach = breach_of(stay(), since=cast.TODAY)
    assert (breach.name, breach.placement, breach.from_date) == ("breaches/p", "placements/p", cast.day())


def test_v10_more_children_than_places_show_a_breach_of_the_unit() -> None:
    unit = cast.a_unit(name=UNIT, place_count=2, authority=cast.MUNICIPALITY)
    two = [stay(), stay(3)]
    assert not lives_over(unit, [*two, stay(0), stay(starts=1)], cast.TODAY), "one left today, one comes tomorrow"
    assert lives_over(unit, [*two, stay(), stay()], cast.TODAY) == 2
    families = cast.a_unit(name=UNIT, place_count=2, kind=pb.UNIT_KIND_FAMILY_DEPARTMENT)
    assert not lives_over(families, [*two, stay()], cast.TODAY), "siblings have one place"
    breach = breach_of_number(unit, 2, cast.TODAY)
    assert (breach.home, breach.too_many, breach.place_count, breach.placement) == (UNIT, True, 2, "")


def test_v10_a_breach_is_closed_once_with_a_reason() -> None:
    breach = pb.Breach(name="breaches/b")
    with pytest.raises(BadInput):
        close(breach, " ", by="users/leader")
    close(breach, "Moved", by="users/leader")
    assert (breach.close_reason, breach.closed_by) == ("Moved", "users/leader")
    with pytest.raises(StateNotAllowed):
        close(breach, "Again", by="users/leader")


@pytest.mark.parametrize(
    ("field", "facts"),
    [("place_count", {"place_count": 201}), ("from_date", {"from_date": cast.day(1)}), ("what", {"what": " "})],
)
def test_v10_a_breach_is_refused_with(field: str, facts: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        check_breach(cast.recording_breach(**facts).breach, cast.TODAY)
    assert [problem.field for problem in refused.value.problems] == [f"breach.{field}"]
