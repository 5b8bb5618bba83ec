"""Who lives in families, as last read from placements."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from sqlmodel import col

from services.families import wire
from services.families.rules.arrivals import Stay
from services.families.store import STAYS, StayRow
from services.shared import access
from services.shared.records import View
from services.shared.scope import narrow

SERVICE = access.service("families")


def since(view: View, first: date) -> Mapping[str, Sequence[Stay]]:
    """Who lives, or is to live, in which family on a day or later.

    Whoever placed it there: whoever follows a family knows the children who live there.
    """
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    with whole(view) as everybody:
        for placement in everybody.all(STAYS, col(StayRow.home) != "", col(StayRow.until) >= first.isoformat()):
            found[placement.home].append(wire.stay(placement))
    return found


def in_families(view: View, families: Sequence[str], first: date) -> Mapping[str, Sequence[Stay]]:
    """Who does so in some of the families."""
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    with whole(view) as everybody:
        # All of a family are read, by a statement that is made once: each follow-up that is logged asks for it.
        for placement in everybody.among(STAYS, "home", families):
            stay = wire.stay(placement)
            if not stay.ends_before(first):
                found[placement.home].append(stay)
    return found


def in_family(view: View, family: str, first: date) -> Sequence[Stay]:
    """Who does so in one family."""
    return in_families(view, [family], first)[family]


def placed_by_caller(view: View, family: str) -> frozenset[str]:
    """The children in a family whose placements the caller may see: its own authority's."""
    return frozenset(placement.child for placement in view.among(STAYS, "home", [family]))


@contextmanager
def whole(view: View) -> Iterator[View]:
    """What is kept of all authorities, for a moment; then again what the caller sees."""
    yield View(view.session, SERVICE)
    narrow(view.connection, view.caller)
