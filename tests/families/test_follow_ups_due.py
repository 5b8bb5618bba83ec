"""When families are to be followed up (K4), and who follows them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from havn.families.v1 import families_pb2 as pb
from services.families.rules import follow_ups_due
from services.families.rules.arrivals import Stay
from services.shared.wire import date_message, day, timestamp
from tests import cast
from tests.conftest import Client, Havn, refused

BEGAN = cast.TODAY - timedelta(days=100)
"""When the approvals of the tests began."""


def visited(days: int, next_after: int = 60, **differing: cast.Value) -> pb.FollowUp:
    """A follow-up of a visit so many days ago."""
    # Without a concern: others would ask about it meanwhile, and the test of the statements counts its own alone.
    good = {
        "name": f"families/f/followUps/{cast.fresh()}",
        "visit_date": cast.day(-days),
        "next_visit_date": cast.day(next_after - days),
        "concern": False,
        "children": [],
    }
    return cast.a_follow_up(**(good | differing))


def of(follow_up: pb.FollowUp | None, *stays: Stay, **family: cast.Value) -> pb.FollowUpDue | None:
    approved = cast.a_family(name="families/f", approval=cast.an_approval())
    approved.MergeFrom(pb.FosterFamily(**family))
    return follow_ups_due.follow_up_due(approved, [follow_up] if follow_up else [], stays, cast.TODAY)


@pytest.mark.parametrize(("days", "overdue"), [(59, 0), (60, 0), (61, 1), (90, 30)])
def test_a_family_is_due_on_the_day_that_its_latest_follow_up_named(days: int, overdue: int) -> None:
    due = of(visited(days))
    assert due is not None
    assert (due.last_visit_date, due.next_visit_date) == (cast.day(-days), cast.day(60 - days))
    assert due.days_overdue == overdue


@pytest.mark.parametrize(("began", "overdue"), [(-100, 93), (-8, 1), (-7, 0), (-6, 0), (30, 0)])
def test_before_the_first_visit_a_family_is_due_a_week_after_its_approval_began(began: int, overdue: int) -> None:
    due = of(None, approval=pb.Approval(valid_from_date=cast.day(began)))
    assert due is not None
    assert not due.HasField("last_visit_date")
    assert due.next_visit_date == cast.day(began + 7)
    assert due.days_overdue == overdue


def test_a_family_that_applies_still_and_was_never_followed_up_is_not_due() -> None:
    applies = cast.a_family(name="families/f")
    assert follow_ups_due.follow_up_due(applies, [], [], cast.TODAY) is None
    assert follow_ups_due.follow_up_due(applies, [visited(1)], [], cast.TODAY) is not None


def came(days: int, until: int | None = None) -> Stay:
    """A child who came so many days from today."""
    ends = None if until is None else cast.TODAY + timedelta(days=until)
    return Stay("children/c", cast.TODAY + timedelta(days=days), ends)


# (days of the latest visit, which names the day 60 days after it; who came; when the next visit is due)
ARRIVALS: dict[str, tuple[int | None, list[Stay], int]] = {
    "never visited: a week after the first child, who came after the approval": (None, [came(-20), came(-3)], -13),
    "never visited: a child who was there before the approval moves nothing": (None, [came(-200)], -93),
    "visited: a child who came since is visited within a week": (30, [came(-10)], -3),
    "visited: of two who came since the first counts": (30, [came(-1), came(-10)], -3),
    "visited: a child who is to come": (30, [came(5)], 12),
    "visited since the child came": (30, [came(-31)], 30),
    "visited: the day that was named comes sooner": (58, [came(0)], 2),
    "visited: a child who left before a week was over": (30, [came(-10, until=-6)], 30),
}


@pytest.mark.parametrize(("visit", "stays", "due_in"), ARRIVALS.values(), ids=ARRIVALS)
def test_a_family_is_due_a_week_after_a_child_came(visit: int | None, stays: list[Stay], due_in: int) -> None:
    due = of(visited(visit) if visit else None, *stays)
    assert due is not None
    assert due.next_visit_date == cast.day(due_in)


A, B = "children/a", "children/b"

# (visits as days ago, days named after and children; who came when; when who is due, and so the family)
CHILDREN: dict[str, tuple[list[tuple[int, int, list[str]]], dict[str, int], dict[str, int]]] = {
    "a visit that names no child is about all": ([(30, 60, [])], {A: -90, B: -40}, {A: 30, B: 30}),
    "one who was left out is due by the visit before": ([(80, 85, []), (30, 60, [A])], {A: -90, B: -90}, {B: 5, A: 30}),
    "one whom no visit was about is due since it came": ([(30, 60, [A])], {A: -90, B: -40}, {B: -33, A: 30}),
    "before the approval nobody was to come": ([(30, 60, [A])], {A: -300, B: -300}, {B: -93, A: 30}),
    "a visit before it came was not about it": ([(30, 60, [])], {A: -90, B: -10}, {B: -3, A: 30}),
    "two visits of one day, about one each": ([(30, 50, [A]), (30, 40, [B])], {A: -90, B: -90}, {B: 10, A: 20}),
    "never visited": ([], {A: -20, B: -3}, {A: -13, B: 4}),
}


@pytest.mark.parametrize(("logged", "came", "due"), CHILDREN.values(), ids=CHILDREN)
def test_k4_each_child_who_lives_there_is_due_by_the_latest_visit_about_it(
    logged: list[tuple[int, int, list[str]]], came: dict[str, int], due: dict[str, int]
) -> None:
    visits = [visited(days, named, children=children) for days, named, children in logged]
    stays = [Stay(child, cast.TODAY + timedelta(days=days)) for child, days in came.items()]
    family = cast.a_family(name="families/f", approval=cast.an_approval())
    found = follow_ups_due.follow_up_due(family, visits, stays, cast.TODAY)
    assert found is not None
    days = {each.child: (day(each.next_visit_date) - cast.TODAY).days for each in found.children}
    assert list(days.items()) == list(due.items()), "whoever is due first comes first"
    assert [each.days_overdue for each in found.children] == [max(0, -days) for days in due.values()]
    assert found.next_visit_date == cast.day(min(due.values()))


def test_k4_who_left_is_due_no_more() -> None:
    stays = [Stay(A, BEGAN), Stay(B, BEGAN, cast.TODAY + timedelta(days=29))]
    family = cast.a_family(name="families/f", approval=cast.an_approval())
    due = follow_ups_due.follow_up_due(family, [visited(30)], stays, cast.TODAY)
    assert due is not None
    assert [each.child for each in due.children] == [A]


async def test_k4_a_visit_about_some_children_does_not_put_off_another(
    havn: Havn, consultant: Client, coordinator: Client
) -> None:
    whose = "users/children"
    family = await followed(consultant, whose, visited(80, 85))
    for child in (A, B):
        stay = cast.a_placement(home=family, child=f"{child}-{cast.fresh()}", start_date=cast.day(-90))
        await coordinator.placements.RecordPlacement(cast.recording(stay))

    async def children() -> list[str]:
        [due] = await due_pages(consultant, consultant=whose)
        return [each.child for each in due.children]

    async def both() -> bool:
        return len(await children()) == 2

    await havn.until("families", both)
    seen, left_out = await children()
    await consultant.families.LogFollowUp(cast.logging(family, visited(30, 60, children=[seen])))
    [due] = await due_pages(consultant, consultant=whose)
    days = [(each.child, (day(each.next_visit_date) - cast.TODAY).days) for each in due.children]
    assert days == [(left_out, 5), (seen, 30)]
    assert due.next_visit_date == cast.day(5)


def test_a_line_tells_of_the_family_what_a_list_needs() -> None:
    due = of(visited(1), consultant="users/c")
    assert due == pb.FollowUpDue(
        family="families/f",
        authority=cast.MUNICIPALITY,
        display_name="Family Siku (invented)",
        town="Nuuk",
        consultant="users/c",
        last_visit_date=cast.day(-1),
        next_visit_date=cast.day(59),
    )


def test_of_two_visits_on_a_day_the_one_that_was_logged_last_counts() -> None:
    first = visited(5, 20, name="families/f/followUps/b", create_time=timestamp(cast.NOW))
    later = cast.NOW + timedelta(minutes=1)
    last = visited(5, 30, name="families/f/followUps/a", create_time=timestamp(later))
    for logged in ([first, last], [last, first]):
        assert follow_ups_due.latest_by_family(logged) == {"families/f": last}


def test_the_order_is_by_day_however_many_digits_a_year_has() -> None:
    days = [date(999, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    keys = [
        follow_ups_due.by_due_day(pb.FollowUpDue(family="families/f", next_visit_date=date_message(day)))
        for day in days
    ]
    assert keys == sorted(keys)


async def due_pages(client: Client, **asked: cast.Value) -> list[pb.FollowUpDue]:
    """All that is due, in pages of 2, which say the same counts."""
    found: list[pb.FollowUpDue] = []
    counts: set[tuple[int, int]] = set()
    request = pb.ListFollowUpsDueRequest(page_size=2, **asked)
    while True:
        page = await client.families.ListFollowUpsDue(request)
        found += page.follow_ups_due
        counts.add((page.total_count, page.overdue_count))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert counts == {(len(found), sum(due.days_overdue > 0 for due in found))}
    return found


async def followed(client: Client, consultant: str, *visits: pb.FollowUp) -> str:
    """A family of a consultant, with these follow-ups."""
    family = cast.a_full_family(authority=client.caller.authority, consultant=consultant)
    name = (await client.families.CreateFosterFamily(cast.entering(family))).name
    for visit in visits:
        await client.families.LogFollowUp(cast.logging(name, visit))
    return name


async def test_the_longest_overdue_come_first_by_the_latest_visit_of_each(consultant: Client) -> None:
    whose = "users/orders"
    late = await followed(consultant, whose, visited(90), visited(150, 180))
    soon = await followed(consultant, whose, visited(3, 10), visited(200, 20), visited(40, 20))
    never = await followed(consultant, whose)
    unapproved = cast.a_family(consultant=whose)
    await consultant.families.CreateFosterFamily(cast.entering(unapproved))
    found = await due_pages(consultant, consultant=whose)
    assert [due.family for due in found] == [never, late, soon]
    assert [due.days_overdue for due in found] == [93, 30, 0]
    assert [due.last_visit_date for due in found[1:]] == [cast.day(-90), cast.day(-3)]
    last = day(found[2].next_visit_date)
    asked = [pb.ListFollowUpsDueRequest(consultant=whose, page_size=1)]
    asked += [
        pb.ListFollowUpsDueRequest(consultant=whose, page_size=1, soon_until_date=date_message(until))
        for until in (last - timedelta(days=1), last)
    ]
    assert [(await consultant.families.ListFollowUpsDue(each)).soon_count for each in asked] == [0, 0, 1]


async def test_families_are_listed_by_the_consultant_who_follows_them(consultant: Client) -> None:
    theirs = {await followed(consultant, "users/lists", visited(1)) for _ in range(3)}
    others = await followed(consultant, "users/lists-2")

    async def listed(**asked: cast.Value) -> set[str]:
        page = await consultant.families.ListFosterFamilies(pb.ListFosterFamiliesRequest(page_size=200, **asked))
        return {family.name for family in page.families}

    assert await listed(consultant="users/lists") == theirs
    assert {due.family for due in await due_pages(consultant, consultant="users/lists")} == theirs
    assert theirs | {others} <= await listed()
    assert theirs | {others} <= {due.family for due in await due_pages(consultant)}
    assert await listed(consultant="users/list") == set()


async def test_another_consultant_may_take_a_family_over(consultant: Client) -> None:
    name = await followed(consultant, "users/leaves")
    assert [due.family for due in await due_pages(consultant, consultant="users/leaves")] == [name]
    family = await consultant.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=name))
    family.consultant = "users/comes"
    await consultant.families.UpdateFosterFamily(cast.changing(family, "consultant"))
    assert await due_pages(consultant, consultant="users/leaves") == []
    assert [due.family for due in await due_pages(consultant, consultant="users/comes")] == [name]


@pytest.mark.parametrize("name", ["somebody", "families/f-1", "users/", "users/010112-1234"])
async def test_who_follows_a_family_must_be_named_as_a_user(name: str, consultant: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "family.consultant"):
        await consultant.families.CreateFosterFamily(cast.entering(cast.a_family(consultant=name)))


async def test_nothing_of_another_municipality_is_due(consultant: Client, consultant_elsewhere: Client) -> None:
    whose = "users/of-both"
    here = await followed(consultant, whose, visited(1))
    there = await followed(consultant_elsewhere, whose, visited(1))
    assert [due.family for due in await due_pages(consultant, consultant=whose)] == [here]
    assert [due.family for due in await due_pages(consultant_elsewhere, consultant=whose)] == [there]


async def test_what_is_due_is_known_by_one_query_for_all_pages(havn: Havn, consultant: Client) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    for _ in range(3):
        await followed(consultant, "users/counts", visited(1))
    reading = havn.database("families")._reading.engine
    event.listen(reading, "before_cursor_execute", note)
    try:
        assert len(await due_pages(consultant, consultant="users/counts")) == 3
    finally:
        event.remove(reading, "before_cursor_execute", note)
    assert sum("FROM follow_ups" in statement for statement in statements) == 1


async def test_what_is_due_is_as_all_that_it_follows_from_stands_now(
    havn: Havn, consultant: Client, coordinator: Client
) -> None:
    whose = "users/changes"
    family = await followed(consultant, whose)

    async def due() -> date:
        [found] = await due_pages(consultant, consultant=whose)
        return day(found.next_visit_date)

    assert await due() == BEGAN + timedelta(days=7)
    await consultant.families.LogFollowUp(cast.logging(family, visited(30)))
    assert await due() == cast.TODAY + timedelta(days=30)
    await coordinator.placements.RecordPlacement(
        cast.recording(cast.a_placement(home=family, start_date=cast.day(-10)))
    )

    async def came() -> bool:
        return await due() == cast.TODAY - timedelta(days=3)

    await havn.until("families", came)
    havn.clock.day += timedelta(days=1)
    try:
        assert [each.days_overdue for each in await due_pages(consultant, consultant=whose)] == [4]
    finally:
        havn.clock.day = cast.TODAY
