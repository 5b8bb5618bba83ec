"""Leverancer: what an institution delivered of the services that it promised."""

import asyncio
from collections.abc import Mapping
from datetime import date

import grpc
from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from services.console.languages import gettext as _
from services.console.refusals import refusal
from services.console.visits import Page, Visit, new_key, see_other
from services.shared import names, wire

RECORD = "havn.capacity.v1.CapacityService.RecordDelivery"
SHOWN = 25

FIELDS = {
    "delivery.promised_service": "service",
    "delivery.delivered_date": "day",
    "delivery.what": "what",
}
"""The form's fields, by what a service calls them."""


async def show(visit: Visit) -> Response:
    """What was promised, the form, and what was delivered."""
    return await _page(visit, {}, {})


async def record(visit: Visit) -> Response:
    """Notes a delivery."""
    typed = {name: visit.text(name) for name in FIELDS.values()}
    problems = _problems(typed)
    if problems:
        return await _page(visit, typed, problems)
    delivery = pb.Delivery(
        promised_service=typed["service"],
        delivered_date=wire.date_message(date.fromisoformat(typed["day"])),
        what=typed["what"],
    )
    request = pb.RecordDeliveryRequest(parent=visit.caller.institution, delivery=delivery, request_id=visit.text("key"))
    try:
        await visit.services.capacity.RecordDelivery(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status != 422:
            raise
        return await _page(visit, typed, {FIELDS.get(path, "day"): text for path, text in (told.fields or {}).items()})
    return see_other("/deliveries?kept=yes")


async def _page(visit: Visit, typed: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    parent, query = visit.caller.institution, visit.request.query_params
    institution, listed = await asyncio.gather(
        visit.services.capacity.GetInstitution(pb.GetInstitutionRequest(name=parent)),
        visit.services.capacity.ListDeliveries(
            pb.ListDeliveriesRequest(parent=parent, page_size=SHOWN, page_token=query.get("from", ""))
        ),
    )
    today = visit.console.clock.today()
    return visit.page(
        "deliveries.html",
        422 if problems else 200,
        institution=institution,
        services={each.key: each.service for each in institution.promised_services},
        deliveries=listed.deliveries,
        older=listed.next_page_token,
        typed={"service": "", "day": today.isoformat(), "what": ""} | dict(typed),
        problems=problems,
        kept=query.get("kept") == "yes",
        today=today,
        key=new_key(),
        last_part=names.last_part,
    )


def _problems(typed: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not typed["service"]:
        problems["service"] = _("Choose which service it was.")
    try:
        date.fromisoformat(typed["day"])
    except ValueError:
        problems["day"] = _("Give the day as year, month and day, such as 2026-03-02.")
    if not typed["what"]:
        problems["what"] = _("Say in a few words what was delivered.")
    return problems


PAGES = (
    Page("/deliveries", show, RECORD),
    Page("/deliveries", record, RECORD, "POST"),
)
