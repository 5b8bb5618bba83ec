"""Institutioner: the list of them, and the supplier sheet of one: its price, how full it is, and what came of it."""

import asyncio

from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from services.console import capacity_terms, sections, terms
from services.console.charts import Bar, Chart
from services.console.languages import day, kroner
from services.console.languages import gettext as _
from services.console.visits import Page, Visit, may
from services.shared.names import last_part

SERVICE = "havn.capacity.v1.CapacityService"
LIST, SHEET = f"{SERVICE}.ListInstitutions", f"{SERVICE}.GetSupplierSheet"
BREACHES, RECORD, HISTORY = f"{SERVICE}.ListBreaches", f"{SERVICE}.RecordBreach", f"{SERVICE}.ListVacancyChanges"
SHOWN, LATEST = 50, 10


async def show(visit: Visit) -> Response:
    """Institutions by name."""
    query = visit.request.query_params
    request = pb.ListInstitutionsRequest(page_size=SHOWN, page_token=query.get("from", ""))
    found = await visit.services.capacity.ListInstitutions(request)
    return visit.page(
        "institutions.html",
        institutions=found.institutions,
        next_page=found.next_page_token,
        sections=sections.of_places(visit),
        opens=may(visit.caller, SHEET),
        records=may(visit.caller, RECORD),
        kept=query.get("kept") == "yes",
        words=capacity_terms,
        terms=terms,
        last_part=last_part,
    )


async def sheet(visit: Visit) -> Response:
    """The supplier sheet of one."""
    name = f"institutions/{visit.request.path_params['institution']}"
    told, delivered, breaches = await asyncio.gather(
        visit.services.capacity.GetSupplierSheet(pb.GetSupplierSheetRequest(name=name)),
        visit.services.capacity.ListDeliveries(pb.ListDeliveriesRequest(parent=name, page_size=LATEST)),
        _breaches(visit, name),
    )
    return visit.page(
        "supplier_sheet.html",
        sheet=told,
        institution=told.institution,
        prices=[(unit, prices(unit)) for unit in told.units],
        outcomes=outcomes(told),
        is_own=name == visit.caller.institution,
        deliveries=delivered.deliveries,
        breaches=breaches,
        sees_breaches=may(visit.caller, BREACHES),
        records=may(visit.caller, RECORD),
        opens=may(visit.caller, HISTORY),
        words=capacity_terms,
        terms=terms,
    )


async def _breaches(visit: Visit, name: str) -> list[pb.Breach]:
    if not may(visit.caller, BREACHES):
        return []
    request = pb.ListBreachesRequest(home=name, page_size=LATEST)
    return list((await visit.services.capacity.ListBreaches(request)).breaches)


def prices(unit: pb.SupplierUnit) -> Chart | None:
    """What a unit cost over time; None where it never changed."""
    if len(unit.daily_rates) < 2:
        return None
    bars = [
        Bar(_("from %(day)s") % {"day": day(rate.from_date)}, rate.amount.units, kroner(rate.amount))
        for rate in unit.daily_rates
    ]
    return Chart(_("Rate a day"), bars, _("From"))


def outcomes(sheet: pb.SupplierSheet) -> list[tuple[str, int | None, int | None]]:
    """What came of placements: in words, of those whom the sheet is for, and of all. None where it is not told."""
    names = {
        "started_count": _("Began"),
        "ended_count": _("Ended"),
        "ended_as_planned_count": _("Ended by the plan"),
        "ended_otherwise_count": _("Ended before the plan said"),
        "ended_without_plan_count": _("Ended, and no plan had said when"),
        "moved_on_count": _("Moved on to another home"),
    }
    own, everybody = sheet.own_outcomes, sheet.all_outcomes
    return [(text, _told(own, field), _told(everybody, field)) for field, text in names.items()]


def _told(outcomes: pb.Outcomes, field: str) -> int | None:
    told: int = getattr(outcomes, field)
    return told if outcomes.HasField(field) else None  # type: ignore[arg-type]  # one of the names above


PAGES = (
    Page("/places/institutions", show, LIST),
    Page("/places/institutions/{institution}", sheet, SHEET),
)
