"""Waiting lists in their order, each made once for as long as it stays the same."""

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Lock

from sqlmodel import col, func, select

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules import waiting_list
from services.capacity.store import WAITING, WaitingListRow
from services.shared.access import EVERYWHERE, Caller
from services.shared.rebuilding import rebuilds
from services.shared.records import View

Versions = Mapping[str, str]
"""A version of each authority's waiting list, and of all of them."""

Entries = Sequence[pb.WaitingListEntry]
"""Entries that all share: nobody changes one."""


class WaitingLists:
    """The list of each authority, as it was when it was last asked for."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, Entries]] = {}
        self._one_at_a_time = Lock()

    def ordered(self, view: View, today: date) -> Entries:
        """The list that the view's caller sees, as of today."""
        caller = view.caller
        if caller.narrowed():
            return ()
        version = version_for(caller, versions(view, today))
        with self._one_at_a_time:
            made_of, entries = self._made.get(caller.authority, ("", ()))
            if made_of != version:
                entries = waiting_list.ordered(view.all(WAITING, col(WaitingListRow.waiting).is_(True)), today)
                self._made[caller.authority] = (version, entries)
        return entries


def versions(view: View, today: date) -> Versions:
    """The versions of all waiting lists: each change of a request makes its entry's version greater, or adds one.

    What a rebuild drops is no change of a request: rebuilds count as well. So does each day: ages, delays and with them
    the order are others from midnight on.
    """
    counted = select(WaitingListRow.authority, func.count(), func.sum(WaitingListRow.version))
    found = view.session.exec(counted.group_by(col(WaitingListRow.authority))).all()
    done = rebuilds(view.session, "capacity")
    told = {authority: f"{today}-{done}-{count}-{total}" for authority, count, total in found}
    return told | {EVERYWHERE: f"{today}-{done}-{sum(row[1] for row in found)}-{sum(row[2] for row in found)}"}


def version_for(caller: Caller, known: Versions) -> str:
    """The version of the list that the caller sees."""
    # Nothing that waits belongs to a home or an institution.
    return "" if caller.narrowed() else known.get(caller.authority, "")
