"""Waiting lists in their order, each made once for as long as it stays the same."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1.waiting_pb2 import WaitingTimes
from services.capacity.rules import waiting_list
from services.capacity.rules.waiting_times import by_town, waiting_times
from services.capacity.store import WAITING, WAITING_OFFERS, WaitingListOfferRow, WaitingListRow
from services.shared.access import EVERYWHERE, Caller
from services.shared.lasting import Lasting
from services.shared.names import parent
from services.shared.rebuilding import rebuilds
from services.shared.records import View
from services.shared.statements import Statement

Versions = Mapping[str, str]
"""A version of each authority's waiting list, and of all of them."""

Entries = Sequence[pb.WaitingListEntry]
"""Entries that all share: nobody changes one."""

NOBODY = waiting_times(())
"""How long nobody has waited."""


class WaitingLists:
    """The list of each authority, as it was when it was last asked for."""

    def __init__(self) -> None:
        self._lists = Lasting[str, Entries]()
        self._times = Lasting[str, WaitingTimes]()
        self._counts = Lasting[str, pb.CapacityOverview]()

    def ordered(self, view: View, today: date) -> Entries:
        """The list that the view's caller sees, as of today."""
        # Nothing that waits belongs to a home or an institution.
        return () if view.caller.narrowed() else self._ordered(view, today, _version_of_own(view, today))

    def times(self, view: View, today: date) -> WaitingTimes:
        """How long those on it have waited. All share the answer: nobody changes it."""
        return NOBODY if view.caller.narrowed() else self._timed(view, today, _version_of_own(view, today))

    def overview(self, view: View, today: date, *, with_times: bool) -> pb.CapacityOverview:
        """How many are on it, how many of them can't wait, and where it is asked how long they have waited by town."""
        found = pb.CapacityOverview()
        if view.caller.narrowed():
            return found
        version = _version_of_own(view, today)
        found.CopyFrom(
            self._counts.of(
                view.caller.authority, version, lambda: waiting_list.counts(self._ordered(view, today, version))
            )
        )
        if with_times:
            found.waits_by_town.extend(by_town(self._timed(view, today, version)))
        return found

    def _timed(self, view: View, today: date, version: str) -> WaitingTimes:
        return self._times.of(
            view.caller.authority, version, lambda: waiting_times(self._ordered(view, today, version))
        )

    def _ordered(self, view: View, today: date, version: str) -> Entries:
        def order() -> Entries:
            return waiting_list.ordered(view.all(WAITING, col(WaitingListRow.waiting).is_(True)), today)

        return self._lists.of(view.caller.authority, version, order)


def with_offers(view: View, entries: Iterable[pb.WaitingListEntry]) -> list[pb.WaitingListEntry]:
    """The entries, each with the homes that were asked for it, in the order in which they were (W3)."""
    told = {entry.name: entry for entry in entries}
    offers = defaultdict(list)
    for offer in view.among(WAITING_OFFERS, "parent", told):
        offers[parent(offer.name)].append(offer)
    for name, asked in offers.items():
        # The list shares its entries: these are told of more.
        entry = pb.WaitingListEntry(offers=asked)
        entry.MergeFrom(told[name])
        told[name] = entry
    return list(told.values())


def versions(view: View, today: date) -> Versions:
    """The versions of all waiting lists: each change of a request or an offer makes one greater, or adds one.

    What a rebuild drops is no change: rebuilds count as well. So does each day: ages, delays and with them the order
    are others from midnight on.
    """
    counts, totals = Counter[str](), Counter[str]()
    for table in (WaitingListRow, WaitingListOfferRow):
        for authority, count, total in _counted(table).rows(view.connection, {}):
            counts[authority] += count
            totals[authority] += total
    done = rebuilds(view.session, "capacity")
    told = {authority: f"{today}-{done}-{count}-{totals[authority]}" for authority, count in counts.items()}
    return told | {EVERYWHERE: f"{today}-{done}-{counts.total()}-{totals.total()}"}


def _version_of_own(view: View, today: date) -> str:
    """The version of the caller's list alone: the others need not be counted for it."""
    if view.caller.authority == EVERYWHERE:
        return versions(view, today)[EVERYWHERE]
    count = total = 0
    for table in (WaitingListRow, WaitingListOfferRow):
        [(some, sum_of_versions)] = _counted_of(table).rows(view.connection, {"of_authority": view.caller.authority})
        count, total = count + some, total + (sum_of_versions or 0)
    return f"{today}-{rebuilds(view.session, 'capacity')}-{count}-{total}"


@cache
def _counted_of(table: type[WaitingListRow] | type[WaitingListOfferRow]) -> Statement:
    counted = select(func.count(), func.sum(table.version)).select_from(table)
    return Statement(counted.where(col(table.authority) == bindparam("of_authority")))


@cache
def _counted(table: type[WaitingListRow] | type[WaitingListOfferRow]) -> Statement:
    return Statement(select(table.authority, func.count(), func.sum(table.version)).group_by(col(table.authority)))


def version_for(caller: Caller, known: Versions) -> str:
    """The version of the list that the caller sees."""
    # Nothing that waits belongs to a home or an institution.
    return "" if caller.narrowed() else known.get(caller.authority, "")
