"""How requests and placements are kept."""

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from havn.placements.v1 import placements_pb2 as pb
from services.shared.records import Kind
from services.shared.tables import Record


class Placements(SQLModel, registry=registry()):
    """Base of this service's tables."""


class RequestRow(Record, Placements, table=True):
    """A placement request; `state` for lists."""

    __tablename__ = "requests"

    state: int = Field(index=True)


class PlacementRow(Record, Placements, table=True):
    """A placement; `home` for the children of one home."""

    __tablename__ = "placements"

    home: str = Field(index=True)


REQUESTS = Kind(RequestRow, pb.PlacementRequest, lambda request: {"state": request.state})
PLACEMENTS = Kind(PlacementRow, pb.Placement, lambda placement: {"home": placement.home})
