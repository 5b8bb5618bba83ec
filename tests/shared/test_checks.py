"""The limits that hold for every message, each at its edge and one beyond."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from havn.families.v1 import families_pb2 as families
from havn.terms.v1 import terms_pb2 as terms
from services.shared import checks
from services.shared.errors import BadInput
from tests import cast
from tests.contract.descriptors import required

# It meets no database.
pytestmark = pytest.mark.once


def fields(message: Message) -> list[str]:
    return [problem.field for problem in checks.problems(message)]


WHOLE: tuple[Message, ...] = (
    cast.filing(cast.a_full_request()),
    cast.recording(cast.a_placement(end_date=cast.day())),
    cast.entering(cast.a_full_family()),
    cast.logging("families/f-1"),
    cast.founding(),
    cast.opening("institutions/i-1"),
    cast.reporting("institutions/i-1/units/a"),
    cast.updating(cast.a_full_request(name="requests/r"), "siblings"),
    cast.changing(cast.a_full_family(name="families/f"), "household"),
    cast.withdrawing(cast.a_request(name="requests/r", etag="1")),
)


@pytest.mark.parametrize("message", WHOLE, ids=lambda message: message.DESCRIPTOR.name)
def test_a_whole_message_passes(message: Message) -> None:
    checks.check(message)


def paths(message: Message) -> Iterator[tuple[str, ...]]:
    """The path of each required field that the message holds, in it and in what it holds."""
    yield from ((name,) for name in required(message.DESCRIPTOR))  # type: ignore[arg-type]
    for field, value in message.ListFields():
        if field.message_type is None or not field.message_type.full_name.startswith("havn."):
            continue
        for path in paths(value[0] if field.is_repeated else value):
            yield (f"{field.name}[0]" if field.is_repeated else field.name, *path)


REQUIRED = [(message, path) for message in WHOLE for path in paths(message)]


@pytest.mark.parametrize(
    ("message", "path"), REQUIRED, ids=[f"{message.DESCRIPTOR.name}:{'.'.join(path)}" for message, path in REQUIRED]
)
def test_a_message_is_refused_without(message: Message, path: tuple[str, ...]) -> None:
    lacking = type(message)()
    lacking.CopyFrom(message)
    holder: Any = lacking
    for step in path[:-1]:
        holder = _down(holder, step)
    holder.ClearField(path[-1])
    assert fields(lacking) == [".".join(path)]


def _down(holder: Any, step: str) -> Any:  # noqa: ANN401
    return getattr(holder, step.removesuffix("[0]"))[0] if step.endswith("[0]") else getattr(holder, step)


def test_a_text_of_blanks_is_no_text() -> None:
    assert fields(cast.a_family(display_name=" \t\n")) == ["display_name"]


@pytest.mark.parametrize("given", [(2026, 2, 28), (2024, 2, 29), (1, 1, 1), (9999, 12, 31)])
def test_a_day_of_the_calendar_passes(given: tuple[int, int, int]) -> None:
    year, month, day = given
    assert fields(cast.a_vacancy(from_date=Date(year=year, month=month, day=day))) == []


@pytest.mark.parametrize(
    "given",
    [(2026, 2, 29), (2026, 0, 1), (2026, 1, 0), (0, 1, 1), (2026, 13, 1), (2026, 1, 32), (10000, 1, 1), (-1, 1, 1)],
)
def test_what_is_no_day_is_refused(given: tuple[int, int, int]) -> None:
    year, month, day = given
    assert fields(cast.a_vacancy(from_date=Date(year=year, month=month, day=day))) == ["from_date"]


LAST_SECOND = 253402300799


@pytest.mark.parametrize(("seconds", "nanos"), [(0, 0), (LAST_SECOND, 999_999_999), (-62135596800, 0)])
def test_a_moment_passes(seconds: int, nanos: int) -> None:
    assert fields(cast.a_vacancy(confirmed_time=Timestamp(seconds=seconds, nanos=nanos))) == []


@pytest.mark.parametrize(("seconds", "nanos"), [(LAST_SECOND + 1, 0), (-62135596801, 0), (0, -1), (0, 1_000_000_000)])
def test_what_is_no_moment_is_refused(seconds: int, nanos: int) -> None:
    assert fields(cast.a_vacancy(confirmed_time=Timestamp(seconds=seconds, nanos=nanos))) == ["confirmed_time"]


@pytest.mark.parametrize(("units", "nanos"), [(0, 0), (0, 999_999_999), (10**12, 0)])
def test_an_amount_passes(units: int, nanos: int) -> None:
    assert fields(cast.a_family(daily_rate=Money(currency_code="DKK", units=units, nanos=nanos))) == []


@pytest.mark.parametrize(("units", "nanos"), [(-1, 0), (0, -1), (0, 1_000_000_000)])
def test_an_amount_below_nothing_or_with_too_many_parts_is_refused(units: int, nanos: int) -> None:
    given = Money(currency_code="DKK", units=units, nanos=nanos)
    assert fields(cast.a_family(daily_rate=given)) == ["daily_rate"]


@pytest.mark.parametrize("currency", ["", "dkk", "EUR", "DKKK"])
def test_an_amount_in_another_currency_is_refused(currency: str) -> None:
    given = Money(currency_code=currency, units=1)
    assert fields(cast.a_family(daily_rate=given)) == ["daily_rate.currency_code"]


def test_a_word_that_no_enum_has_is_refused_and_those_it_has_are_told() -> None:
    wrong = cast.a_family()
    wrong.MergeFrom(families.FosterFamily.FromString(b"\x28\x63"))
    [problem] = checks.problems(wrong)
    assert problem.field == "type"
    assert "FAMILY_TYPE_NETWORK" in problem.description
    assert "UNSPECIFIED" not in problem.description


def test_a_word_that_no_enum_has_is_refused_in_a_list_too() -> None:
    wrong = cast.a_family(competences=[terms.COMPETENCE_TRAUMA])
    wrong.MergeFrom(families.FosterFamily.FromString(b"\x52\x01\x63"))
    assert fields(wrong) == ["competences[1]"]


@pytest.mark.parametrize(("length", "wrong"), [(10_000, []), (10_001, ["display_name"])])
def test_a_text_may_have_10_000_characters(length: int, wrong: list[str]) -> None:
    assert fields(cast.a_family(display_name="å" * length)) == wrong


@pytest.mark.parametrize(("length", "wrong"), [(1_000, []), (1_001, ["schools"])])
def test_a_list_may_have_1_000_items(length: int, wrong: list[str]) -> None:
    assert fields(cast.a_family(schools=["S"] * length)) == wrong


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\r"])
def test_control_characters_are_refused(character: str) -> None:
    assert fields(cast.a_family(display_name=f"a{character}b")) == ["display_name"]


@pytest.mark.parametrize("character", ["\n", "\t", " ", "å", "漢"])
def test_other_characters_pass(character: str) -> None:
    assert fields(cast.a_family(display_name=f"a{character}b")) == []


def test_every_problem_is_told_with_its_path() -> None:
    wrong = cast.a_family(household=[cast.a_member(), cast.a_member(person="", birth_date=Date(year=1))], town="")
    with pytest.raises(BadInput) as caught:
        checks.check(wrong)
    assert [problem.field for problem in caught.value.problems] == [
        "town",
        "household[1].person",
        "household[1].birth_date",
    ]
