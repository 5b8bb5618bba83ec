"""How families and follow-ups are kept."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Index, func, tuple_
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from havn.families.v1 import families_pb2 as pb
from services.shared.names import parent
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import day


class Families(SQLModel, registry=registry()):
    """Base of this service's tables."""


class FamilyRow(Record, Families, table=True):
    """A foster family that `consultant` follows."""

    __tablename__ = "families"

    consultant: str = Field(index=True)


class FollowUpRow(Record, Families, table=True):
    """A KRITH follow-up of the family `parent`."""

    __tablename__ = "follow_ups"
    # All that tells which one of a family is the latest.
    __table_args__ = (Index("ix_follow_ups_latest", "parent", "sort_key"),)

    parent: str = Field(index=True)


_DAYS_DIGITS = 7


def _follow_up_columns(follow_up: pb.FollowUp) -> dict[str, str]:
    # Counted down from the calendar's end, so that the latest visit comes first.
    days_left = date.max.toordinal() - day(follow_up.visit_date).toordinal()
    return {"parent": parent(follow_up.name), "sort_key": f"{days_left:0{_DAYS_DIGITS}d}/{follow_up.name}"}


def followed_by(consultant: str) -> list[ColumnElement[bool]]:
    """What holds of the families that a consultant follows; of all where none is named."""
    return [col(FamilyRow.consultant) == consultant] if consultant else []


def latest_follow_ups() -> ColumnElement[bool]:
    """Of each family the follow-ups of its latest visit: of one day there may be several."""
    latest = select(FollowUpRow.parent, _visit(func.min(FollowUpRow.sort_key))).group_by(col(FollowUpRow.parent))
    return tuple_(FollowUpRow.parent, _visit(FollowUpRow.sort_key)).in_(latest)


def _visit(sort_key: Any) -> Any:  # noqa: ANN401  # a column, or what is made of one
    return func.substr(sort_key, 1, _DAYS_DIGITS)


FAMILIES = Kind(FamilyRow, pb.FosterFamily, lambda family: {"consultant": family.consultant})
FOLLOW_UPS = Kind(FollowUpRow, pb.FollowUp, _follow_up_columns)
