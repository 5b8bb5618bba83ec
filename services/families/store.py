"""How families and follow-ups are kept."""

from datetime import date

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from havn.families.v1 import families_pb2 as pb
from services.shared.names import parent
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import day


class Families(SQLModel, registry=registry()):
    """Base of this service's tables."""


class FamilyRow(Record, Families, table=True):
    """A foster family."""

    __tablename__ = "families"


class FollowUpRow(Record, Families, table=True):
    """A KRITH follow-up of the family `parent`."""

    __tablename__ = "follow_ups"

    parent: str = Field(index=True)


def _follow_up_columns(follow_up: pb.FollowUp) -> dict[str, str]:
    # Counted down from the calendar's end, so that the latest visit comes first.
    days_left = date.max.toordinal() - day(follow_up.visit_date).toordinal()
    return {"parent": parent(follow_up.name), "sort_key": f"{days_left:07d}/{follow_up.name}"}


FAMILIES = Kind(FamilyRow, pb.FosterFamily)
FOLLOW_UPS = Kind(FollowUpRow, pb.FollowUp, _follow_up_columns)
