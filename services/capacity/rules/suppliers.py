"""What came of placements in an institution, how full it was, and what it delivered (V11, V12)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.occupancy import DAY, Stay, by_place
from services.shared.wire import date_message, day

YEAR = timedelta(days=365)
EARLY = timedelta(days=14)
"""A placement that ends so long before its planned end, or less, ended by the plan."""

MOVE = timedelta(days=30)
"""Whoever lives elsewhere within this time moved on."""

MOST_HIDDEN = 5
"""Children of others: of so many or fewer, a count could say who they are."""

PARTS = ("ended_as_planned_count", "ended_otherwise_count", "ended_without_plan_count")
COUNTS = ("started_count", *PARTS, "moved_on_count")


@dataclass(frozen=True)
class Year:
    """The year up to a day, that day included."""

    last: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.last - YEAR + DAY

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last


@dataclass(frozen=True)
class Stays:
    """Who lived in an institution, and by child where else they lived."""

    institution: str
    here: Sequence[Stay]
    by_child: Mapping[str, Sequence[Stay]]

    def started(self, year: Year) -> Iterator[Stay]:
        """Those who came in the year, and not from another unit of it."""
        for stay in self.here:
            if stay.starts in year and not self._is_here_on(stay, stay.starts - DAY):
                yield stay

    def ended(self, year: Year) -> Iterator[tuple[Stay, date]]:
        """Those who left in the year, and not for another unit of it."""
        for stay in self.here:
            if stay.ends is not None and stay.ends in year and not self._is_here_on(stay, stay.ends + DAY):
                yield stay, stay.ends

    def moved_on(self, stay: Stay, left: date) -> bool:
        """Whether the child lived in another home soon after it left."""
        others = (other for other in self.by_child.get(stay.child, ()) if other.home != stay.home)
        return any(left <= other.starts <= left + MOVE for other in others)

    def _is_here_on(self, stay: Stay, on: date) -> bool:
        """Whether the child lived in another unit of the institution on a day."""
        return any(
            other.placement != stay.placement
            and other.home.startswith(f"{self.institution}/")
            and other.starts <= on
            and (other.ends is None or other.ends >= on)
            for other in self.by_child.get(stay.child, ())
        )


def counted(stays: Stays, year: Year, authorities: Collection[str] | None) -> Counter[str]:
    """What came of placements of some authorities, or of all (V11)."""

    def counts(stay: Stay) -> bool:
        return authorities is None or stay.authority in authorities

    found: Counter[str] = Counter({"started_count": sum(map(counts, stays.started(year)))})
    for stay, left in stays.ended(year):
        if counts(stay):
            found[_ending(stay, left)] += 1
            found["moved_on_count"] += stays.moved_on(stay, left)
    return found


def outcomes(found: Counter[str], others: Counter[str]) -> pb.Outcomes:
    """Counts as they are told: those in which others have a few children are not, nor their sum (V12)."""
    told = pb.Outcomes()
    for name in COUNTS:
        if others[name] == 0 or others[name] > MOST_HIDDEN:
            setattr(told, name, found[name])
    if all(told.HasField(name) for name in PARTS):  # type: ignore[arg-type]  # names of fields
        told.ended_count = sum(found[name] for name in PARTS)
    return told


def occupied(units: Iterable[pb.InstitutionUnit], stays: Collection[Stay], year: Year) -> int:
    """Share of the units' place-days in the year that were used, in percent (V11)."""
    of_home: defaultdict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        of_home[stay.home].append(stay)
    used = offered = 0
    for unit in units:
        offered += unit.place_count * YEAR.days
        for together in by_place(unit, of_home[unit.name]):
            used += _days(together, year) * (unit.place_count if any(stay.solo for stay in together) else 1)
    return min(100, round(100 * used / offered)) if offered else 0


def promises(institution: pb.Institution, deliveries: Collection[pb.Delivery], year: Year) -> Iterator[pb.PromiseKept]:
    """What was promised for some of the year, and what was delivered of it in the year."""
    for promised in institution.promised_services:
        if day(promised.from_date) <= year.last and _until(promised) >= year.first:
            delivered = [
                day(each.delivered_date)
                for each in deliveries
                if each.promised_service == promised.key and day(each.delivered_date) in year
            ]
            latest = date_message(max(delivered)) if delivered else None
            yield pb.PromiseKept(promised=promised, delivery_count=len(delivered), last_delivery_date=latest)


def _ending(stay: Stay, left: date) -> str:
    if stay.planned_end is None:
        return "ended_without_plan_count"
    return "ended_as_planned_count" if left >= stay.planned_end - EARLY else "ended_otherwise_count"


def _days(together: Sequence[Stay], year: Year) -> int:
    """Days of the year on which somebody lived in one place; the last day of a placement is another's."""
    days = [_days_of(stay, year) for stay in together]
    return len(days[0] if len(days) == 1 else set[int]().union(*days))


def _days_of(stay: Stay, year: Year) -> range:
    left = year.last if stay.ends is None else min(year.last, stay.ends - DAY)
    return range(max(year.first, stay.starts).toordinal(), left.toordinal() + 1)


def _until(promised: pb.PromisedService) -> date:
    return day(promised.until_date) if promised.HasField("until_date") else date.max
