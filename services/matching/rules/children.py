"""The facts that the rules read about a child that waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Seeks(Enum):
    """What a request seeks."""

    PLACEMENT = "placement"
    STEP_DOWN = "step down"
    PARENT_WITH_CHILD = "parent with child"


class SiblingRule(Enum):
    """How two siblings are to live."""

    TOGETHER = "together"
    TOGETHER_IF_POSSIBLE = "together if possible"
    APART = "apart"


class Basis(Enum):
    """What allows a placement."""

    CONSENT = "consent"
    COMMITTEE_DECISION = "committee decision"
    EMERGENCY_DECISION = "emergency decision"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """What allows the placement, and until when."""

    kind: Basis
    expires: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it has not expired on `day`."""
        return self.expires is None or self.expires >= day


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A decision to search above the need step, until a day."""

    step: int
    until: date


@dataclass(frozen=True, slots=True)
class School:
    """Where a child goes to school."""

    name: str
    town: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the parents live, and how many visits a month the plan foresees."""

    town: str
    visits_per_month: float


@dataclass(frozen=True, slots=True)
class Protection:
    """Homes, towns, persons and children that the child is never placed with."""

    homes: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the child and its parents wish; empty where they stated none."""

    child_town: str = ""
    child_home: str = ""
    parents_town: str = ""


@dataclass(frozen=True, slots=True)
class CurrentHome:
    """Where the child lives while it waits; `home` is empty when with its parents or network."""

    home: str = ""
    step: int = 0
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A child that waits: one open request."""

    request: str
    reference: str
    authority: str
    birth_date: date
    gender: int
    town: str
    languages: Mapping[int, int]
    need_level: int
    need_step: int
    from_date: date
    place_by_date: date
    seeks: Seeks = Seeks.PLACEMENT
    needed_competences: frozenset[int] = frozenset()
    wished_competences: frozenset[int] = frozenset()
    accessibility: frozenset[int] = frozenset()
    ceiling: Ceiling | None = None
    danger_since: date | None = None
    siblings: Mapping[str, SiblingRule] = field(default_factory=dict)
    school: School | None = None
    contact: Contact | None = None
    protection: Protection = Protection()
    wish: Wish = Wish()
    basis: LegalBasis | None = None
    current_home: CurrentHome | None = None
    solo: bool = False

    @property
    def never_with(self) -> frozenset[str]:
        """Children that it never lives with: by its protection (R8), or as siblings who live apart (R10)."""
        apart = {sibling for sibling, rule in self.siblings.items() if rule is SiblingRule.APART}
        return self.protection.children | apart

    @property
    def in_danger(self) -> bool:
        """Whether it needs a safe place tonight."""
        return self.danger_since is not None

    def age(self, day: date) -> int:
        """Whole years on `day`."""
        return age(self.birth_date, day)


def age(birth_date: date, day: date) -> int:
    """Whole years on `day`."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
