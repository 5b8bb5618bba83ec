"""Wellbeing as institutions observe it: what may be kept, who sees it, and when somebody is told to look (B1 to B4)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
import pytest_asyncio
from google.type.date_pb2 import Date
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import events_pb2 as events
from havn.capacity.v1 import wellbeing_pb2 as pb
from services.capacity.rules import wellbeing as rules
from services.capacity.rules.occupancy import Stay
from services.capacity.store import StayRow
from services.shared.errors import BadInput, NotFound
from services.shared.tables import OutboxEvent
from services.shared.wire import date_message
from tests import cast
from tests.conftest import Client, Havn, refused

CHILD = "children/c"
HERE, NEXT = "institutions/here", "institutions/next"


def days(after: int) -> date:
    return cast.TODAY + timedelta(days=after)


def stay(home: str, starts: int, ends: int | None = None, child: str = CHILD) -> Stay:
    end = None if ends is None else days(ends)
    return Stay("placements/p", cast.MUNICIPALITY, child, f"{home}/units/u", days(starts), end)


def sight(*stays: Stay, institution: str = HERE) -> rules.Sight:
    return rules.Sight(institution, stays, cast.TODAY)


def an_observation(on: int = -1, **differing: cast.Value) -> pb.WellbeingObservation:
    good: dict[str, cast.Value] = {"child": CHILD, "observed_date": cast.day(on), "home": f"{NEXT}/units/u"}
    return cast.an_observation(**good | differing)


def test_b1_each_step_is_said_in_words_in_both_languages() -> None:
    steps = rules.scale().steps
    assert [step.value for step in steps] == [1, 2, 3, 4, 5]
    assert all(step.words.da and step.words.en for step in steps)
    assert rules.words_of(4) == steps[3].words
    assert not rules.words_of(6).en


@pytest.mark.parametrize(
    ("differing", "field"),
    [
        ({"value": 0}, "observation.value"),
        ({"value": 6}, "observation.value"),
        ({"observed_date": cast.day(1)}, "observation.observed_date"),
        ({"child": "children/010203-1234"}, "observation.child"),
    ],
    ids=str,
)
def test_b1_an_observation_is_refused_with(differing: dict[str, cast.Value], field: str) -> None:
    with pytest.raises(BadInput) as raised:
        rules.check_observation(an_observation(**differing), cast.TODAY)
    assert [problem.field for problem in raised.value.problems] == [field]


@pytest.mark.parametrize("on", [-30, -11, -10])
def test_b2_a_child_is_observed_from_its_first_to_its_last_day(on: int) -> None:
    assert rules.stay_of(an_observation(on), sight(stay(HERE, -30, -10))).home == f"{HERE}/units/u"


@pytest.mark.parametrize("on", [-31, -9])
def test_b2_before_and_after_it_is_not(on: int) -> None:
    with pytest.raises(BadInput):
        rules.stay_of(an_observation(on), sight(stay(HERE, -30, -10)))


@pytest.mark.parametrize("other", [stay(NEXT, -30), stay("institutions/here-too", -30), stay(HERE, 1)], ids=str)
def test_b2_of_a_child_that_does_not_live_there_nobody_says_that_it_is_known(other: Stay) -> None:
    with pytest.raises(NotFound):
        rules.stay_of(an_observation(), sight(other))


@pytest.mark.parametrize(
    ("stays", "on", "seen"),
    [
        # Who lives there now brings its history along.
        ([stay(NEXT, -90, -30), stay(HERE, -30)], -60, True),
        ([stay(NEXT, -90, -30), stay(HERE, -30)], -1, True),
        # Who moved on is seen no more, from the day that it moved.
        ([stay(HERE, -90, -30), stay(NEXT, -30)], -31, True),
        ([stay(HERE, -90, -30), stay(NEXT, -30)], -30, False),
        ([stay(HERE, -90, -30), stay(NEXT, -30)], -1, False),
        # Who comes tomorrow is not seen today.
        ([stay(NEXT, -90), stay(HERE, 1)], -60, False),
        ([stay(NEXT, -90, 0), stay(HERE, 0)], -60, True),
        ([stay(HERE, -90, child="children/other"), stay(NEXT, -90)], -60, False),
    ],
    ids=str,
)
def test_b3_the_history_follows_the_child(stays: list[Stay], on: int, seen: bool) -> None:
    assert sight(*stays).sees(an_observation(on)) == seen


def test_b3_what_an_institution_wrote_itself_it_may_read() -> None:
    assert sight().sees(an_observation(home=f"{HERE}/units/u"))


@pytest.mark.parametrize(
    ("value", "earlier", "fell"),
    [
        (2, [4], True),
        (3, [4], False),
        (1, [], False),
        # The middle one of the last three is usual: one bad day is not.
        (3, [1, 5, 5], True),
        (2, [1, 2, 5], False),
        (2, [4, 4, 4, 1, 1, 1], True),
        (2, [2, 3, 3, 5, 5, 5], False),
    ],
)
def test_b4_a_fall_is_two_steps_below_what_was_usual(value: int, earlier: list[int], fell: bool) -> None:
    assert rules.is_fall(value, earlier) == fell


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.integers(0, 40)), max_size=30), st.integers(-1, 31))
def test_b4_what_was_before_a_day_is_the_same_in_whatever_order_it_is_told(
    told: list[tuple[int, int, int]], before: int
) -> None:
    course, known = rules.Course(), dict[int, tuple[int, int]]()
    for on, value, name in told:
        course.tell(cast.an_observation(name=str(name), observed_date=cast.day(on), value=value))
        known[name] = on, value
    earlier = [value for on, value in sorted(known.values(), reverse=True) if on < before]
    assert course.before(days(before)) == earlier[: rules.scale().usual_count]


@pytest.mark.parametrize(
    ("on", "fell", "told"), [(0, True, True), (-14, True, True), (-15, True, False), (0, False, False)]
)
def test_b4_an_old_fall_is_no_news(on: int, fell: bool, told: bool) -> None:
    assert rules.is_told(an_observation(on, fell=fell), cast.TODAY) == told


def of_children(number: int, on: int, value: int) -> list[pb.WellbeingObservation]:
    return [an_observation(on, child=f"children/{each}", value=value) for each in range(number)]


def test_b6_a_sheet_tells_how_the_middle_child_was_in_each_quarter() -> None:
    known = [*of_children(6, -1, 4), *of_children(6, -91, 3), an_observation(-90, child="children/0", value=1)]
    quarters = rules.trend(known, cast.TODAY, of_own=False)
    assert [(each.child_count, each.value, each.suppressed) for each in quarters] == [
        (0, 0, True),
        (0, 0, True),
        (6, 3, False),
        (6, 4, False),
    ]
    assert quarters[3].value_words == rules.words_of(4)
    assert (quarters[0].from_date, quarters[3].until_date) == (cast.day(-363), cast.day())


@pytest.mark.parametrize(("of_own", "told"), [(True, (5, 2)), (False, (0, 0))])
def test_b6_of_five_or_fewer_only_the_institution_itself_is_told(of_own: bool, told: tuple[int, int]) -> None:
    *_, last = rules.trend(of_children(5, -1, 2), cast.TODAY, of_own=of_own)
    assert (last.child_count, last.value) == told


@dataclass(frozen=True)
class Moved:
    """A child that lived in the first institution until ten days ago, and lives in the second since."""

    child: str
    first: Client
    second: Client


@pytest_asyncio.fixture
async def moved(havn: Havn, administrator: Client, coordinator: Client) -> Moved:
    child, staff = f"children/{cast.fresh('moved')}", []
    for start, end in ((-100, cast.day(-10)), (-10, None)):
        institution = await administrator.capacity.CreateInstitution(cast.founding())
        unit = await administrator.capacity.CreateUnit(cast.opening(institution.name))
        lives = cast.a_placement(child=child, home=unit.name, step=5, start_date=cast.day(start), end_date=end)
        await coordinator.placements.RecordPlacement(cast.recording(lives))
        staff.append(havn.as_(cast.staff_of(institution.name)))

    def both(session: Session) -> bool:
        return session.exec(select(func.count()).where(col(StayRow.child) == child)).one() == 2

    async def known() -> bool:
        return await havn.rows("capacity", both)

    await havn.until("capacity", known)
    return Moved(child, *staff)


async def seen_by(client: Client, child: str) -> list[int]:
    answer = await client.wellbeing.ListWellbeing(pb.ListWellbeingRequest(child=child))
    return [observation.value for observation in answer.observations]


async def imported(
    client: Client, rows: Iterable[pb.WellbeingObservation], *, validate_only: bool = False
) -> pb.ImportWellbeingResponse:
    requests = [pb.ImportWellbeingRequest(observation=pb.RecordWellbeingRequest(observation=row)) for row in rows]
    requests[0].request_id, requests[0].validate_only = cast.fresh(), validate_only
    return await client.wellbeing.ImportWellbeing(cast.one_by_one(requests))


async def announced(havn: Havn, kind: type[events.WellbeingFell | events.WellbeingRecorded]) -> list[str]:
    def told(session: Session) -> list[str]:
        bodies = select(OutboxEvent.body).where(col(OutboxEvent.kind) == kind.DESCRIPTOR.full_name)
        return [kind.FromString(body).name for body in session.exec(bodies)]

    return await havn.rows("capacity", told)


async def test_b2_to_b4_the_history_goes_along_with_a_child_and_a_fall_is_announced(havn: Havn, moved: Moved) -> None:
    for on, value in ((-90, 4), (-80, 4), (-20, 4)):
        before = await moved.first.wellbeing.RecordWellbeing(
            cast.observing(moved.child, value=value, observed_date=cast.day(on))
        )
    fell = await moved.second.wellbeing.RecordWellbeing(cast.observing(moved.child, value=2))
    assert (before.fell, fell.fell) == (False, True)
    assert (fell.authority, fell.recorded_by) == (cast.MUNICIPALITY, moved.second.caller.subject)
    assert fell.value_words.en.startswith("Struggles:")
    assert fell.name in await announced(havn, events.WellbeingFell)
    assert before.name in await announced(havn, events.WellbeingRecorded)

    assert await seen_by(moved.second, moved.child) == [2, 4, 4, 4]
    assert await seen_by(moved.first, moved.child) == [4, 4, 4]
    for client, living in ((moved.first, []), (moved.second, [moved.child])):
        told = await client.wellbeing.ListWellbeing(pb.ListWellbeingRequest())
        assert list(told.residents) == [
            pb.Resident(child=child, home=fell.home, from_date=cast.day(-10), latest=fell) for child in living
        ]
        of_none = await client.wellbeing.ListWellbeing(pb.ListWellbeingRequest(child="children/none"))
        assert not of_none.residents
    caseworker = havn.as_(cast.CASEWORKER)
    assert not (await caseworker.wellbeing.ListWellbeing(pb.ListWellbeingRequest())).residents
    assert await seen_by(caseworker, moved.child) == [2, 4, 4, 4]
    assert await seen_by(caseworker, "children/none") == []
    elsewhere = havn.as_(cast.elsewhere(cast.CASEWORKER))
    stranger = havn.as_(cast.staff_of("institutions/none", cast.MUNICIPALITY))
    for nobody in (elsewhere, stranger, havn.as_(replace(cast.CASEWORKER, subject="users/narrow", home="families/f"))):
        assert await seen_by(nobody, "") == []
    asked = pb.GetWellbeingObservationRequest(name=fell.name)
    for client in (moved.first, elsewhere, stranger):
        with refused("NOT_FOUND"):
            await client.wellbeing.GetWellbeingObservation(asked)
    assert await moved.second.wellbeing.GetWellbeingObservation(asked) == fell
    with refused("NOT_FOUND"):
        await stranger.wellbeing.RecordWellbeing(cast.observing(moved.child))
    with refused("INVALID_ARGUMENT", "FIELD_INVALID", "observation.observed_date"):
        await moved.first.wellbeing.RecordWellbeing(cast.observing(moved.child))


async def test_b3_a_consultant_sees_the_history_once_the_child_lives_in_a_foster_family(
    havn: Havn, moved: Moved, coordinator: Client
) -> None:
    await moved.first.wellbeing.RecordWellbeing(cast.observing(moved.child, value=4, observed_date=cast.day(-20)))
    consultant = havn.as_(cast.CONSULTANT)
    and_coordinator = havn.as_(replace(cast.CONSULTANT, roles=cast.CONSULTANT.roles | cast.COORDINATOR.roles))
    assert [await seen_by(each, moved.child) for each in (consultant, and_coordinator)] == [[], []]
    family = await consultant.families.CreateFosterFamily(cast.entering())
    lives = cast.a_placement(child=moved.child, home=family.name, start_date=cast.day())
    await coordinator.placements.RecordPlacement(cast.recording(lives))

    async def is_seen() -> bool:
        return await seen_by(consultant, moved.child) == [4]

    await havn.until("capacity", is_seen)
    assert await seen_by(havn.as_(cast.elsewhere(cast.CONSULTANT)), moved.child) == []


async def test_b2_a_series_is_taken_whole_or_not_at_all_and_again_changes_nothing(havn: Havn, moved: Moved) -> None:
    series = [cast.an_observation(moved.child, value=4, observed_date=date_message(days(-90 + n))) for n in range(5)]
    series += [cast.an_observation(moved.child, value=1, observed_date=cast.day(-50), note="")]
    wrong = [
        cast.an_observation(moved.child, observed_date=cast.day(-5)),
        cast.an_observation("children/none", value=9),
    ]
    no_day = Date(year=2026, month=13, day=1)
    nothing = pb.WellbeingObservation()
    wrong += [cast.an_observation(moved.child, observed_date=no_day), nothing]
    refusal = await imported(moved.first, [*series, *wrong, series[0]])
    problems = [(problem.index, problem.field.removeprefix("observation.")) for problem in refusal.problems]
    missing = [(9, field) for field in ("child", "observed_date", "value")]
    assert problems == [(6, "observed_date"), (7, "value"), (8, "observed_date"), *missing, (10, "id")]
    checked = await imported(moved.first, series, validate_only=True)
    assert (cast.counts(checked), await seen_by(moved.first, moved.child)) == ((6, 0, 0), [])
    assert cast.counts(await imported(moved.first, series)) == (6, 0, 0)
    assert await seen_by(moved.first, moved.child) == [1, 4, 4, 4, 4, 4]
    assert cast.counts(await imported(moved.first, series)) == (0, 0, 6)
    series[-1].note = "Had a cold"
    assert cast.counts(await imported(moved.first, series)) == (0, 1, 5)
    answer = await moved.first.wellbeing.ListWellbeing(pb.ListWellbeingRequest(child=moved.child))
    latest = answer.observations[0]
    institution = moved.first.caller.institution
    sheet = await moved.first.capacity.GetSupplierSheet(capacity.GetSupplierSheetRequest(name=institution))
    assert [(each.child_count, each.value) for each in sheet.wellbeing] == [(0, 0), (0, 0), (0, 0), (1, 4)]
    to_others = await havn.as_(cast.LEADER).capacity.GetSupplierSheet(
        capacity.GetSupplierSheetRequest(name=institution)
    )
    assert all(each.suppressed for each in to_others.wellbeing)
    # The fall is long ago: it stands in the history, and nobody is told.
    assert (latest.note, latest.fell, latest.recorded_by) == ("Had a cold", True, moved.first.caller.subject)
    assert latest.name not in await announced(havn, events.WellbeingFell)


async def test_b4_a_correction_that_makes_it_a_fall_is_told(havn: Havn, moved: Moved) -> None:
    usual = [cast.an_observation(moved.child, value=4, observed_date=date_message(days(-50 + n))) for n in range(3)]
    latest = cast.an_observation(moved.child, value=4, observed_date=cast.day())
    assert cast.counts(await imported(moved.first, usual)) == (3, 0, 0)
    assert cast.counts(await imported(moved.second, [latest])) == (1, 0, 0)
    (name, *_) = [each.name for each in await history(moved.second, moved.child)]
    assert name not in await announced(havn, events.WellbeingFell)
    latest.value = 1
    assert cast.counts(await imported(moved.second, [latest])) == (0, 1, 0)
    assert name in await announced(havn, events.WellbeingFell)


async def test_b7_what_is_recorded_and_imported_is_one_observation_of_that_day(moved: Moved) -> None:
    written = await moved.second.wellbeing.RecordWellbeing(cast.observing(moved.child, note="Slept well"))
    with refused("FAILED_PRECONDITION", "STATE_NOT_ALLOWED") as told:
        await moved.second.wellbeing.RecordWellbeing(cast.observing(moved.child))
    assert told[0].rule == "B7"
    same = cast.an_observation(moved.child, note="Slept well")
    assert cast.counts(await imported(moved.second, [same])) == (0, 0, 1)
    same.recorded_by = written.recorded_by
    assert cast.counts(await imported(moved.second, [same])) == (0, 0, 1)
    same.note = "Slept badly"
    assert cast.counts(await imported(moved.second, [same])) == (0, 1, 0)
    [kept] = await history(moved.second, moved.child)
    [earlier] = kept.earlier
    assert (kept.name, kept.note, earlier.note, earlier.reason) == (written.name, "Slept badly", "Slept well", "")


async def test_b7_on_the_day_of_a_move_each_home_tells_its_own(moved: Moved) -> None:
    observing = cast.observing(moved.child, observed_date=cast.day(-10))
    first = await moved.first.wellbeing.RecordWellbeing(observing)
    assert cast.counts(await imported(moved.second, [observing.observation])) == (1, 0, 0)
    assert len({each.name for each in await history(moved.second, moved.child)} - {first.name}) == 1


async def test_b7_a_correction_overwrites_nothing_and_may_be_a_fall(havn: Havn, moved: Moved) -> None:
    for on in (-3, -2, -1):
        wrong = await moved.second.wellbeing.RecordWellbeing(cast.observing(moved.child, observed_date=cast.day(on)))
    for client in (moved.first, havn.as_(cast.staff_of("institutions/none", cast.MUNICIPALITY))):
        with refused("NOT_FOUND"):
            await client.wellbeing.CorrectWellbeing(cast.correcting_observation(wrong))
    for field, value in (("value", 6), ("reason", " ")):
        with refused("INVALID_ARGUMENT", "FIELD_INVALID", field):
            await moved.second.wellbeing.CorrectWellbeing(cast.correcting_observation(wrong, **{field: value}))
    right = await moved.second.wellbeing.CorrectWellbeing(cast.correcting_observation(wrong, value=2))
    assert (right.value, right.fell, right.observed_date) == (2, True, wrong.observed_date)
    assert right.name in await announced(havn, events.WellbeingFell)
    with refused("ABORTED", "ETAG_STALE"):
        await moved.second.wellbeing.CorrectWellbeing(cast.correcting_observation(wrong))
    told = (await history(havn.as_(cast.CASEWORKER), moved.child))[0]
    [earlier] = told.earlier
    assert (earlier.value, earlier.note, earlier.child_words) == (wrong.value, wrong.note, wrong.child_words)
    assert earlier.value_words == wrong.value_words
    assert (earlier.recorded_by, earlier.corrected_by) == (wrong.recorded_by, moved.second.caller.subject)
    assert earlier.reason == "It was of the week before"
    asked = pb.GetWellbeingObservationRequest(name=right.name)
    assert not (await havn.as_(cast.SERVICE).wellbeing.GetWellbeingObservation(asked)).earlier


def test_b7_an_observation_is_known_again_whatever_it_was_named() -> None:
    old = [an_observation(name="wellbeingObservations/random", home=f"{HERE}/units/u"), an_observation(-2)]
    assert rules.same_of(old, days(-1), HERE) == old[0]
    for observed, institution in ((days(-1), NEXT), (days(-2), HERE), (days(-1), "institutions/her")):
        assert rules.same_of(old, observed, institution) is None


async def history(client: Client, child: str) -> list[pb.WellbeingObservation]:
    return list((await client.wellbeing.ListWellbeing(pb.ListWellbeingRequest(child=child))).observations)
