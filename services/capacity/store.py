"""How institutions, units, vacancies and the waiting list are kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, and_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from havn.capacity.v1 import capacity_pb2 as pb
from havn.capacity.v1 import waiting_pb2 as waiting
from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.placements.v1.placements_pb2 import Offer, Placement
from services.shared.names import last_part, parent
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import day, time


class Capacity(SQLModel, registry=registry()):
    """Base of this service's tables."""


class InstitutionRow(Record, Capacity, table=True):
    """An institution."""

    __tablename__ = "institutions"


class UnitRow(Record, Capacity, table=True):
    """A unit of the institution `parent`."""

    __tablename__ = "units"

    parent: str = Field(index=True)


class VacancyRow(Record, Capacity, table=True):
    """A unit's vacancy, as last reported: when it was `confirmed`, and whether it was `asked` for since it is stale."""

    __tablename__ = "vacancies"
    __table_args__ = (Index("ix_vacancies_decay", "asked", "confirmed"),)

    confirmed: str
    asked: bool


class VacancyChangeRow(Record, Capacity, table=True):
    """What happened to the vacancy of the unit `parent`."""

    __tablename__ = "vacancy_changes"

    parent: str = Field(index=True)


class BreachRow(Record, Capacity, table=True):
    """A place that is used though nobody approved it."""

    __tablename__ = "breaches"


class StayRow(Record, Capacity, table=True):
    """What is copied of a placement: who lives, or lived, in which `home`."""

    __tablename__ = "stays"

    home: str = Field(index=True)
    child: str = Field(index=True)


class HoldRow(Record, Capacity, table=True):
    """What is copied of an offer: how many places of a `home` are `held`."""

    __tablename__ = "holds"

    home: str = Field(index=True)
    held: int


class DeliveryRow(Record, Capacity, table=True):
    """What the institution `parent` delivered."""

    __tablename__ = "deliveries"

    parent: str = Field(index=True)


class WaitingListRow(Record, Capacity, table=True):
    """One who waits, as last read from placements; those who left the list are not `waiting`."""

    __tablename__ = "waiting_list"
    # All that the versions of lists are made of.
    __table_args__ = (Index("ix_waiting_list_versions", "authority", "version"),)

    waiting: bool = Field(index=True)


def _vacancy_columns(vacancy: pb.Vacancy) -> dict[str, Any]:
    return {"confirmed": sortable(time(vacancy.confirmed_time)), "asked": False}


def _change_columns(change: pb.VacancyChange) -> dict[str, Any]:
    # The newest version first, and that it was asked for before how it came to be.
    version, _, asked = last_part(change.name).partition("-")
    left = 10**12 - 2 * int(version) - bool(asked)
    return {"parent": parent(change.name), "sort_key": f"{left:012d}/{change.name}"}


def sortable(moment: datetime) -> str:
    """A moment as a column holds it, whose order is that of time."""
    return moment.isoformat(timespec="microseconds")


def has_decayed(before: datetime) -> ColumnElement[bool]:
    """Vacancies confirmed before a moment, of which nobody was asked yet."""
    return and_(col(VacancyRow.asked).is_(False), col(VacancyRow.confirmed) < sortable(before))


def _delivery_columns(delivery: pb.Delivery) -> dict[str, Any]:
    # Counted down from the end of time, so that the newest comes first.
    left = date.max - day(delivery.delivered_date)
    return {"parent": parent(delivery.name), "sort_key": f"{left.days:07d}/{delivery.name}"}


class WaitingListOfferRow(Record, Capacity, table=True):
    """A home that was asked for the entry `parent`, as last read from placements."""

    __tablename__ = "waiting_list_offers"
    __table_args__ = (Index("ix_waiting_list_offers_versions", "authority", "version"),)

    parent: str = Field(index=True)


def _entry_columns(entry: pb.WaitingListEntry) -> dict[str, Any]:
    if not entry.HasField("exit"):
        return {"waiting": entry.HasField("place_by_date")}
    return {"waiting": False, "sort_key": f"{_newest_first(time(entry.exit.leave_time))}/{entry.name}"}


def _newest_first(moment: datetime) -> str:
    """Counted down from the end of time."""
    return f"{(datetime.max.replace(tzinfo=UTC) - moment) // timedelta(microseconds=1):018d}"


class ApplicationRow(Record, Capacity, table=True):
    """An application to the central list for a request."""

    __tablename__ = "central_list_applications"

    request: str = Field(index=True)
    state: int = Field(index=True)


def _application_columns(application: waiting.CentralListApplication) -> dict[str, Any]:
    latest_first = _newest_first(time(application.create_time))
    return {
        "request": application.request,
        "state": application.state,
        "sort_key": f"{latest_first}/{application.name}",
    }


class WellbeingRow(Record, Capacity, table=True):
    """What an institution observed of a `child`."""

    __tablename__ = "wellbeing"

    child: str = Field(index=True)


def _observation_columns(observation: wellbeing.WellbeingObservation) -> dict[str, Any]:
    # Counted down from the end of time, so that the latest day comes first, and of a day what was written last.
    left = date.max - day(observation.observed_date)
    written = _newest_first(time(observation.create_time))
    return {"child": observation.child, "sort_key": f"{left.days:07d}/{written}/{observation.name}"}


def _offer_columns(offer: pb.WaitingListOffer) -> dict[str, Any]:
    asked = time(offer.create_time).isoformat(timespec="microseconds")
    return {"parent": parent(offer.name), "sort_key": f"{asked}/{offer.name}"}


INSTITUTIONS = Kind(InstitutionRow, pb.Institution, open_to_all=True)
UNITS = Kind(UnitRow, pb.InstitutionUnit, lambda unit: {"parent": parent(unit.name)}, open_to_all=True)
DELIVERIES = Kind(DeliveryRow, pb.Delivery, _delivery_columns, open_to_all=True)
VACANCIES = Kind(VacancyRow, pb.Vacancy, _vacancy_columns, open_to_all=True)
VACANCY_CHANGES = Kind(VacancyChangeRow, pb.VacancyChange, _change_columns, open_to_all=True)
BREACHES = Kind(
    BreachRow,
    pb.Breach,
    lambda breach: {"sort_key": f"{_newest_first(time(breach.notice_time))}/{breach.name}"},
)
STAYS = Kind(StayRow, Placement, lambda stay: {"home": stay.home, "child": stay.child})
HOLDS = Kind(HoldRow, Offer, lambda hold: {"home": hold.home, "held": hold.held_place_count})
WAITING = Kind(WaitingListRow, pb.WaitingListEntry, _entry_columns)
WAITING_OFFERS = Kind(WaitingListOfferRow, pb.WaitingListOffer, _offer_columns)
APPLICATIONS = Kind(ApplicationRow, waiting.CentralListApplication, _application_columns)
WELLBEING = Kind(WellbeingRow, wellbeing.WellbeingObservation, _observation_columns)
COPIES = (WAITING, WAITING_OFFERS, STAYS, HOLDS)
"""What is made of others' records: all of it can be made anew."""
