"""Breaches that placements show, noted in the transaction that lets them show."""

from collections.abc import Collection
from datetime import date

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import events, wire
from services.capacity.rules.breaches import breach_of, shows_breach
from services.capacity.rules.occupancy import Stay
from services.capacity.store import BREACHES, STAYS, UNITS, StayRow
from services.shared import access
from services.shared.records import Change
from services.shared.scope import everywhere
from services.shared.wire import timestamp

SERVICE = access.service("capacity")


def note(change: Change, stay: Stay, since: date, today: date) -> None:
    """Records that a stay is in an unapproved unit, where it is (V10)."""
    unit = change.find(UNITS, stay.home)
    if unit is not None and shows_breach(stay, unit, today):
        _record(change, breach_of(stay, since))


def note_all(change: Change, units: Collection[pb.InstitutionUnit], today: date) -> None:
    """Records all who live in units that are approved no more from today on."""
    homes = [unit.name for unit in units if not unit.approved]
    if not homes:
        return
    with everywhere(change.connection, change.caller):
        whole = Change(change.session, SERVICE, change.now, change.touched)
        for placement in whole.all(STAYS, col(StayRow.home).in_(homes)):
            note(whole, wire.stay(placement), today, today)


def _record(change: Change, breach: pb.Breach) -> None:
    if change.find(BREACHES, breach.name) is None:
        breach.noticed_by = SERVICE.subject
        breach.notice_time.CopyFrom(timestamp(change.now))
        change.add(BREACHES, breach)
        change.announce(*events.breach_recorded(breach))
