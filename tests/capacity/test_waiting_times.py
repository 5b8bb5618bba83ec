"""How long groups wait, what of it leaves the authority, and who left the list (W7 to W9)."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules.waiting_times import MOST_HIDDEN, NOT_CROSSING, suppressed, waiting_times
from services.capacity.wire import waiting_list_entry
from services.shared.wire import timestamp
from tests import cast
from tests.cast import USERS
from tests.conftest import Client, Havn

TOWN, LANGUAGE = waiting.WAITING_DIMENSION_TOWN, waiting.WAITING_DIMENSION_LANGUAGE
GENDER, SIBLINGS = waiting.WAITING_DIMENSION_GENDER, waiting.WAITING_DIMENSION_SIBLINGS


def waits(days: int, **differing: cast.Value) -> pb.WaitingListEntry:
    good: dict[str, cast.Value] = {"days_waited": days, "town": "Nuuk", "gender": terms.GENDER_GIRL}
    return pb.WaitingListEntry(**good | {"languages": cast.greenlandic()} | differing)


def figures(times: waiting.WaitingTimes, dimension: waiting.WaitingDimension.ValueType) -> dict[str, tuple[int, ...]]:
    return {
        group.key: (group.child_count, group.median_days, group.longest_days)
        for group in times.groups
        if group.dimension == dimension
    }


def test_w7_each_child_counts_once_in_each_dimension() -> None:
    both = [*cast.greenlandic(), terms.SpokenLanguage(language=terms.LANGUAGE_DANISH)]
    known = waiting_times(
        [waits(10), waits(20, sibling_count=2), waits(90, town="Tasiilaq", gender=terms.GENDER_BOY, languages=both)]
    )
    assert (known.all.child_count, known.all.median_days, known.all.longest_days) == (3, 20, 90)
    assert figures(known, TOWN) == {"Nuuk": (2, 15, 20), "Tasiilaq": (1, 90, 90)}
    assert figures(known, LANGUAGE) == {"LANGUAGE_KALAALLISUT": (3, 20, 90)}
    assert figures(known, GENDER) == {"GENDER_GIRL": (2, 15, 20), "GENDER_BOY": (1, 90, 90)}
    assert figures(known, SIBLINGS) == {"ALONE": (2, 50, 90), "WITH_SIBLINGS": (1, 20, 20)}


def test_w7_nobody_waits_and_nothing_is_told() -> None:
    assert waiting_times([]) == waiting.WaitingTimes(all=waiting.WaitingGroup())


def test_w7_the_central_list_has_no_towns() -> None:
    assert figures(waiting_times([waits(1)], without=NOT_CROSSING), TOWN) == {}


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 6, "b": 7}, {"a", "b"}),
        # The total would tell the only small one: the next one goes along.
        ({"a": 5, "b": 6, "c": 9}, {"c"}),
        # Two small ones that are too few together too.
        ({"a": 2, "b": 3, "c": 8, "d": 9}, {"d"}),
        ({"a": 3, "b": 3, "c": 8}, {"c"}),
        ({"a": 1, "b": 20}, set()),
        ({"a": 4}, set()),
    ],
    ids=str,
)
def test_w8_small_groups_are_hidden_and_those_that_would_tell_of_them(counts: dict[str, int], told: set[str]) -> None:
    known = waiting_times([waits(9, town=town) for town, number in counts.items() for _ in range(number)])
    shown = [group for group in suppressed(known).groups if group.dimension == TOWN and not group.suppressed]
    assert {group.key for group in shown} == told


def test_w8_what_leaves_says_so_and_tells_nobodys_own_wait() -> None:
    known = waiting_times([waits(days) for days in range(1, 8)])
    shown = suppressed(known)
    assert shown.for_others
    assert (shown.all.child_count, shown.all.median_days, shown.all.longest_days) == (7, 4, 0)
    assert all(group.longest_days == 0 for group in shown.groups)
    few = suppressed(waiting_times([waits(9)] * MOST_HIDDEN))
    assert few.all == waiting.WaitingGroup(suppressed=True)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_w8_no_difference_tells_how_many_are_in_a_small_group(counts: list[int]) -> None:
    """Neither which groups are small is told, nor what the total would tell of one, or of too few together."""
    towns = [f"town-{index}" for index in range(len(counts))]
    known = waiting_times([waits(9, town=town) for town, n in zip(towns, counts, strict=True) for _ in range(n)])
    shown = suppressed(known)
    if shown.all.suppressed:
        assert all(group.suppressed and not group.key for group in shown.groups)
        return
    told = {group.key: group.child_count for group in shown.groups if group.dimension == TOWN and not group.suppressed}
    assert all(count > MOST_HIDDEN for count in told.values())
    hidden = [towns[index] for index in range(len(counts)) if towns[index] not in told]
    assert not any(town.encode() in shown.SerializeToString() for town in hidden)
    if hidden:
        assert len(hidden) > 1
        assert sum(counts) - sum(told.values()) > MOST_HIDDEN


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (placements.REQUEST_STATE_PLACED, pb.EXIT_REASON_PLACED, ""),
        (placements.REQUEST_STATE_WITHDRAWN, pb.EXIT_REASON_WITHDRAWN, "Went home"),
    ],
)
def test_w9_an_exit_tells_who_left_when_and_why(
    state: placements.RequestState.ValueType, reason: pb.ExitReason.ValueType, words: str
) -> None:
    request = cast.a_full_request(name="requests/a", etag="2", state=state, withdrawal_reason=words)
    request.close_time.CopyFrom(timestamp(cast.NOW))
    entry = waiting_list_entry(request, filed=cast.TODAY)
    assert entry == pb.WaitingListEntry(
        name="waitingListEntries/a",
        request="requests/a",
        authority=cast.MUNICIPALITY,
        etag="2",
        exit=pb.WaitingListExit(
            name="waitingListEntries/a",
            authority=cast.MUNICIPALITY,
            request="requests/a",
            child=request.child.reference,
            reason=reason,
            words=words,
            leave_time=timestamp(cast.NOW),
            waiting_since_date=cast.day(-40),
            days_waited=40,
        ),
    )


async def test_w9_those_who_left_are_listed_the_latest_first_and_counted_no_more(
    havn: Havn, coordinator: Client
) -> None:
    async def exits() -> list[pb.WaitingListExit]:
        answer = await coordinator.waiting.ListWaitingListExits(waiting.ListWaitingListExitsRequest())
        return list(answer.exits)

    async def times(user: str) -> waiting.WaitingTimes:
        return await havn.as_(USERS[user]).waiting.GetWaitingTimes(waiting.GetWaitingTimesRequest())

    async def waiting_now() -> bool:
        return (await times("leader")).all.child_count == 3

    async def two_left() -> bool:
        return len(await exits()) == 2

    filed = [await coordinator.placements.CreateRequest(cast.filing()) for _ in range(3)]
    await havn.until("capacity", waiting_now)
    first = await coordinator.placements.WithdrawRequest(cast.withdrawing(filed[0], reason="First"))
    havn.clock.moment += timedelta(minutes=1)
    await coordinator.placements.WithdrawRequest(cast.withdrawing(filed[1], reason="Second"))
    await havn.until("capacity", two_left)
    left = await exits()
    assert [(one.request, one.words) for one in left] == [(filed[1].name, "Second"), (filed[0].name, "First")]
    assert left[1].leave_time == first.close_time == timestamp(cast.NOW)
    for reason, found in ((pb.EXIT_REASON_WITHDRAWN, left), (pb.EXIT_REASON_PLACED, [])):
        asked = waiting.ListWaitingListExitsRequest(reason=reason, counted=True)
        answer = await coordinator.waiting.ListWaitingListExits(asked)
        assert list(answer.exits) == found
        assert list(answer.counts) == [waiting.ExitCount(reason=pb.EXIT_REASON_WITHDRAWN, count=2)]
    known = await times("leader")
    assert (known.all.child_count, known.for_others, known.as_of_date) == (1, False, cast.day())
    assert Counter(group.dimension for group in known.groups) == dict.fromkeys((TOWN, LANGUAGE, GENDER, SIBLINGS), 1)
    of_central_list = await times("central-list")
    assert of_central_list.for_others
    assert list(of_central_list.groups) == []
