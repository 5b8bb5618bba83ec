"""Answers as messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from havn.matching.v1 import matching_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.cost import Cost
from services.matching.rules.homes import Disposal, Home, Resident
from services.matching.rules.refusal import Refusal

DISPOSALS = {
    Disposal.OWN: terms.DISPOSAL_OWN,
    Disposal.BY_AGREEMENT: terms.DISPOSAL_BY_AGREEMENT,
    Disposal.CENTRAL_LIST: terms.DISPOSAL_CENTRAL_LIST,
}


def home_message(home: Home, residents: Iterable[Resident], held_places: int = 0) -> pb.Home:
    """A home as matching sees it, with how many live there and how many places offers hold."""
    message = pb.Home(
        name=home.name,
        display_name=home.display_name,
        kind=pb.HOME_KIND_FAMILY if home.is_family else pb.HOME_KIND_UNIT,
        authority=home.authority,
        town=home.town,
        step=home.step,
        place_count=home.place_count,
        resident_count=len(tuple(residents)),
        disposal=DISPOSALS[home.disposal],
        held_place_count=held_places,
    )
    if home.free:
        message.free_place_count = home.free.count
        message.free_from_date.CopyFrom(date_message(home.free.from_date))
        confirmed = Timestamp()
        confirmed.FromDatetime(home.free.confirmed)
        message.confirmed_time.CopyFrom(confirmed)
    return message


def date_message(day: date) -> Date:
    """A day."""
    return Date(year=day.year, month=day.month, day=day.day)


def money(ore: int | None) -> Money | None:
    """An amount in DKK from øre; None stays None."""
    return None if ore is None else Money(currency_code="DKK", units=ore // 100, nanos=ore % 100 * 10_000_000)


def cost_message(cost: Cost) -> pb.Cost:
    """The cost a day; what is unknown is absent, and the sum lacks it."""
    return pb.Cost(
        per_day=money(cost.known),
        rate=money(cost.rate),
        contact_travel=money(cost.contact_travel),
        interpreter=money(cost.interpreter),
        rate_unknown=cost.rate is None,
    )


@lru_cache(maxsize=20_000)
def refusal_message(refusal: Refusal, alone: bool) -> pb.Refusal:
    """A refusal; `alone`: no other rule stands against the home, so one change would include it."""
    return pb.Refusal(
        rule=refusal.breach.rule,
        code=refusal.breach.code,
        words=refusal.words.message(),
        waivable_by=refusal.breach.waivable_by,
        change=refusal.change.message() if alone else None,
    )
