"""The time: passed in everywhere, so that a test can stop it."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment, in UTC."""

    def today(self) -> date:
        """The day where the authority is."""

    def day_of(self, moment: datetime) -> date:
        """The day where the authority is, at another moment."""


class SystemClock:
    """The machine's clock, with the day of one time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The day in the time zone."""
        return self.day_of(self.now())

    def day_of(self, moment: datetime) -> date:
        """The day of a moment in the time zone."""
        return moment.astimezone(self._zone).date()
