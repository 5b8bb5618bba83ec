"""All that one run may know: who waits, which homes there are, who lives there, and the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from havn.terms.v1 import terms_pb2 as terms
from services.matching.rules.children import Child, Seeks
from services.matching.rules.homes import Hold, Home, Resident, may_use
from services.matching.rules.policy import Policy
from services.matching.rules.travel import Travel


@dataclass(frozen=True)
class World:
    """All that one run may know: one authority's children, the homes, who lives there, and the day."""

    day: date
    authority: str
    children: tuple[Child, ...]
    homes: tuple[Home, ...]
    residents: Mapping[str, tuple[Resident, ...]]
    travel: Travel
    policy: Policy
    holds: Mapping[str, tuple[Hold, ...]] = field(default_factory=dict)
    """Places that offers of all authorities hold, by home."""
    placed: tuple[Child, ...] = ()
    """Requests by which children came to where they live: what these forbid holds on (R8, R10)."""

    def __post_init__(self) -> None:
        """Placements that have ended are nobody's home."""
        living = {
            home: tuple(r for r in residents if r.ends is None or r.ends >= self.day)
            for home, residents in self.residents.items()
        }
        object.__setattr__(self, "residents", living)

    def start_in(self, home: Home, wanted: date) -> date:
        """The day that a child comes: when the place is free, and not before it is wanted."""
        return max(wanted, home.free.from_date) if home.free else wanted

    def staying_in(self, home: Home) -> tuple[Resident, ...]:
        """Children that live in the home and still do when its place is free."""
        return self._staying.get(home.name, ())

    @cached_property
    def _staying(self) -> Mapping[str, tuple[Resident, ...]]:
        start = {home.name: self.start_in(home, self.day) for home in self.homes}
        return {
            home: tuple(r for r in residents if r.ends is None or r.ends > start.get(home, self.day))
            for home, residents in self.residents.items()
        }

    def open_places(self, home: Home) -> int:
        """Places that are free and within the approved number (R1, R4)."""
        free = home.free.count if home.free else 0
        return max(0, min(free, home.place_count - len(self.staying_in(home))))

    def held_for(self, requests: Collection[str], home: Home) -> int:
        """Open places that offers hold for these requests."""
        return sum(hold.places_for(requests) for hold in self.holds.get(home.name, ()))

    def held_places(self, home: Home) -> int:
        """Open places that offers hold, for whomever (O2)."""
        return sum(hold.places for hold in self.holds.get(home.name, ()))

    def places_for(self, requests: Collection[str], home: Home) -> int:
        """Open places but those that offers hold for other children."""
        return max(0, self.open_places(home) - self.held_places(home) + self.held_for(requests, home))

    def unheld_places(self, home: Home) -> int:
        """Open places that no offer holds."""
        return max(0, self.open_places(home) - self.held_places(home))

    def severe_places(self, home: Home) -> int:
        """Children with severe needs that the home can still take, where it has a limit (R4)."""
        taken = sum(resident.need_level == terms.NEED_LEVEL_SEVERE for resident in self.staying_in(home))
        return max(0, home.severe_need_limit - taken)

    @cached_property
    def usable_homes(self) -> tuple[Home, ...]:
        """Homes that the authority may use, by name; another authority's other homes are no part of a run (R15)."""
        return tuple(sorted((h for h in self.homes if may_use(h, self.authority)), key=lambda h: h.name))

    @cached_property
    def home_by_name(self) -> Mapping[str, Home]:
        """Usable homes by name."""
        return {home.name: home for home in self.usable_homes}

    @cached_property
    def waiting(self) -> Mapping[str, Child]:
        """Children that wait for a place, by reference; those who wait to step down are not among them."""
        return {child.reference: child for child in self.children if child.seeks is not Seeks.STEP_DOWN}

    @cached_property
    def requests_that_wait(self) -> Collection[str]:
        """The requests of those who wait."""
        return frozenset(child.request for child in self.waiting.values())

    @cached_property
    def home_of(self) -> Mapping[str, str]:
        """Name of the home of each child that stays in one, the last it moved to, and waits for no other place."""
        everybody = (resident for residents in self._staying.values() for resident in residents)
        by_start = sorted(everybody, key=lambda resident: (resident.started, resident.home))
        return {r.reference: r.home for r in by_start if r.reference not in self.waiting}

    @cached_property
    def kept_from(self) -> Mapping[str, frozenset[str]]:
        """Children whom others' own requests, open or placed, keep each child from: by protection, or to live apart."""
        kept: dict[str, frozenset[str]] = {}
        for child in (*self.children, *self.placed):
            for other in child.never_with:
                kept[other] = kept.get(other, frozenset()) | {child.reference}
        return kept
