"""How much waits for whoever looks, of what it may list: counts, and a leader's waiting times, which name nobody."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam
from sqlmodel import col

from havn.access.v1.access_pb2 import ROLE_LEADER
from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.occupied import Occupied
from services.capacity.rules import vacancies as rules
from services.capacity.store import UNITS, VACANCIES, VacancyRow, sortable
from services.capacity.waiting_lists import WaitingLists
from services.shared import access
from services.shared.clock import Clock
from services.shared.counting import count
from services.shared.records import View


def stale(before: str | BindParameter[str]) -> ColumnElement[bool]:
    """Vacancies that were confirmed before a moment, as a column holds it."""
    return col(VacancyRow.confirmed) < before


_STALE = stale(bindparam("stale_before"))
_FRESH = col(VacancyRow.confirmed) >= bindparam("fresh_since")


def overview(view: View, lists: WaitingLists, occupied: Occupied, clock: Clock) -> pb.CapacityOverview:
    """What waits now for the view's caller."""
    found, now = pb.CapacityOverview(), clock.now()
    if _may(view, "ListWaitingList"):
        found = lists.overview(view, clock.today(), with_times=ROLE_LEADER in view.caller.roles)
    if _may(view, "ListVacancies"):
        found.stale_vacancy_count = stale_count(view, now)
        found.differing_vacancy_count = occupied.differing_count(view)
    if _may(view, "ReportVacancy"):
        found.due_report_count = _due_reports(view, now)
    return found


def stale_count(view: View, now: datetime) -> int:
    """How many of all vacancies that the caller sees nobody trusts any more (W2)."""
    return count(view, VACANCIES, _STALE, stale_before=sortable(rules.stale_before(now)))


def _due_reports(view: View, now: datetime) -> int:
    """Of how many of the caller's units no vacancy is fresh (W2); a unit has one at most."""
    return count(view, UNITS) - count(view, VACANCIES, _FRESH, fresh_since=sortable(rules.fresh_since(now)))


def _may(view: View, rpc: str) -> bool:
    return access.may(view.caller, f"havn.capacity.v1.CapacityService.{rpc}")
