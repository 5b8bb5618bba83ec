"""Who lives in families, as last read from placements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import col

from services.families import wire
from services.families.rules.arrivals import Stay
from services.families.store import STAYS, StayRow
from services.shared import access
from services.shared.records import View
from services.shared.scope import everywhere

SERVICE = access.service("families")


def since(view: View, first: date, family: str = "") -> Mapping[str, Sequence[Stay]]:
    """Who lives, or is to live, in which family on a day or later; in one of them, where it is named.

    Whoever placed it there: whoever follows a family knows the children who live there.
    """
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    home = [col(StayRow.home) == family] if family else [col(StayRow.home) != ""]
    with everywhere(view.connection, view.caller):
        whole = View(view.session, SERVICE)
        for placement in whole.all(STAYS, *home, col(StayRow.until) >= first.isoformat()):
            found[placement.home].append(wire.stay(placement))
    return found
