"""How requests, placements and offers are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, case, or_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from havn.placements.v1 import placements_pb2 as pb
from services.shared.names import parent
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import time


class Placements(SQLModel, registry=registry()):
    """Base of this service's tables."""


class RequestRow(Record, Placements, table=True):
    """A placement request; `state` and `child` for lists."""

    __tablename__ = "requests"

    state: int = Field(index=True)
    child: str = Field(index=True)


class PlacementRow(Record, Placements, table=True):
    """A placement; `home` for the children of one home, `child` for the homes of one child."""

    __tablename__ = "placements"

    home: str = Field(index=True)
    child: str = Field(index=True)


class OfferRow(Record, Placements, table=True):
    """An offer; `requests` holds the names of all that it is for, each between two spaces."""

    __tablename__ = "offers"

    state: int = Field(index=True)
    home: str = Field(index=True)
    answer_by: str
    requests: str


class InquiryRow(Record, Placements, table=True):
    """What a home sees of an offer."""

    __tablename__ = "inquiries"

    state: int = Field(index=True)
    home: str = Field(index=True)
    answer_by: str


class RiskViewRow(Record, Placements, table=True):
    """A placement that somebody has to look at; `state` and `child` for lists."""

    __tablename__ = "risk_views"

    state: int = Field(index=True)
    child: str = Field(index=True)


def _request_columns(request: pb.PlacementRequest) -> dict[str, Any]:
    return {"state": request.state, "child": request.child.reference}


def _placement_columns(placement: pb.Placement) -> dict[str, Any]:
    return {"home": placement.home, "child": placement.child}


def _offer_columns(offer: pb.Offer) -> dict[str, Any]:
    return _face_columns(offer, offer.home) | {"requests": between_spaces(offer.request, *offer.sibling_requests)}


def _inquiry_columns(inquiry: pb.Inquiry) -> dict[str, Any]:
    return _face_columns(inquiry, parent(inquiry.name))


def _face_columns(face: pb.Offer | pb.Inquiry, home: str) -> dict[str, Any]:
    # Counted down from the end of time, so that the newest comes first.
    left = datetime.max.replace(tzinfo=UTC) - time(face.create_time)
    return {
        "state": face.state,
        "home": home,
        "answer_by": sortable(time(face.answer_by_time)),
        "sort_key": f"{left // timedelta(microseconds=1):018d}/{face.name}",
    }


def between_spaces(*names: str) -> str:
    """Names as a column holds them in which each can be found whole."""
    return f" {' '.join(names)} "


def sortable(moment: datetime) -> str:
    """A moment as a column holds it, whose order is that of time."""
    return moment.isoformat(timespec="microseconds")


REQUESTS = Kind(RequestRow, pb.PlacementRequest, _request_columns)
PLACEMENTS = Kind(PlacementRow, pb.Placement, _placement_columns)
OFFERS = Kind(OfferRow, pb.Offer, _offer_columns)
INQUIRIES = Kind(InquiryRow, pb.Inquiry, _inquiry_columns)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Offers that nobody answered in time, and that are not marked yet."""
    return and_(col(OfferRow.state) == pb.OFFER_STATE_ASKED, col(OfferRow.answer_by) <= sortable(now))


def still_asked(table: type[OfferRow] | type[InquiryRow], now: str | BindParameter[str]) -> ColumnElement[bool]:
    """Those that nobody answered, with time left at a moment, as a column holds it."""
    return and_(col(table.state) == pb.OFFER_STATE_ASKED, col(table.answer_by) > now)


def in_state(
    table: type[OfferRow] | type[InquiryRow], state: pb.OfferState.ValueType, now: datetime
) -> ColumnElement[bool]:
    """Those that stand so now, whether or not it is marked that nobody answered in time."""
    is_so, asked = col(table.state) == state, col(table.state) == pb.OFFER_STATE_ASKED
    if state == pb.OFFER_STATE_ASKED:
        return still_asked(table, sortable(now))
    if state == pb.OFFER_STATE_EXPIRED:
        return or_(is_so, and_(asked, col(table.answer_by) <= sortable(now)))
    return is_so


def stands(now: datetime) -> ColumnElement[pb.OfferState.ValueType]:
    """The state that an offer is in now, whether or not it is marked that nobody answered in time."""
    return case((is_late(now), pb.OFFER_STATE_EXPIRED), else_=col(OfferRow.state))


def is_for(request: str) -> ColumnElement[bool]:
    """Offers that a request is part of."""
    return col(OfferRow.requests).contains(between_spaces(request), autoescape=True)


def _risk_view_columns(view: pb.RiskView) -> dict[str, Any]:
    """Open ones come first, the oldest of them first; then the others, the latest first."""
    came = int(time(view.create_time).timestamp())
    order = came if view.state == pb.RISK_VIEW_STATE_OPEN else _END_OF_TIME - came
    sort_key = f"{view.state}/{order:0{_SECONDS_DIGITS}d}/{view.name}"
    return {"state": view.state, "child": view.child, "sort_key": sort_key}


_SECONDS_DIGITS = 12
_END_OF_TIME = 10**_SECONDS_DIGITS - 1

RISK_VIEWS = Kind(RiskViewRow, pb.RiskView, _risk_view_columns)
