"""Lists of what is due in families, each made once a day, and again when something changed that it follows from."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any, TypeVar

from services.families import residents
from services.families.store import AGREEMENTS, FAMILIES, FOLLOW_UPS, POLICIES, STAYS, SUPERVISION_VISITS
from services.shared.lasting import Lasting, version
from services.shared.rebuilding import rebuilds
from services.shared.records import View

T = TypeVar("T")


class Due:
    """The lists that were asked for last, by what each caller sees."""

    def __init__(self) -> None:
        self._kept = Lasting[Hashable, Sequence[Any]]()

    def listed(self, view: View, asked: Hashable, today: date, make: Callable[[], Sequence[T]]) -> Sequence[T]:
        """What `make` gives of a view and a day for whoever asks this."""
        caller = view.caller
        return self._kept.of((asked, caller.authority, caller.narrowed()), (today, _version(view)), make)


def _version(view: View) -> Hashable:
    """Of all that any of the lists follows from."""
    with residents.whole(view) as whole:
        records = version(whole, FAMILIES, FOLLOW_UPS, SUPERVISION_VISITS, AGREEMENTS, POLICIES, STAYS)
    return records, rebuilds(view.session, "families")
