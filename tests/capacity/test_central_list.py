"""The central list: who may stand on it, what of a child crosses to it, and how one leaves it (W4 to W6)."""

from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1 import terms_pb2 as terms
from services.capacity.rules import assigning
from services.capacity.rules import central_list as rules
from services.capacity.rules.waiting_list import ordered
from services.shared.access import EVERYWHERE, Caller
from services.shared.errors import BadInput, StateNotAllowed
from services.shared.wire import timestamp
from tests import cast
from tests.cast import USERS
from tests.conftest import Client, Havn, refused

CENTRAL = USERS["central-list"]


def an_entry(name: str = "a", **differing: cast.Value) -> pb.WaitingListEntry:
    good: dict[str, cast.Value] = {
        "name": f"waitingListEntries/{name}",
        "request": f"requests/{name}",
        "child": f"children/{name}",
        "authority": cast.MUNICIPALITY,
        "etag": "4",
        "town": "Tasiilaq",
        "birth_date": cast.day(-3000),
        "gender": terms.GENDER_GIRL,
        "languages": cast.greenlandic(),
        "need_step": 5,
        "need_level": terms.NEED_LEVEL_SEVERE,
        "needed_competences": [terms.COMPETENCE_TRAUMA],
        "sibling_count": 1,
        "interim_solution": pb.INTERIM_SOLUTION_OWN_HOME,
        "place_by_date": cast.day(-31),
        "waiting_since_date": cast.day(-60),
    }
    return pb.WaitingListEntry(**good | differing)


def an_application(name: str = "a", **differing: cast.Value) -> waiting.CentralListApplication:
    good: dict[str, cast.Value] = {
        "name": f"centralListApplications/z-{name}",
        "etag": "1",
        "authority": cast.MUNICIPALITY,
        "request": f"requests/{name}",
        "applied_by": "users/coordinator",
        "create_time": timestamp(cast.NOW),
        "state": waiting.CENTRAL_LIST_STATE_WAITING,
    }
    return waiting.CentralListApplication(**good | differing)


def listed(*entries: pb.WaitingListEntry) -> list[waiting.CentralListEntry]:
    applications = [an_application(entry.request.removeprefix("requests/")) for entry in entries]
    return list(rules.listed(applications, {entry.request: entry for entry in entries}, cast.TODAY))


@pytest.mark.parametrize(
    "differing",
    [{"need_step": 4}, {"need_step": 3, "in_danger": True}, {"need_step": 3, "parent_with_child": True}],
    ids=str,
)
def test_w4_whoever_seeks_a_place_in_an_institution_may_stand_on_the_central_list(
    differing: dict[str, cast.Value],
) -> None:
    rules.require_eligible(an_entry(**differing))
    [told] = ordered([an_entry(**differing)], cast.TODAY)
    assert told.central_list_eligible


@pytest.mark.parametrize("differing", [{"need_step": 3}, {"authority": "authorities/hjoerring"}], ids=str)
def test_w4_nobody_else_may(differing: dict[str, cast.Value]) -> None:
    with pytest.raises(StateNotAllowed) as raised:
        rules.require_eligible(an_entry(**differing))
    assert raised.value.rule == "W4"
    [told] = ordered([an_entry(**differing)], cast.TODAY)
    assert not told.central_list_eligible


def test_w5_this_and_no_more_of_a_child_crosses() -> None:
    [crossed] = listed(an_entry())
    assert crossed == waiting.CentralListEntry(
        name="centralListEntries/z-a",
        etag="1",
        authority=cast.MUNICIPALITY,
        position=1,
        reason=pb.POSITION_REASON_OVERDUE_31_TO_90_DAYS,
        reason_words=crossed.reason_words,
        age=8,
        gender=terms.GENDER_GIRL,
        need_step=5,
        need_level=terms.NEED_LEVEL_SEVERE,
        needed_competences=[terms.COMPETENCE_TRAUMA],
        languages=cast.greenlandic(),
        sibling_count=1,
        place_by_date=cast.day(-31),
        days_overdue=31,
        applied_by="users/coordinator",
        create_time=timestamp(cast.NOW),
        state=waiting.CENTRAL_LIST_STATE_WAITING,
    )


def test_w5_of_one_who_left_only_what_became_of_it_is_told() -> None:
    gone = an_application(
        state=waiting.CENTRAL_LIST_STATE_WITHDRAWN, closing_reason="Mother is well again", closed_by="users/c"
    )
    assert rules.left(gone) == waiting.CentralListEntry(
        name="centralListEntries/z-a",
        etag="1",
        authority=cast.MUNICIPALITY,
        applied_by="users/coordinator",
        create_time=timestamp(cast.NOW),
        state=waiting.CENTRAL_LIST_STATE_WITHDRAWN,
        close_time=gone.close_time,
    )


def test_w1_the_central_list_has_the_order_of_every_waiting_list() -> None:
    entries = [
        an_entry("on-time", place_by_date=cast.day(9), authority=cast.OTHER_MUNICIPALITY),
        an_entry("late", place_by_date=cast.day(-91)),
        an_entry("danger", place_by_date=cast.day(20), in_danger=True),
    ]
    by_the_rule = [entry.request.removeprefix("requests/") for entry in ordered(entries, cast.TODAY)]
    assert [entry.name.removeprefix("centralListEntries/z-") for entry in listed(*entries)] == by_the_rule
    assert by_the_rule == ["danger", "late", "on-time"]


def test_w6_who_left_its_own_list_is_on_no_other_though_nothing_was_heard_of_it_yet() -> None:
    assert list(rules.listed([an_application()], {}, cast.TODAY)) == []


UNIT = "institutions/i/units/u"


def a_central_unit(**differing: cast.Value) -> pb.InstitutionUnit:
    good: dict[str, cast.Value] = {"name": UNIT, "approved": True, "disposal": terms.DISPOSAL_CENTRAL_LIST}
    return cast.a_unit(**good | differing)


def with_a_place(name: str = "a") -> waiting.CentralListApplication:
    return an_application(name, assigned=waiting.AssignedPlace(home=UNIT))


def test_w10_a_place_that_the_central_list_disposes_of_is_assigned() -> None:
    assigning.require_assignable(a_central_unit(), 1)
    for unit, left in (
        (a_central_unit(approved=False), 1),
        (a_central_unit(disposal=terms.DISPOSAL_BY_AGREEMENT), 1),
        (a_central_unit(), 0),
    ):
        with pytest.raises(StateNotAllowed) as raised:
            assigning.require_assignable(unit, left)
        assert raised.value.rule == "W10"


@pytest.mark.parametrize(
    ("reported", "left_over", "held", "awaiting", "left"),
    [(3, 3, 0, 0, 3), (3, 2, 0, 0, 2), (1, 3, 0, 0, 1), (3, 3, 1, 1, 1), (1, 1, 1, 1, 0)],
)
def test_w10_no_place_is_assigned_twice_nor_while_an_offer_holds_it(
    reported: int, left_over: int, held: int, awaiting: int, left: int
) -> None:
    occupancy = pb.Occupancy(free_place_count=left_over, held_place_count=held)
    assert assigning.places_left(pb.Vacancy(free_place_count=reported, occupancy=occupancy), awaiting) == left


def test_w10_a_place_that_its_municipality_asks_for_is_held_and_not_counted_twice() -> None:
    assigned = [with_a_place("a"), with_a_place("b")]
    assert assigning.awaiting(assigned, {("waitingListEntries/a", UNIT)}) == 1
    assert assigning.awaiting(assigned, {("waitingListEntries/a", "families/f"), ("waitingListEntries/c", UNIT)}) == 2


def test_w10_the_first_without_a_place_has_the_turn_and_another_one_needs_a_reason() -> None:
    entries = listed(an_entry("first"), an_entry("second", place_by_date=cast.day(1)))
    first, second = [entry.name for entry in entries]
    assigning.require_turn(first, entries, reason="")
    with pytest.raises(BadInput, match="reason"):
        assigning.require_turn(second, entries, reason=" ")
    assigning.require_turn(second, entries, reason="The unit is for her age alone")
    entries[0].assigned.home = UNIT
    assigning.require_turn(second, entries, reason="")
    with pytest.raises(StateNotAllowed):
        assigning.require_turn("centralListEntries/gone", entries, reason="")


def test_w11_one_place_at_a_time_and_none_is_taken_back_while_its_home_is_asked() -> None:
    application, place = an_application(), assigning.assigned_place(UNIT, "users/k", cast.NOW, "")
    with pytest.raises(StateNotAllowed, match="no place"):
        assigning.require_unasked(application, ())
    assigning.assign(application, place)
    with pytest.raises(StateNotAllowed, match="already"):
        assigning.assign(application, place)
    with pytest.raises(StateNotAllowed, match="being asked"):
        assigning.require_unasked(application, {("waitingListEntries/a", UNIT)})
    assigning.require_unasked(application, ())
    assigning.take_back(application, "It burnt down", "users/l", cast.NOW)
    assert not application.HasField("assigned")
    [taken] = application.taken_back
    assert (taken.home, taken.assigned_by, taken.taken_back_by) == (UNIT, "users/k", "users/l")
    assert (taken.take_back_reason, taken.take_back_time) == ("It burnt down", timestamp(cast.NOW))


@pytest_asyncio.fixture(scope="module")
async def filed(havn: Havn) -> AsyncIterator[list[placements.PlacementRequest]]:
    """A request here and one elsewhere, both on their own lists: the second is the more urgent one."""
    here = cast.a_request(need_step=placements.NeedStep(step=5, assessor="A", assessed_date=cast.day(-3)))
    there = cast.a_request(
        authority=cast.OTHER_MUNICIPALITY, danger=placements.Danger(assessor="A", since_date=cast.day())
    )
    coordinators = [havn.as_(cast.COORDINATOR), havn.as_(cast.elsewhere(cast.COORDINATOR))]
    requests = []
    for coordinator, request in zip(coordinators, (here, there), strict=True):
        requests.append(await coordinator.placements.CreateRequest(cast.filing(request)))

        async def waits(coordinator: Client = coordinator) -> bool:
            return bool((await coordinator.capacity.ListWaitingList(pb.ListWaitingListRequest())).entries)

        await havn.until("capacity", waits)
    yield requests


async def central_list(havn: Havn, caller: Caller = CENTRAL, *, left: bool = False) -> list[waiting.CentralListEntry]:
    answer = await havn.as_(caller).waiting.ListCentralList(waiting.ListCentralListRequest(left=left))
    assert answer.total_count == len(answer.entries)
    return list(answer.entries)


async def applications(client: Client) -> list[waiting.CentralListApplication]:
    answer = await client.waiting.ListCentralListApplications(waiting.ListCentralListApplicationsRequest())
    return list(answer.applications)


def shown(answers: Iterable[waiting.CentralListEntry]) -> bytes:
    return b"".join(answer.SerializeToString() for answer in answers)


async def test_w4_to_w6_two_municipalities_apply_and_leave(
    havn: Havn, coordinator: Client, coordinator_elsewhere: Client, filed: list[placements.PlacementRequest]
) -> None:
    here = await coordinator.waiting.ApplyToCentralList(cast.applying(filed[0].name))
    there = await coordinator_elsewhere.waiting.ApplyToCentralList(cast.applying(filed[1].name))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.waiting.ApplyToCentralList(cast.applying(filed[0].name))
    with refused("NOT_FOUND"):
        await coordinator.waiting.ApplyToCentralList(cast.applying(filed[1].name))
    first, second = await central_list(havn)
    assert [rules.application_name(entry.name) for entry in (first, second)] == [there.name, here.name]
    for request in filed:
        for told in (request.name, request.child.reference, request.child.town):
            assert told.encode() not in shown([first, second])
    [mine] = await applications(coordinator)
    assert (mine.name, mine.request, mine.position) == (here.name, filed[0].name, 2)
    everywhere = Caller("users/of-all", CENTRAL.roles, EVERYWHERE)
    assert len(await central_list(havn, everywhere)) == 2
    for nobody in (
        Caller("users/x", CENTRAL.roles, cast.MUNICIPALITY),
        Caller("users/y", CENTRAL.roles, CENTRAL.authority, home="families/f"),
    ):
        assert await central_list(havn, nobody) == []

    removed = await havn.as_(CENTRAL).waiting.RemoveFromCentralList(cast.removing(second))
    assert removed.state == waiting.CENTRAL_LIST_STATE_REMOVED
    [mine] = await applications(coordinator)
    assert (mine.state, mine.position) == (waiting.CENTRAL_LIST_STATE_REMOVED, 0)
    assert (mine.closing_reason, mine.closed_by) == ("No such place in the country", CENTRAL.subject)
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED"):
        await coordinator.waiting.WithdrawCentralListApplication(cast.leaving(mine))
    again = await coordinator.waiting.ApplyToCentralList(cast.applying(filed[0].name))
    await coordinator.waiting.WithdrawCentralListApplication(cast.leaving(again))

    await coordinator_elsewhere.placements.WithdrawRequest(cast.withdrawing(filed[1]))

    async def closed() -> bool:
        return (await applications(coordinator_elsewhere))[0].state == waiting.CENTRAL_LIST_STATE_CLOSED

    await havn.until("capacity", closed)
    assert await central_list(havn) == []
    gone = await central_list(havn, left=True)
    assert {entry.state for entry in gone} == {
        waiting.CENTRAL_LIST_STATE_REMOVED,
        waiting.CENTRAL_LIST_STATE_WITHDRAWN,
        waiting.CENTRAL_LIST_STATE_CLOSED,
    }
    assert {entry.closing_reason for entry in gone} == {"", "No such place in the country"}
