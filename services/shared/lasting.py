"""What is made of many records, made again only once one of them changed."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlmodel import func, select

from services.shared.records import Kind, View
from services.shared.statements import Statement
from services.shared.tables import Record

MOST = 50_000
"""So many are kept of each; then those go that were asked for longest ago."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Lasting(Generic[K, T]):
    """The latest that was made for each key, with the version of what it was made of.

    All who ask share it, so that nobody changes it. Never for a change: what that one sees may come to nothing, and
    another change come to the same version.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[K, tuple[Hashable, T]] = OrderedDict()
        self._one_at_a_time = Lock()

    def of(self, key: K, version: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, or gave when the version was the same."""
        return self.of_each({key: version}, lambda _missing: {key: make()})[key]

    def of_each(self, versions: Mapping[K, Hashable], make: Callable[[Iterable[K]], Mapping[K, T]]) -> Mapping[K, T]:
        """The same for several keys, with their versions: `make` is told for which of them there is none."""
        with self._one_at_a_time:
            missing = [key for key, version in versions.items() if self._made.get(key, (None,))[0] != version]
            for key, made in (make(missing) if missing else {}).items():
                self._made[key] = (versions[key], made)
            found = {key: self._made[key][1] for key in versions}
            self._forget(versions)
        return found

    def _forget(self, used: Iterable[K]) -> None:
        for key in used:
            self._made.move_to_end(key)
        while len(self._made) > MOST:
            self._made.popitem(last=False)


def version(view: View, *kinds: Kind[Any]) -> Hashable:
    """A version of all records of some kinds, as the database shows them: each change makes it another.

    What a rebuild drops or mends is no change: of copies the number of rebuilds belongs to it.
    """
    return tuple(_counted(kind.table).first(view.connection, {}) for kind in kinds)


@cache
def _counted(table: type[Record]) -> Statement:
    return Statement(select(func.count(), func.sum(table.version)).select_from(table))
