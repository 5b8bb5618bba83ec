"""What happens to applications to the central list, each in one transaction.

A municipality sees its applications, the central list its entries, and neither the other's: an entry is made when it is
read, of the application and of what the municipality's own list holds then. Nothing of a child is kept twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as central
from services.capacity.rules import central_list as rules
from services.capacity.rules.waiting_list import ordered
from services.capacity.store import APPLICATIONS, WAITING, ApplicationRow, WaitingListRow
from services.shared import access, names
from services.shared.access import Caller
from services.shared.errors import EtagStale, NotFound
from services.shared.lasting import Lasting, version
from services.shared.names import last_part
from services.shared.rebuilding import rebuilds
from services.shared.records import Change, View
from services.shared.scope import everywhere
from services.shared.wire import timestamp

SERVICE = access.service("capacity")

V = TypeVar("V", View, Change)

_WAITING = {"state": central.CENTRAL_LIST_STATE_WAITING}
_WAITS = col(ApplicationRow.state) == central.CENTRAL_LIST_STATE_WAITING
_ON_A_LIST = col(WaitingListRow.waiting).is_(True)


def apply(change: Change, asked: central.ApplyToCentralListRequest) -> central.CentralListApplication:
    """Puts one who waits on the central list too. Raises NotFound, EtagStale and StateNotAllowed."""
    entry = change.find(WAITING, f"waitingListEntries/{last_part(asked.request)}")
    if entry is None or entry.request != asked.request or not _is_waiting(entry):
        raise NotFound(asked.request)
    if asked.etag not in ("", entry.etag):
        raise EtagStale(entry.name)
    rules.require_eligible(entry)
    rules.require_first(change.all(APPLICATIONS, _WAITS, _for(entry.request)))
    application = central.CentralListApplication(
        name=f"centralListApplications/{names.new_id()}",
        authority=entry.authority,
        request=entry.request,
        applied_by=change.caller.subject,
        create_time=timestamp(change.now),
        state=central.CENTRAL_LIST_STATE_WAITING,
    )
    return change.add(APPLICATIONS, application)


def withdraw(change: Change, asked: central.WithdrawCentralListApplicationRequest) -> central.CentralListApplication:
    """Takes an application back. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    rules.require_reason(asked.reason)
    application = change.get(APPLICATIONS, asked.name)
    rules.close(application, central.CENTRAL_LIST_STATE_WITHDRAWN, change.now)
    application.closing_reason, application.closed_by = asked.reason, change.caller.subject
    return change.save(APPLICATIONS, application, asked.etag)


def remove(change: Change, asked: central.RemoveFromCentralListRequest) -> central.CentralListEntry:
    """Removes an entry. Raises NotFound, EtagStale, BadInput and StateNotAllowed."""
    rules.require_reason(asked.reason)
    with kept_list(change, asked.name, asked.etag) as (whole, application):
        rules.close(application, central.CENTRAL_LIST_STATE_REMOVED, change.now)
        application.closing_reason, application.closed_by = asked.reason, change.caller.subject
        whole.save(APPLICATIONS, application, asked.etag)
    return rules.left(application)


def close(change: Change, request: str) -> None:
    """Takes off the central list who left its own (W6)."""
    for application in change.all(APPLICATIONS, _WAITS, _for(request)):
        rules.close(application, central.CENTRAL_LIST_STATE_CLOSED, change.now)
        change.save(APPLICATIONS, application, application.etag)


class CentralList:
    """The central list, for those who read: kept as long as nothing changes that it follows from."""

    def __init__(self) -> None:
        self._entries = Lasting[str, Sequence[central.CentralListEntry]]()

    def entries(self, view: View, today: date) -> Sequence[central.CentralListEntry]:
        """All of it in order, to whoever keeps it; to all others nothing. All share the answer: nobody changes it."""
        return self._listed(view, today) if keeps(view.caller) else ()

    def with_positions(
        self, view: View, applications: list[central.CentralListApplication], today: date
    ) -> list[central.CentralListApplication]:
        """A municipality's applications, each with the position that it has on the list."""
        if any(application.state == central.CENTRAL_LIST_STATE_WAITING for application in applications):
            positions = {entry.name: entry.position for entry in self._listed(view, today)}
            for application in applications:
                application.position = positions.get(rules.entry_name(application.name), 0)
        return applications

    def _listed(self, view: View, today: date) -> Sequence[central.CentralListEntry]:
        with over_all(view) as whole:
            known = (today, rebuilds(view.session, "capacity"), version(whole, APPLICATIONS, WAITING))
            return self._entries.of(rules.AUTHORITY, known, lambda: listed(whole, today))


def waiting(view: View, today: date) -> list[pb.WaitingListEntry]:
    """The entries of the municipalities' lists that stand on the central one, to whoever keeps it."""
    if not keeps(view.caller):
        return []
    with over_all(view) as whole:
        return ordered(_waits(whole, whole.all(APPLICATIONS, **_WAITING)), today)


def entries_left(view: View) -> list[central.CentralListEntry]:
    """Those that left it, the latest first, to whoever keeps it."""
    if not keeps(view.caller):
        return []
    with over_all(view) as whole:
        gone = [rules.left(application) for application in whole.all(APPLICATIONS, ~_WAITS)]
    return sorted(gone, key=lambda entry: entry.close_time.ToNanoseconds(), reverse=True)


def listed(whole: View, today: date) -> list[central.CentralListEntry]:
    """The central list in order, in a view of all authorities."""
    applied = open_applications(whole)
    return list(rules.listed(applied, {entry.request: entry for entry in _waits(whole, applied)}, today))


def open_applications(whole: View) -> list[central.CentralListApplication]:
    """The applications of all that stand on the list."""
    return whole.all(APPLICATIONS, **_WAITING)


def _waits(whole: View, applied: Iterable[central.CentralListApplication]) -> list[pb.WaitingListEntry]:
    """What the municipalities' own lists hold of those who were applied for."""
    asked = [f"waitingListEntries/{last_part(application.request)}" for application in applied]
    return whole.among(WAITING, "name", asked, _ON_A_LIST)


@contextmanager
def kept_list(change: Change, entry: str, etag: str) -> Iterator[tuple[Change, central.CentralListApplication]]:
    """The transaction over all authorities, with the application of an entry, for whoever keeps the list.

    Raises EtagStale, and NotFound to all others.
    """
    if not keeps(change.caller) or not entry.startswith("centralListEntries/"):
        raise NotFound(entry)
    with over_all(change) as whole:
        application = whole.find(APPLICATIONS, rules.application_name(entry))
        if application is None:
            raise NotFound(entry)
        if etag != application.etag:
            raise EtagStale(entry)
        yield whole, application


@contextmanager
def over_all(view: V) -> Iterator[V]:
    """The same transaction, over all authorities, for as long as the block lasts."""
    with everywhere(view.connection, view.caller):
        if isinstance(view, Change):
            yield Change(view.session, SERVICE, view.now, view.touched)
        else:
            yield View(view.session, SERVICE)


def keeps(caller: Caller) -> bool:
    """Whether the central list is the caller's."""
    return caller.sees(rules.AUTHORITY, "centralListEntries")


def _is_waiting(entry: pb.WaitingListEntry) -> bool:
    return entry.HasField("place_by_date")


def _for(request: str) -> ColumnElement[bool]:
    return col(ApplicationRow.request) == request
