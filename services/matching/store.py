"""How matching keeps what others told it, its runs, and what it showed."""

from typing import Any

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from havn.capacity.v1.capacity_pb2 import InstitutionUnit, Vacancy
from havn.families.v1.families_pb2 import FosterFamily
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1.placements_pb2 import (
    REQUEST_STATE_OPEN,
    REQUEST_STATE_PLACED,
    Offer,
    Placement,
    PlacementRequest,
)
from services.shared.records import Kind
from services.shared.tables import Record
from services.shared.wire import time


class Matching(SQLModel, registry=registry()):
    """Base of this service's tables."""


class FamilyRow(Record, Matching, table=True):
    """A copy of a foster family."""

    __tablename__ = "families"


class UnitRow(Record, Matching, table=True):
    """A copy of a unit."""

    __tablename__ = "units"


class VacancyRow(Record, Matching, table=True):
    """A copy of a vacancy."""

    __tablename__ = "vacancies"


class RequestRow(Record, Matching, table=True):
    """A copy of a placement request; `state` for who waits."""

    __tablename__ = "requests"

    state: int = Field(index=True)


class PlacementRow(Record, Matching, table=True):
    """A copy of a placement."""

    __tablename__ = "placements"


class OfferRow(Record, Matching, table=True):
    """A copy of an offer; `held` counts the places that it holds."""

    __tablename__ = "offers"

    held: int = Field(index=True)


class RunRow(Record, Matching, table=True):
    """A match run; `state` for those to compute."""

    __tablename__ = "match_runs"

    state: int = Field(index=True)


class RunRecordRow(Record, Matching, table=True):
    """What a run leaves for whoever checks it."""

    __tablename__ = "run_records"


class SuggestionsRow(Record, Matching, table=True):
    """What was shown."""

    __tablename__ = "suggestions"


def _run_columns(run: pb.MatchRun) -> dict[str, Any]:
    created = time(run.create_time).isoformat(timespec="microseconds")
    return {"state": run.state, "sort_key": f"{created}/{run.name}"}


FAMILIES = Kind(FamilyRow, FosterFamily)
UNITS = Kind(UnitRow, InstitutionUnit)
VACANCIES = Kind(VacancyRow, Vacancy)
REQUESTS = Kind(RequestRow, PlacementRequest, lambda request: {"state": request.state})
PLACEMENTS = Kind(PlacementRow, Placement)
OFFERS = Kind(OfferRow, Offer, lambda offer: {"held": offer.held_place_count})
RUNS = Kind(RunRow, pb.MatchRun, _run_columns)
RUN_RECORDS = Kind(RunRecordRow, pb.RunRecord)
SUGGESTIONS = Kind(SuggestionsRow, pb.Suggestions)

COPIES = (FAMILIES, UNITS, VACANCIES, REQUESTS, PLACEMENTS, OFFERS)
"""What others own: all of it can be made anew."""

HOLDS = col(OfferRow.held) > 0
"""Offers that hold places."""

IS_OPEN = col(RequestRow.state) == REQUEST_STATE_OPEN
"""Requests that wait."""

IS_PLACED = col(RequestRow.state) == REQUEST_STATE_PLACED
"""Requests of children that have their place."""
