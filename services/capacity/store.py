"""How institutions, units, vacancies and the waiting list are kept."""

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from havn.capacity.v1 import capacity_pb2 as pb
from services.shared.names import parent
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
    """A unit's vacancy, as last reported."""

    __tablename__ = "vacancies"


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


def _delivery_columns(delivery: pb.Delivery) -> dict[str, Any]:
    # Counted down from the end of time, so that the newest comes first.
    left = date.max - day(delivery.delivered_date)
    return {"parent": parent(delivery.name), "sort_key": f"{left.days:07d}/{delivery.name}"}


class WaitingListOfferRow(Record, Capacity, table=True):
    """A home that was asked for the entry `parent`, as last read from placements."""

    __tablename__ = "waiting_list_offers"
    __table_args__ = (Index("ix_waiting_list_offers_versions", "authority", "version"),)

    parent: str = Field(index=True)


def _offer_columns(offer: pb.WaitingListOffer) -> dict[str, Any]:
    asked = time(offer.create_time).isoformat(timespec="microseconds")
    return {"parent": parent(offer.name), "sort_key": f"{asked}/{offer.name}"}


INSTITUTIONS = Kind(InstitutionRow, pb.Institution, open_to_all=True)
UNITS = Kind(UnitRow, pb.InstitutionUnit, lambda unit: {"parent": parent(unit.name)}, open_to_all=True)
DELIVERIES = Kind(DeliveryRow, pb.Delivery, _delivery_columns, open_to_all=True)
VACANCIES = Kind(VacancyRow, pb.Vacancy, open_to_all=True)
WAITING = Kind(WaitingListRow, pb.WaitingListEntry, lambda entry: {"waiting": entry.HasField("place_by_date")})
WAITING_OFFERS = Kind(WaitingListOfferRow, pb.WaitingListOffer, _offer_columns)
COPIES = (WAITING, WAITING_OFFERS)
"""What is made of others' records: all of it can be made anew."""
