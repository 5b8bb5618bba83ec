"""What an offer must know of a home."""

from dataclasses import dataclass
from datetime import date

from services.shared.names import parent

FAMILY = "families/"


@dataclass(frozen=True)
class Home:
    """The facts of a home, as its owner told them just now.

    `agreements` are the authorities beside its own that may use it, None where all may: the central list assigns it.
    `free_from` is absent where no free place was ever reported; a `pause` lasts to its day, or for good. Of the
    requests that it is wanted for, `applied` stand on the central list, which `assigned` a place of this home to some.
    """

    name: str
    authority: str
    town: str
    place_count: int
    agreements: frozenset[str] | None = frozenset()
    approval: tuple[date, date] | None = None
    pause: date | None = None
    free_place_count: int = 0
    free_from: date | None = None
    persons: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()

    @property
    def is_assigned_centrally(self) -> bool:
        """Whether the central list disposes of its places."""
        return self.agreements is None

    def may_be_used_by(self, authority: str) -> bool:
        """Its own, by agreement, or by the central list (R15)."""
        return self.agreements is None or authority == self.authority or authority in self.agreements

    def is_approved(self, on: date) -> bool:
        """Whether it may take children on a day."""
        return self.approval is not None and self.approval[0] <= on <= self.approval[1]

    def is_paused(self, on: date) -> bool:
        """Whether a named person took it out for a while."""
        return self.pause is not None and on <= self.pause


def institution_of(home: str) -> str:
    """The institution of a unit; empty for a family."""
    return "" if home.startswith(FAMILY) else parent(home)
