"""The waiting list: kept by placements' events, ordered by W1."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.capacity.v1 import capacity_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules import waiting_list as rules
from services.capacity.wire import waiting_list_entry
from services.matching.rules.plan import make_plan
from services.shared.wire import date_message
from tests import cast
from tests.conftest import Client, Havn
from tests.matching import facts

IN_DANGER = pb.POSITION_REASON_IN_DANGER
OVER_90 = pb.POSITION_REASON_OVERDUE_OVER_90_DAYS
FROM_31 = pb.POSITION_REASON_OVERDUE_31_TO_90_DAYS
UP_TO_30 = pb.POSITION_REASON_OVERDUE_UP_TO_30_DAYS
BY_DATE = pb.POSITION_REASON_PLACE_BY_DATE


def entry(name: str = "a", due: int = 10, waits: int = 20, **differing: cast.Value) -> pb.WaitingListEntry:
    """An entry as it is kept: due in so many days, or overdue below 0, and waiting for so many."""
    good: dict[str, Any] = {
        "name": f"waitingListEntries/{name}",
        "request": f"requests/{name}",
        "place_by_date": cast.day(due),
        "waiting_since_date": cast.day(-waits),
        "birth_date": cast.day(-3000),
    }
    return pb.WaitingListEntry(**good | differing)


def order(*entries: pb.WaitingListEntry) -> list[str]:
    return [one.name.removeprefix("waitingListEntries/") for one in rules.ordered(entries, cast.TODAY)]


@pytest.mark.parametrize(
    ("overdue", "reason"),
    [
        (-1, BY_DATE),
        (0, BY_DATE),
        (1, UP_TO_30),
        (30, UP_TO_30),
        (31, FROM_31),
        (90, FROM_31),
        (91, OVER_90),
        (1000, OVER_90),
    ],
)
def test_so_many_days_overdue_give_this_reason(overdue: int, reason: pb.PositionReason.ValueType) -> None:
    [described] = rules.ordered([entry(due=-overdue)], cast.TODAY)
    assert described.reason == reason
    assert described.days_overdue == max(0, overdue)


def test_danger_comes_before_any_delay() -> None:
    assert order(entry("late", due=-400), entry("danger", due=30, in_danger=True)) == ["danger", "late"]


def test_the_longest_overdue_class_comes_first() -> None:
    due = {"on-time": 1, "by-1": -1, "by-31": -31, "by-91": -91}
    assert order(*(entry(name, due=days) for name, days in due.items())) == ["by-91", "by-31", "by-1", "on-time"]


def test_within_a_class_the_earliest_place_by_date_comes_first() -> None:
    assert order(entry("b", due=9, waits=500), entry("a", due=8, waits=1)) == ["a", "b"]


def test_on_the_same_date_the_longest_wait_comes_first() -> None:
    assert order(entry("a", waits=19), entry("b", waits=20)) == ["b", "a"]


def test_all_else_equal_the_name_decides_so_that_the_order_is_always_the_same() -> None:
    assert order(entry("b"), entry("a")) == ["a", "b"]


def test_an_entry_tells_the_days_and_the_age_of_today_and_not_the_birth_date() -> None:
    born = date(cast.TODAY.year - 8, cast.TODAY.month, cast.TODAY.day)
    kept = entry(due=-5, waits=12, birth_date=date_message(born))
    [told] = rules.ordered([kept], cast.TODAY)
    assert (told.days_waited, told.days_overdue, told.age, told.position) == (12, 5, 8, 1)
    assert not told.HasField("birth_date")
    [yesterday] = rules.ordered([kept], cast.TODAY - timedelta(days=1))
    assert (yesterday.days_waited, yesterday.days_overdue, yesterday.age) == (11, 4, 7)


@pytest.mark.parametrize("reason", list(pb.PositionReason.values())[1:])
def test_each_reason_is_said_in_both_languages(reason: pb.PositionReason.ValueType) -> None:
    overdue = {OVER_90: 91, FROM_31: 31, UP_TO_30: 1}.get(reason, 0)
    [told] = rules.ordered([entry(due=-overdue, in_danger=reason == IN_DANGER)], cast.TODAY)
    assert told.reason == reason
    assert told.reason_words.da
    assert told.reason_words.en


CLASSES = {"danger": (True, 0), "by_91": (False, 91), "by_31": (False, 31), "by_1": (False, 1), "in_time": (False, 0)}


@pytest.mark.parametrize(("first", "second"), list(combinations(CLASSES, 2)))
def test_who_stands_first_gets_the_only_place_in_the_plan(first: str, second: str) -> None:
    """W1 and L1 to L5 are one order, written down twice."""
    listed = [entry(name, due=-CLASSES[name][1], in_danger=CLASSES[name][0]) for name in (second, first)]
    children = [
        facts.child(
            name,
            place_by_date=facts.days(-CLASSES[name][1]),
            danger_since=facts.TODAY if CLASSES[name][0] else None,
        )
        for name in (second, first)
    ]
    plan = make_plan(facts.world(children, [facts.family(place_count=1)]))
    assert order(*listed)[0] == first
    assert list(plan.place_of) == [f"requests/{first}"]


@given(st.permutations([entry(str(n), due=n * 31 - 100, waits=n % 3, in_danger=n % 4 == 0) for n in range(8)]))
def test_the_order_does_not_depend_on_how_the_list_is_kept(entries: list[pb.WaitingListEntry]) -> None:
    assert order(*entries) == order(*sorted(entries, key=lambda one: one.name))


async def waiting(client: Client) -> dict[str, pb.WaitingListEntry]:
    page = await client.capacity.ListWaitingList(pb.ListWaitingListRequest(page_size=200))
    assert [one.position for one in page.entries] == list(range(1, len(page.entries) + 1))
    return {one.request: one for one in page.entries}


async def test_a_filed_request_comes_on_the_list_and_a_withdrawn_one_leaves_it(havn: Havn, coordinator: Client) -> None:
    async def listed() -> bool:
        return filed.name in await waiting(coordinator)

    async def left() -> bool:
        return filed.name not in await waiting(coordinator)

    filed = await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("capacity", listed)
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed))
    await havn.until("capacity", left)


async def test_the_list_holds_of_a_request_what_a_list_needs_and_nothing_of_the_case(
    havn: Havn, coordinator: Client
) -> None:
    async def listed() -> bool:
        return filed.name in await waiting(coordinator)

    full = cast.a_full_request(
        needs=placements.NeedsProfile(
            level=terms.NEED_LEVEL_MODERATE,
            needed_competences=[terms.COMPETENCE_TRAUMA],
            wished_competences=[terms.COMPETENCE_TRAUMA],
        ),
        current_home=placements.CurrentHome(home="families/f-7", step=2, unsafe=True),
        kind=placements.REQUEST_KIND_PARENT_WITH_CHILD,
        siblings=[
            cast.a_sibling(),
            cast.a_sibling(rule=placements.SIBLING_RULE_APART, author="L", reason="R"),
        ],
    )
    filed = await coordinator.placements.CreateRequest(cast.filing(full))
    await havn.until("capacity", listed)
    told = (await waiting(coordinator))[filed.name]
    assert told.central_list_eligible
    for decided_by_the_list in ("position", "reason", "reason_words", "central_list_eligible"):
        told.ClearField(decided_by_the_list)
    assert told == pb.WaitingListEntry(
        name=f"waitingListEntries/{filed.name.removeprefix('requests/')}",
        request=filed.name,
        child=full.child.reference,
        authority=cast.MUNICIPALITY,
        age=8,
        town="Nuuk",
        need_step=3,
        parent_with_child=True,
        sibling_count=1,
        waiting_since_date=cast.day(-40),
        days_waited=40,
        place_by_date=cast.day(30),
        etag="1",
        in_danger=True,
        need_level=terms.NEED_LEVEL_MODERATE,
        needed_competences=[terms.COMPETENCE_TRAUMA],
        gender=terms.GENDER_GIRL,
        languages=cast.greenlandic(),
        interim_solution=pb.INTERIM_SOLUTION_FOSTER_FAMILY,
        interim_unsafe=True,
    )


@pytest.mark.parametrize(
    ("home", "kind"),
    [
        (None, pb.INTERIM_SOLUTION_UNSPECIFIED),
        ("", pb.INTERIM_SOLUTION_OWN_HOME),
        ("families/f-7", pb.INTERIM_SOLUTION_FOSTER_FAMILY),
        ("institutions/i/units/u", pb.INTERIM_SOLUTION_INSTITUTION),
    ],
)
def test_of_where_a_child_lives_meanwhile_the_list_tells_the_kind_alone(
    home: str | None, kind: pb.InterimSolution.ValueType
) -> None:
    current_home = None if home is None else placements.CurrentHome(home=home)
    request = cast.a_request(state=placements.REQUEST_STATE_OPEN, current_home=current_home)
    told = waiting_list_entry(request, filed=cast.TODAY)
    assert told.interim_solution == kind
    assert b"f-7" not in told.SerializeToString()


async def test_who_was_on_no_other_list_waits_since_the_day_of_filing(havn: Havn, coordinator: Client) -> None:
    async def listed() -> bool:
        return filed.name in await waiting(coordinator)

    filed = await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("capacity", listed)
    assert (await waiting(coordinator))[filed.name].waiting_since_date == cast.day()


async def test_a_changed_request_changes_its_entry(havn: Havn, coordinator: Client) -> None:
    async def at_the_latest() -> bool:
        entries = await waiting(coordinator)
        return filed.name in entries and entries[filed.name].etag == "2"

    filed = await coordinator.placements.CreateRequest(cast.filing())
    filed.place_by_date.CopyFrom(cast.day(-31))
    await coordinator.placements.UpdateRequest(cast.updating(filed, "place_by_date"))
    await havn.until("capacity", at_the_latest)
    assert (await waiting(coordinator))[filed.name].reason == FROM_31


async def test_nobody_of_another_municipality_sees_who_waits(
    havn: Havn, coordinator: Client, coordinator_elsewhere: Client
) -> None:
    async def listed() -> bool:
        return filed.name in await waiting(coordinator)

    filed = await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("capacity", listed)
    assert await waiting(coordinator_elsewhere) == {}


async def test_pages_of_the_list_hold_each_entry_once(havn: Havn, coordinator: Client) -> None:
    async def five_wait() -> bool:
        return len(await waiting(coordinator)) >= 5

    for _ in range(5):
        await coordinator.placements.CreateRequest(cast.filing())
    await havn.until("capacity", five_wait)
    positions, token = [], ""
    while True:
        page = await coordinator.capacity.ListWaitingList(pb.ListWaitingListRequest(page_size=2, page_token=token))
        positions += [one.position for one in page.entries]
        if not (token := page.next_page_token):
            break
    assert positions == list(range(1, len(positions) + 1))


ENTRIES = {
    "danger": entry("r-danger", child="children/c-1", town="Nuuk", need_step=3, in_danger=True),
    "late": entry("r-late", child="children/c-2", town="Sisimiut", need_step=5, due=-3),
    "siblings": entry("r-siblings", child="children/c-10", town="Nuuk", need_step=5, sibling_count=2),
}
LISTED = rules.ordered(ENTRIES.values(), cast.TODAY)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"danger", "late", "siblings"}),
        ({"town": "Nuuk"}, {"danger", "siblings"}),
        ({"town": "Nuu"}, set()),
        ({"need_steps": [5]}, {"late", "siblings"}),
        ({"need_steps": [3, 5]}, {"danger", "late", "siblings"}),
        ({"need_steps": [4]}, set()),
        ({"in_danger": True}, {"danger"}),
        ({"overdue": True}, {"late"}),
        ({"with_siblings": True}, {"siblings"}),
        ({"town": "Nuuk", "need_steps": [5]}, {"siblings"}),
        ({"town": "Sisimiut", "in_danger": True}, set()),
        ({"query": "R-LATE"}, {"late"}),
        ({"query": "c-1"}, {"danger", "siblings"}),
        ({"query": " sisi "}, {"late"}),
        ({"query": "requests"}, set()),
        ({"query": "children/c-1"}, set()),
    ],
    ids=str,
)
def test_of_the_list_what_is_asked_for_is_shown(asked: dict[str, Any], found: set[str]) -> None:
    shown = rules.asked_for(LISTED, pb.ListWaitingListRequest(**asked))
    assert [one.request for one in shown] == [f"requests/r-{name}" for name in ENTRIES if name in found]


async def test_a_filtered_page_keeps_the_positions_of_the_whole_list_and_says_how_many_there_are(
    havn: Havn, coordinator: Client
) -> None:
    async def all_wait() -> bool:
        return names <= set(await waiting(coordinator))

    town = "Ittoqqortoormiit"
    requests = [cast.a_request(child=cast.a_child(town=town), place_by_date=cast.day(due)) for due in (40, -40, 5)]
    filed = [await coordinator.placements.CreateRequest(cast.filing(request)) for request in requests]
    names = {request.name for request in filed}
    await havn.until("capacity", all_wait)
    whole = await waiting(coordinator)
    first = await coordinator.capacity.ListWaitingList(pb.ListWaitingListRequest(town=town, page_size=2))
    assert (len(first.entries), first.total_count, first.in_danger_count, first.overdue_count) == (2, 3, 0, 1)
    asked = pb.ListWaitingListRequest(town=town, page_size=2, page_token=first.next_page_token)
    second = await coordinator.capacity.ListWaitingList(asked)
    assert (len(second.entries), second.total_count, second.next_page_token) == (1, 3, "")
    asked_for_the_last = pb.ListWaitingListRequest(town=town, page_size=2, skip=2)
    assert (await coordinator.capacity.ListWaitingList(asked_for_the_last)) == second
    shown = [*first.entries, *second.entries]
    assert [one.request for one in shown] == [filed[1].name, filed[2].name, filed[0].name]
    assert shown == [whole[one.request] for one in shown]


async def test_the_next_day_the_list_is_another_though_nothing_was_changed(havn: Havn, coordinator: Client) -> None:
    async def listed() -> bool:
        return filed.name in await waiting(coordinator)

    filed = await coordinator.placements.CreateRequest(cast.filing(cast.a_request(place_by_date=cast.day())))
    await havn.until("capacity", listed)
    assert (await waiting(coordinator))[filed.name].reason == BY_DATE
    havn.clock.day = cast.TODAY + timedelta(days=1)
    try:
        assert (await waiting(coordinator))[filed.name].reason == UP_TO_30
    finally:
        havn.clock.day = cast.TODAY


async def test_whoever_sees_one_home_alone_sees_nobody_who_waits(havn: Havn, coordinator: Client) -> None:
    await test_a_filed_request_comes_on_the_list_and_a_withdrawn_one_leaves_it(havn, coordinator)
    narrowed = havn.as_(replace(cast.COORDINATOR, subject="users/one-home", home="families/f-1"))
    assert await waiting(narrowed) == {}
