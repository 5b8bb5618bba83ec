"""Who lives in a family since when, as far as visits count from it. Numbers: docs/rules.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_VISIT = timedelta(weeks=1)
"""How long after its approval, or after a child came, a family is visited (K4)."""


@dataclass(frozen=True)
class Stay:
    """A child lives, lived or will live in a family: from its first day to its last one, where that is known."""

    child: str
    starts: date
    ends: date | None = None
    born: date | None = None

    def ends_before(self, on: date) -> bool:
        """Whether it is over by a day."""
        return self.ends is not None and self.ends < on

    def lasts_on(self, on: date) -> bool:
        """Whether the child lives there on a day."""
        return self.starts <= on and not self.ends_before(on)


def living(stays: Iterable[Stay], on: date) -> list[Stay]:
    """Those of children who live there on a day, who came first before the others."""
    return sorted((stay for stay in stays if stay.lasts_on(on)), key=lambda stay: (stay.starts, stay.child))


def first_due(approved: date, stays: Sequence[Stay]) -> date:
    """When a family is visited for the first time: after its approval, or after its first child came later (K4)."""
    return week_after(max(approved, min((stay.starts for stay in stays), default=approved)))


def due_after(visit: date, named: date, stays: Iterable[Stay]) -> date:
    """When the visit after one is due: on the day that was named, or earlier because of who came since (K4)."""
    return min([named, *(week_after(stay.starts) for stay in stays if stay.starts > visit and _is_visited(stay))])


def begun(approved: date, stays: Iterable[Stay], visit: date) -> date:
    """When the first period began in which a visit is: with the approval, or with the child that came last (K5)."""
    return max([approved, *(stay.starts for stay in stays if stay.lasts_on(visit))])


def week_after(day: date) -> date:
    """The day of the first visit: the last of the calendar, where that ends before."""
    return day + min(FIRST_VISIT, date.max - day)


def _is_visited(stay: Stay) -> bool:
    """Whether it lasts until somebody would come."""
    return not stay.ends_before(week_after(stay.starts))
