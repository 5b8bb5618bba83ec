"""Breaches that placements show, noted in the transaction that lets them show."""

from collections.abc import Collection
from datetime import date

from sqlmodel import col, func, select

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import events, wire
from services.capacity.rules.breaches import breach_of, breach_of_number, lives_over, shows_breach
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
    if unit is None:
        return
    if shows_breach(stay, unit, today):
        _record(change, breach_of(stay, since))
    if stay.is_living(today):
        note_number(change, unit, today)


def note_number(change: Change, unit: pb.InstitutionUnit, today: date) -> None:
    """Records that more children live in a unit than places are approved, unless it stands open already (V10)."""
    with everywhere(change.connection, change.caller):
        whole = Change(change.session, SERVICE, change.now, change.touched)
        stays = select(func.count()).select_from(StayRow).where(col(StayRow.home) == unit.name)
        # Most units never had more: nobody reads who lives there.
        if change.session.exec(stays).one() <= unit.place_count:
            return
        living = [wire.stay(placement) for placement in whole.all(STAYS, home=unit.name)]
        over = lives_over(unit, living, today)
        if over and not any(_is_open(each, unit) for each in whole.all(BREACHES)):
            _record(whole, breach_of_number(unit, over, today))


def _is_open(breach: pb.Breach, unit: pb.InstitutionUnit) -> bool:
    return breach.too_many and breach.home == unit.name and not breach.closed_by


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
