"""Meld ledige pladser: an institution says in two taps how many places are free, and in one that nothing changed."""

import asyncio
from dataclasses import dataclass
from datetime import date

from google.type.date_pb2 import Date
from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from services.console import capacity_terms, terms
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.console.visits import Page, Visit, new_key, see_other
from services.shared import names, wire

MOST_UNITS = 200
CHIPS = 4
"""Free places that have a chip of their own; more are typed."""


@dataclass(frozen=True)
class Unit:
    """A unit as its people see it: what was last reported, and what they may report now."""

    unit: pb.InstitutionUnit
    vacancy: pb.Vacancy | None
    key: str

    @property
    def id(self) -> str:
        """What tells it from the institution's other units."""
        return names.last_part(self.unit.name)

    @property
    def chips(self) -> range:
        """The counts that one tap chooses."""
        return range(min(self.unit.place_count, CHIPS) + 1)

    @property
    def stale(self) -> bool:
        """Whether nobody should rely on the report any more."""
        return self.vacancy is not None and self.vacancy.freshness == pb.FRESHNESS_STALE


async def show(visit: Visit) -> Response:
    """The institution's units, each with its form."""
    return await _page(visit)


async def report(visit: Visit) -> Response:
    """Reports what was chosen."""
    unit = f"{visit.caller.institution}/units/{visit.text('unit')}"
    count, from_date = visit.text("more") or visit.text("free"), visit.text("from")
    problem = _problem(count, from_date)
    if problem:
        return await _page(visit, unit, problem)
    vacancy = pb.Vacancy(free_place_count=int(count), from_date=_day(from_date) or _today(visit))
    request = pb.ReportVacancyRequest(parent=unit, vacancy=vacancy, request_id=visit.text("key"))
    return _reported(unit, await visit.services.capacity.ReportVacancy(request))


async def confirm(visit: Visit) -> Response:
    """Says that what was shown is still so."""
    unit = f"{visit.caller.institution}/units/{visit.text('unit')}"
    request = pb.ConfirmVacancyRequest(parent=unit, etag=visit.text("etag"), request_id=visit.text("key"))
    return _reported(unit, await visit.services.capacity.ConfirmVacancy(request))


def _reported(unit: str, kept: pb.Vacancy) -> Response:
    return see_other(f"/vacancies?free={kept.free_place_count}#{names.last_part(unit)}")


async def _page(visit: Visit, wrong_unit: str = "", problem: str = "") -> Response:
    institution, units, vacancies = await asyncio.gather(
        visit.services.capacity.GetInstitution(pb.GetInstitutionRequest(name=visit.caller.institution)),
        visit.services.capacity.ListUnits(pb.ListUnitsRequest(parent=visit.caller.institution, page_size=MOST_UNITS)),
        visit.services.capacity.ListVacancies(pb.ListVacanciesRequest(page_size=MOST_UNITS)),
    )
    reported = {vacancy.name.removesuffix("/vacancy"): vacancy for vacancy in vacancies.vacancies}
    return visit.page(
        "vacancies.html",
        status=422 if problem else 200,
        institution=institution,
        units=[Unit(unit, reported.get(unit.name), new_key()) for unit in units.units],
        today=visit.console.clock.today(),
        done=_done(visit),
        wrong_unit=wrong_unit,
        problem=problem,
        given=visit.form,
        freshness=_freshness(),
        told=capacity_terms.told,
        terms=terms,
    )


def _done(visit: Visit) -> str:
    """What was just reported, as the address says."""
    free = visit.request.query_params.get("free", "")
    if not free.isdecimal():
        return ""
    return ngettext("%(num)s free place is reported.", "%(num)s free places are reported.", int(free)) % {"num": free}


def _problem(count: str, from_date: str) -> str:
    if not count.isdecimal() or len(count) > 3:
        return _("Choose how many places are free.")
    if from_date and _day(from_date) is None:
        return _("Give the day as year, month and day, such as 2026-03-02.")
    return ""


def _day(text: str) -> Date | None:
    try:
        return wire.date_message(date.fromisoformat(text))
    except ValueError:
        return None


def _today(visit: Visit) -> Date:
    return wire.date_message(visit.console.clock.today())


def _freshness() -> dict[int, str]:
    fresh, trusted = capacity_terms.fresh_days(), capacity_terms.trusted_days()
    return {
        pb.FRESHNESS_FRESH: capacity_terms.freshness(pb.FRESHNESS_FRESH),
        pb.FRESHNESS_AGEING: _("Confirmed over %(days)s ago: please confirm") % {"days": fresh},
        pb.FRESHNESS_STALE: _("Over %(days)s old: nobody relies on it any more. Please report.") % {"days": trusted},
    }


PAGES = (
    Page("/vacancies", show, "havn.capacity.v1.CapacityService.ReportVacancy"),
    Page("/vacancies", report, "havn.capacity.v1.CapacityService.ReportVacancy", "POST"),
    Page("/vacancies/unchanged", confirm, "havn.capacity.v1.CapacityService.ConfirmVacancy", "POST"),
)
