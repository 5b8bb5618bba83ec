"""En afdelings pladser: what is free, out of use and planned, and all that was ever said of it, with who said it.

The institution itself changes it; others who may know how a vacancy came to be read the same page.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import grpc
from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as pb
from havn.terms.v1.terms_pb2 import DISPOSAL_BY_AGREEMENT
from services.console import capacity_terms, terms
from services.console.languages import gettext as _
from services.console.refusals import Refusal, refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import names, wire

BLOCK = "havn.capacity.v1.CapacityService.BlockPlaces"
HISTORY = "havn.capacity.v1.CapacityService.ListVacancyChanges"
SHEET = "havn.capacity.v1.CapacityService.GetSupplierSheet"

SHOWN = 25
"""Changes on a page of the history."""


@dataclass(frozen=True)
class Typed:
    """What was filled in to take places out of use, and what is wrong with it, by the form's fields."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


async def show(visit: Visit) -> Response:
    """The unit, with its forms for who works there."""
    return await _page(visit, _unit(visit))


async def block(visit: Visit) -> Response:
    """Takes places out of use, beside those that are."""
    typed = Typed({name: visit.text(name) for name in ("count", "reason", "until", "note")})
    problems = _problems(typed.values)
    if problems:
        return await _page(visit, _unit(visit), Typed(typed.values, problems))
    blocked = pb.BlockedPlaces(
        place_count=int(typed.values["count"]),
        reason=pb.BlockReason.ValueType(int(typed.values["reason"])),
        note=typed.values["note"],
    )
    if typed.values["until"]:
        blocked.until_date.CopyFrom(wire.date_message(date.fromisoformat(typed.values["until"])))
    vacancy = await _vacancy(visit, _unit(visit))
    return await _blocking(visit, [*(vacancy.blocked if vacancy else ()), blocked], typed)


async def unblock(visit: Visit) -> Response:
    """Has places used again: one line of those out of use, as the page showed them."""
    vacancy, line = await _vacancy(visit, _unit(visit)), visit.text("line")
    left = [each for number, each in enumerate(vacancy.blocked if vacancy else ()) if str(number) != line]
    return await _blocking(visit, left, Typed())


async def _blocking(visit: Visit, blocked: list[pb.BlockedPlaces], typed: Typed) -> Response:
    """Keeps what is out of use from now on. The etag holds it to what the page showed."""
    unit = _unit(visit)
    request = pb.BlockPlacesRequest(parent=unit, blocked=blocked, etag=visit.text("etag"), request_id=visit.text("key"))
    try:
        await visit.services.capacity.BlockPlaces(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status != 422:
            raise
        return await _page(visit, unit, Typed(typed.values, _by_form(told)))
    return see_other(f"/vacancies/{names.last_part(unit)}?kept=yes#out-of-use")


def _by_form(told: Refusal) -> dict[str, str]:
    """What a service says is wrong, at the fields of the form and in the words of whoever fills it in."""
    of_note = any(path.endswith(".note") for path in told.fields or ())
    if of_note:
        return {"note": _("Say why, where the reason is another one.")}
    return {"count": _("The unit has fewer places than that.")}


async def _page(visit: Visit, name: str, typed: Typed | None = None) -> Response:
    typed = typed or Typed()
    token = visit.request.query_params.get("from", "")
    history = pb.ListVacancyChangesRequest(parent=name, page_size=SHOWN, page_token=token)
    unit, vacancy, changes = await asyncio.gather(
        visit.services.capacity.GetUnit(pb.GetUnitRequest(name=name)),
        _vacancy(visit, name),
        visit.services.capacity.ListVacancyChanges(history),
    )
    return visit.page(
        "unit.html",
        422 if typed.problems else 200,
        unit=unit,
        id=names.last_part(name),
        address=visit.request.url.path.removesuffix("/block").removesuffix("/unblock"),
        vacancy=vacancy,
        changes=changes.changes,
        older=changes.next_page_token,
        today=visit.console.clock.today(),
        is_own=may(visit.caller, BLOCK),
        sheet=name.split("/units/")[0] if may(visit.caller, SHEET) else "",
        typed=typed,
        kept=visit.request.query_params.get("kept") == "yes",
        words=capacity_terms,
        capacity=pb,
        terms=terms,
        DISPOSAL_BY_AGREEMENT=DISPOSAL_BY_AGREEMENT,
        spoken=[each.language for each in unit.languages],
        ended=_ended,
        new_key=new_key,
    )


async def _vacancy(visit: Visit, unit: str) -> pb.Vacancy | None:
    request = pb.ListVacanciesRequest(names=[f"{unit}/vacancy"])
    return next(iter((await visit.services.capacity.ListVacancies(request)).vacancies), None)


def _unit(visit: Visit) -> str:
    """The unit that the address names: of one's own institution where it names no other."""
    parts = visit.request.path_params
    institution = f"institutions/{parts['institution']}" if "institution" in parts else visit.caller.institution
    return f"{institution}/units/{parts['unit']}"


def _ended(blocked: pb.BlockedPlaces, today: date) -> bool:
    """Whether its last day is over."""
    return blocked.HasField("until_date") and wire.day(blocked.until_date) < today


def _problems(given: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not given["count"].isdecimal() or not 0 < int(given["count"]) < 1000:
        problems["count"] = _("Say how many places are out of use.")
    if given["reason"] not in {str(number) for number in capacity_terms.block_reasons()}:
        problems["reason"] = _("Choose why.")
    if given["until"] and not _is_day(given["until"]):
        problems["until"] = _("Give the day as year, month and day, such as 2026-03-02.")
    return problems


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


PAGES = (
    Page("/vacancies/{unit}", show, BLOCK),
    Page("/vacancies/{unit}/block", block, BLOCK, "POST"),
    Page("/vacancies/{unit}/unblock", unblock, BLOCK, "POST"),
    Page("/places/institutions/{institution}/units/{unit}", show, HISTORY),
)
