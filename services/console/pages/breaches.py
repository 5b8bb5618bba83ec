"""Ikke-godkendte pladser: places that are used though nobody approved them, and noting one."""

import asyncio
from collections.abc import Mapping
from datetime import date

import grpc
from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from services.console import sections
from services.console.languages import gettext as _
from services.console.refusals import refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import wire

SERVICE = "havn.capacity.v1.CapacityService"
LIST, RECORD, CLOSE = f"{SERVICE}.ListBreaches", f"{SERVICE}.RecordBreach", f"{SERVICE}.CloseBreach"
SHOWN, MOST = 50, 200

FIELDS = {
    "breach.place_count": "count",
    "breach.from_date": "day",
    "breach.what": "what",
}
"""The form's fields, by what a service calls them."""


async def show(visit: Visit) -> Response:
    """All that are known to whoever is responsible, the newest first."""
    return await _listed(visit)


async def close(visit: Visit) -> Response:
    """Says what came of one."""
    name = f"breaches/{visit.request.path_params['breach']}"
    if not visit.text("reason"):
        return await _listed(visit, wrong=name)
    request = pb.CloseBreachRequest(
        name=name, etag=visit.text("etag"), reason=visit.text("reason"), request_id=visit.text("key")
    )
    await visit.services.capacity.CloseBreach(request)
    return see_other("/places/breaches?kept=yes")


async def _listed(visit: Visit, wrong: str = "") -> Response:
    query = visit.request.query_params
    request = pb.ListBreachesRequest(page_size=SHOWN, page_token=query.get("from", ""))
    found = await visit.services.capacity.ListBreaches(request)
    return visit.page(
        "breaches.html",
        422 if wrong else 200,
        breaches=found.breaches,
        wrong=wrong,
        closes=may(visit.caller, CLOSE),
        new_key=new_key,
        older=found.next_page_token,
        sections=sections.of_places(visit),
        records=may(visit.caller, RECORD),
        kept=query.get("kept") == "yes",
    )


async def form(visit: Visit) -> Response:
    """The form to note one."""
    return await _form(visit, visit.request.query_params.get("home", ""), {}, {})


async def record(visit: Visit) -> Response:
    """Notes one."""
    typed = {name: visit.text(name) for name in ("home", *FIELDS.values())}
    problems = _problems(typed)
    if problems:
        return await _form(visit, typed["home"], typed, problems)
    breach = pb.Breach(
        authority=visit.caller.authority,
        home=typed["home"],
        place_count=int(typed["count"]),
        from_date=wire.date_message(date.fromisoformat(typed["day"])),
        what=typed["what"],
    )
    try:
        await visit.services.capacity.RecordBreach(pb.RecordBreachRequest(breach=breach, request_id=visit.text("key")))
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status != 422:
            raise
        wrong = {FIELDS.get(path, "what"): text for path, text in (told.fields or {}).items()}
        return await _form(visit, typed["home"], typed, wrong)
    return see_other(f"/places/{'breaches' if may(visit.caller, LIST) else 'institutions'}?kept=yes")


async def _form(visit: Visit, home: str, typed: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    today = visit.console.clock.today()
    return visit.page(
        "breach_form.html",
        422 if problems else 200,
        homes=await _homes(visit, home.split("/units/")[0]),
        typed={"home": home, "count": "1", "day": today.isoformat(), "what": ""} | dict(typed),
        problems=problems,
        today=today,
        key=new_key(),
    )


async def _homes(visit: Visit, institution: str) -> list[tuple[str, str]]:
    """What the places may belong to: an institution and its units, or no registry at all."""
    nowhere = [("", _("A place in no registry"))]
    if not institution:
        return nowhere
    known, units = await asyncio.gather(
        visit.services.capacity.GetInstitution(pb.GetInstitutionRequest(name=institution)),
        visit.services.capacity.ListUnits(pb.ListUnitsRequest(parent=institution, page_size=MOST)),
    )
    return [(known.name, known.display_name), *((unit.name, unit.display_name) for unit in units.units), *nowhere]


def _problems(typed: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not typed["count"].isdecimal() or not 0 < int(typed["count"]) <= MOST:
        problems["count"] = _("Say how many places: 1 to 200.")
    try:
        date.fromisoformat(typed["day"])
    except ValueError:
        problems["day"] = _("Give the day as year, month and day, such as 2026-03-02.")
    if not typed["what"]:
        problems["what"] = _("Say in a few words what it is.")
    return problems


PAGES = (
    Page("/places/breaches", show, LIST),
    Page("/places/breaches/new", form, RECORD),
    Page("/places/breaches/new", record, RECORD, "POST"),
    Page("/places/breaches/{breach}/close", close, CLOSE, "POST"),
)
