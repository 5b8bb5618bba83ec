"""KRITH follow-ups: logged once, read by few."""

from typing import Any

import pytest
import pytest_asyncio

from havn.families.v1 import families_pb2 as pb
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn, refused, refused_fields


@pytest_asyncio.fixture
async def family(consultant: Client) -> str:
    return (await consultant.families.CreateFosterFamily(cast.entering())).name


def of(family: str, **asked: cast.Value) -> pb.ListFollowUpsRequest:
    return pb.ListFollowUpsRequest(parent=family, **asked)


async def test_a_logged_follow_up_says_who_saved_it_and_when(family: str, consultant: Client) -> None:
    logged = await consultant.families.LogFollowUp(cast.logging(family))
    assert logged.name.startswith(f"{family}/followUps/")
    assert (logged.consultant, logged.authority, logged.etag) == ("users/consultant", cast.MUNICIPALITY, "1")
    assert logged.create_time == timestamp(cast.NOW)
    assert await consultant.families.GetFollowUp(pb.GetFollowUpRequest(name=logged.name)) == logged


async def test_what_only_havn_may_say_is_not_taken_from_the_caller(family: str, consultant: Client) -> None:
    forged = cast.a_follow_up(
        name="families/f-1/followUps/forged",
        etag="77",
        consultant="users/forged",
        authority=cast.OTHER_MUNICIPALITY,
        create_time=timestamp(cast.NOW.replace(year=2001)),
    )
    logged = await consultant.families.LogFollowUp(cast.logging(family, forged))
    assert logged.name.startswith(f"{family}/followUps/")
    assert (logged.consultant, logged.authority, logged.etag) == ("users/consultant", cast.MUNICIPALITY, "1")
    assert logged.create_time == timestamp(cast.NOW)


async def test_a_phone_that_sends_twice_logs_once(family: str, consultant: Client) -> None:
    request = cast.logging(family)
    first = await consultant.families.LogFollowUp(request)
    assert await consultant.families.LogFollowUp(request) == first
    assert list((await consultant.families.ListFollowUps(of(family))).follow_ups) == [first]


async def test_the_latest_visit_comes_first(family: str, consultant: Client) -> None:
    for visited in (-20, -1, -300, -9):
        follow_up = cast.a_follow_up(visit_date=cast.day(visited), next_visit_date=cast.day(visited + 60))
        await consultant.families.LogFollowUp(cast.logging(family, follow_up))
    visits = [(await consultant.families.ListFollowUps(of(family))).follow_ups]
    assert [follow_up.visit_date for follow_up in visits[0]] == [cast.day(days) for days in (-1, -9, -20, -300)]


async def test_follow_ups_are_listed_page_by_page_each_once(family: str, consultant: Client) -> None:
    logged = [(await consultant.families.LogFollowUp(cast.logging(family))).name for _ in range(5)]
    seen, token = [], ""
    while True:
        page = await consultant.families.ListFollowUps(of(family, page_size=2, page_token=token))
        seen += [follow_up.name for follow_up in page.follow_ups]
        if not (token := page.next_page_token):
            break
    assert sorted(seen) == sorted(logged)


async def test_only_the_familys_own_follow_ups_are_listed(family: str, consultant: Client) -> None:
    other = await consultant.families.CreateFosterFamily(cast.entering())
    await consultant.families.LogFollowUp(cast.logging(other.name))
    assert not (await consultant.families.ListFollowUps(of(family))).follow_ups


async def test_a_consultant_of_another_municipality_neither_sees_nor_logs(
    family: str, consultant: Client, consultant_elsewhere: Client
) -> None:
    logged = await consultant.families.LogFollowUp(cast.logging(family))
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.LogFollowUp(cast.logging(family))
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.GetFollowUp(pb.GetFollowUpRequest(name=logged.name))
    with refused("NOT_FOUND"):
        await consultant_elsewhere.families.ListFollowUps(of(family))


async def test_a_follow_up_of_an_unknown_family_is_refused(consultant: Client) -> None:
    with refused("NOT_FOUND"):
        await consultant.families.LogFollowUp(cast.logging("families/nobody"))


@pytest.mark.parametrize("role", ["coordinator", "council", "foster-family"])
async def test_matching_and_the_family_itself_read_no_follow_up(role: str, family: str, havn: Havn) -> None:
    with refused("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"):
        await havn.as_(cast.USERS[role]).families.ListFollowUps(of(family))


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "a visit of tomorrow (K1)": ("follow_up.visit_date", {"visit_date": cast.day(1)}),
    "a next visit on the same day (K2)": ("follow_up.next_visit_date", {"next_visit_date": cast.day(-1)}),
    "a next visit before this one (K2)": ("follow_up.next_visit_date", {"next_visit_date": cast.day(-2)}),
    "more than 26 weeks to the next visit (K3)": (
        "follow_up.next_visit_date",
        {"visit_date": cast.day(), "next_visit_date": cast.day(26 * 7 + 1)},
    ),
    "a child without a child's name": ("follow_up.children[1]", {"children": ["children/c-1", "Malik"]}),
}


@pytest.mark.parametrize(("field", "facts"), REFUSALS.values(), ids=REFUSALS)
async def test_a_follow_up_is_refused_with(field: str, facts: dict[str, Any], family: str, consultant: Client) -> None:
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
        await consultant.families.LogFollowUp(cast.logging(family, cast.a_follow_up(**facts)))


async def test_a_visit_at_the_end_of_the_calendar_is_refused(family: str, consultant: Client) -> None:
    last = pb.FollowUp().visit_date
    last.year, last.month, last.day = 9999, 12, 31
    with refused_fields("follow_up.visit_date", "follow_up.next_visit_date"):
        await consultant.families.LogFollowUp(cast.logging(family, cast.a_follow_up(visit_date=last)))


ALLOWED: dict[str, dict[str, Any]] = {
    "a visit of today": {"visit_date": cast.day()},
    "the next visit a day later": {"next_visit_date": cast.day()},
    "26 weeks to the next visit": {"visit_date": cast.day(), "next_visit_date": cast.day(26 * 7)},
    "no child in particular": {"children": []},
    "no action": {"actions": []},
}


@pytest.mark.parametrize("facts", ALLOWED.values(), ids=ALLOWED)
async def test_a_follow_up_is_logged_with(facts: dict[str, Any], family: str, consultant: Client) -> None:
    assert (await consultant.families.LogFollowUp(cast.logging(family, cast.a_follow_up(**facts)))).etag == "1"
