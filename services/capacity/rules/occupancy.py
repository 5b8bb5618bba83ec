"""What placements tell of a unit's places: how many are free, and which become so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.vacancies import blocked_places
from services.shared.wire import date_message, day

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """A child lives, or lived, in a home; `ends` is the last day as far as it is known, `planned_end` as planned."""

    placement: str
    authority: str
    child: str
    home: str
    starts: date
    ends: date | None = None
    planned_end: date | None = None
    solo: bool = False
    group: str = ""
    """What those share who were placed as one family."""

    @property
    def leaves(self) -> date | None:
        """The day on which the place is free again, as far as anybody knows."""
        return self.ends or self.planned_end

    def is_living(self, on: date) -> bool:
        """Whether the child lives there on a day; on its last day the place is free for another (R1).

        A plan that has passed ended nothing.
        """
        return self.starts <= on and (self.ends is None or self.ends > on)


@dataclass(frozen=True)
class Used:
    """A unit's places with all that uses them."""

    unit: pb.InstitutionUnit
    blocked: Collection[pb.BlockedPlaces]
    stays: Collection[Stay]
    held: int = 0

    def free(self, on: date) -> int:
        """Places that are left on a day (V8)."""
        left = self.unit.place_count - self._used(on) - blocked_places(self.blocked, on)
        return max(0, left)

    def occupancy(self, on: date) -> pb.Occupancy:
        """All of it on a day (V8)."""
        return pb.Occupancy(
            as_of_date=date_message(on),
            place_count=self.unit.place_count,
            used_place_count=self._used(on),
            blocked_place_count=blocked_places(self.blocked, on),
            free_place_count=self.free(on),
            held_place_count=self.held,
        )

    def planned(self, today: date) -> Iterator[pb.PlannedVacancy]:
        """Places that children who live there now leave later, by day (V9)."""
        living = [stay for stay in self.stays if stay.is_living(today)]
        for leaving in sorted({stay.leaves for stay in living if stay.leaves and stay.leaves > today}):
            before = self._left(living, leaving - DAY)
            if freed := self._left(living, leaving) - before:
                yield pb.PlannedVacancy(from_date=date_message(leaving), place_count=freed)

    def _used(self, on: date) -> int:
        return self._taken([stay for stay in self.stays if stay.is_living(on)])

    def _left(self, living: Collection[Stay], on: date) -> int:
        """Places that those who live there now leave by a day, were nobody to come and nothing out of use."""
        staying = [stay for stay in living if stay.leaves is None or stay.leaves > on]
        return max(0, self.unit.place_count - self._taken(staying))

    def _taken(self, living: Collection[Stay]) -> int:
        """Places that are used: who can't live with others has the whole unit."""
        taken = len(by_place(self.unit, living))
        return max(taken, self.unit.place_count) if any(stay.solo for stay in living) else taken


def by_place(unit: pb.InstitutionUnit, stays: Iterable[Stay]) -> Collection[Sequence[Stay]]:
    """Stays in a unit by the place that they have: each its own, in a family department one for a family (V8)."""
    are_families = unit.kind == pb.UNIT_KIND_FAMILY_DEPARTMENT
    places: defaultdict[str | int, list[Stay]] = defaultdict(list)
    for number, stay in enumerate(stays):
        places[(are_families and stay.group) or number].append(stay)
    return places.values()


def difference(vacancy: pb.Vacancy, used: Used, today: date) -> int:
    """How many places more were reported than placements leave (V8)."""
    return vacancy.free_place_count - used.free(_told_of(vacancy, today))


def describe(vacancy: pb.Vacancy, used: Used, today: date) -> None:
    """Puts what placements tell beside what was reported (V8, V9)."""
    vacancy.occupancy.CopyFrom(used.occupancy(_told_of(vacancy, today)))
    vacancy.difference = difference(vacancy, used, today)
    vacancy.disposal = used.unit.disposal
    del vacancy.planned[:]
    vacancy.planned.extend(used.planned(today))


def _told_of(vacancy: pb.Vacancy, today: date) -> date:
    """The day that a report tells of."""
    return max(today, day(vacancy.from_date))
