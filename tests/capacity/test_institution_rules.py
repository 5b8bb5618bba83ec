"""What institutions and units may be (V1), what a day costs (V2), and what was promised and delivered (V3)."""

from typing import Any

import pytest

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.institutions import check_delivery, check_institution, check_kind, suits
from services.capacity.rules.units import check_unit
from services.shared.errors import BadInput
from services.shared.rates import rate_of
from tests import cast

# It meets no database.
pytestmark = pytest.mark.once

OPEN, PARTLY_CLOSED, SECURE = pb.INSTITUTION_KIND_OPEN, pb.INSTITUTION_KIND_PARTLY_CLOSED, pb.INSTITUTION_KIND_SECURE
UNKNOWN = pb.INSTITUTION_KIND_UNSPECIFIED


@pytest.mark.parametrize(
    ("kind", "steps"),
    [(OPEN, {4, 5, 8}), (PARTLY_CLOSED, {4, 5, 6, 8}), (SECURE, {4, 5, 6, 7, 8}), (UNKNOWN, {4, 5, 6, 7, 8})],
)
def test_v1_a_kind_has_units_closed_so_far(kind: pb.InstitutionKind.ValueType, steps: set[int]) -> None:
    assert {step for step in range(4, 9) if suits(kind, step)} == steps


def test_v1_a_unit_closed_further_than_its_institution_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        check_unit(cast.a_unit(step=6), cast.an_institution(kind=OPEN))
    assert [problem.field for problem in refused.value.problems] == ["unit.step"]
    with pytest.raises(BadInput) as refused:
        check_kind(cast.an_institution(kind=OPEN), [cast.a_unit(step=5), cast.a_unit(step=6)])
    assert [problem.field for problem in refused.value.problems] == ["institution.kind"]
    check_kind(cast.an_institution(kind=PARTLY_CLOSED), [cast.a_unit(step=5), cast.a_unit(step=6)])


def rate(after: int, kroner: int) -> pb.DailyRate:
    return pb.DailyRate(from_date=cast.day(after), amount=cast.kroner(kroner))


RATES: dict[str, tuple[dict[str, Any], int | None]] = {
    "the dated rate that began last": ({"daily_rates": [rate(-1, 200), rate(0, 300), rate(-9, 100)]}, 300),
    "not one that begins tomorrow": ({"daily_rates": [rate(1, 300), rate(-9, 100)]}, 100),
    "a dated rate before the one without a day": ({"daily_rate": cast.kroner(50), "daily_rates": [rate(0, 300)]}, 300),
    "the one without a day before the first": ({"daily_rate": cast.kroner(50), "daily_rates": [rate(1, 300)]}, 50),
    "none where none has begun": ({"daily_rate": None, "daily_rates": [rate(1, 300)]}, None),
    "nothing where nothing is paid": ({"daily_rates": [rate(0, 0)]}, 0),
}


@pytest.mark.parametrize(("facts", "kroner"), RATES.values(), ids=RATES)
def test_v2_the_rate_of_a_day_is(facts: dict[str, Any], kroner: int | None) -> None:
    found = rate_of(cast.a_unit(**facts), cast.TODAY)
    assert (None if found is None else found.units) == kroner


def test_v2_no_day_has_two_rates() -> None:
    with pytest.raises(BadInput) as refused:
        check_unit(cast.a_unit(daily_rates=[rate(0, 1), rate(0, 2)]), cast.an_institution())
    assert [problem.field for problem in refused.value.problems] == ["unit.daily_rates"]


PROMISES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "an end before its beginning": ("promised_services[0].until_date", [{"until_date": cast.day(-101)}]),
    "the key of another": ("promised_services[1].key", [{}, {}]),
    "a key that is none": ("promised_services[0].key", [{"key": "Samtaler!"}]),
}


@pytest.mark.parametrize(("field", "promised"), PROMISES.values(), ids=PROMISES)
def test_v3_a_promise_is_refused_with(field: str, promised: list[dict[str, Any]]) -> None:
    institution = cast.an_institution(promised_services=[cast.a_promise(**each) for each in promised])
    with pytest.raises(BadInput) as refused:
        check_institution(institution)
    assert [problem.field for problem in refused.value.problems] == [f"institution.{field}"]


DELIVERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "a service that nobody promised": ("delivery.promised_service", {"promised_service": "meals"}),
    "a day to come": ("delivery.delivered_date", {"delivered_date": cast.day(1)}),
    "a day before the promise": ("delivery.delivered_date", {"delivered_date": cast.day(-101)}),
    "a day after the promise": ("delivery.delivered_date", {"delivered_date": cast.day(-9)}),
}


@pytest.mark.parametrize(("field", "facts"), DELIVERIES.values(), ids=DELIVERIES)
def test_v3_a_delivery_is_refused_with(field: str, facts: dict[str, Any]) -> None:
    institution = cast.an_institution(promised_services=[cast.a_promise(until_date=cast.day(-10))])
    with pytest.raises(BadInput) as refused:
        check_delivery(cast.a_delivery(**facts), institution, cast.TODAY)
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("after", [-100, -10])
def test_v3_a_delivery_is_taken_on_the_first_and_last_day(after: int) -> None:
    institution = cast.an_institution(promised_services=[cast.a_promise(until_date=cast.day(-10))])
    check_delivery(cast.a_delivery(delivered_date=cast.day(after)), institution, cast.TODAY)
