"""How requests and placements are kept."""

from typing import Any

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from havn.placements.v1 import placements_pb2 as pb
from services.shared.records import Kind
from services.shared.tables import Record


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


def _request_columns(request: pb.PlacementRequest) -> dict[str, Any]:
    return {"state": request.state, "child": request.child.reference}


def _placement_columns(placement: pb.Placement) -> dict[str, Any]:
    return {"home": placement.home, "child": placement.child}


REQUESTS = Kind(RequestRow, pb.PlacementRequest, _request_columns)
PLACEMENTS = Kind(PlacementRow, pb.Placement, _placement_columns)
