"""Rates by day: what a child costs is told from a day on."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from services.shared.wire import day


class Dated(Protocol):
    """An amount that holds from a day on."""

    @property
    def from_date(self) -> Date:
        """The first day."""

    @property
    def amount(self) -> Money:
        """How much."""


class Priced(Protocol):
    """What has rates: dated ones, and one for the time before them."""

    @property
    def daily_rates(self) -> Sequence[Dated]:
        """Those that hold from a day on."""

    @property
    def daily_rate(self) -> Money:
        """The one that has no day."""

    def HasField(self, field_name: Literal["daily_rate"]) -> bool: ...  # noqa: D102


def rate_of(priced: Priced, on: date) -> Money | None:
    """The rate of a day: the dated one that began last, else the one without a day; None where unknown (V2)."""
    begun = [rate for rate in priced.daily_rates if day(rate.from_date) <= on]
    if begun:
        return max(begun, key=lambda rate: day(rate.from_date)).amount
    return priced.daily_rate if priced.HasField("daily_rate") else None
