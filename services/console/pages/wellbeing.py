"""Trivsel: how the children are who live in an institution, as those see it who live with them every day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import grpc
from starlette.responses import Response

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1 import wellbeing_pb2 as pb
from services.console.charts import Point, Series
from services.console.languages import day, said
from services.console.languages import gettext as _
from services.console.refusals import refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import names, wire

LIST = "havn.capacity.v1.WellbeingService.ListWellbeing"
RECORD = "havn.capacity.v1.WellbeingService.RecordWellbeing"
CORRECT = "havn.capacity.v1.WellbeingService.CorrectWellbeing"
STEPS = frozenset("123456789")

SHOWN, MOST = 50, 200

FIELDS = {
    "observation.observed_date": "day",
    "observation.value": "value",
    "observation.note": "note",
    "observation.child_words": "words",
}
"""The form's fields, by what a service calls them."""


@dataclass(frozen=True)
class Correcting:
    """What was filled in to correct an observation, and that it does not say why."""

    values: Mapping[str, str] = field(default_factory=dict)
    unsaid: str = ""


NOTHING = Correcting()


async def show(visit: Visit) -> Response:
    """To an institution who lives there, and how each was last; to others what was observed, the latest first."""
    token = visit.request.query_params.get("from", "")
    found = await visit.services.wellbeing.ListWellbeing(pb.ListWellbeingRequest(page_size=SHOWN, page_token=token))
    return visit.page(
        "wellbeing.html",
        is_own=may(visit.caller, RECORD),
        observations=found.observations,
        older=found.next_page_token,
        units=await _units(visit, found.residents),
        last_part=names.last_part,
    )


async def child(visit: Visit) -> Response:
    """One child: the series as a chart and in words, and the form."""
    return await _page(visit, {}, {})


async def record(visit: Visit) -> Response:
    """Keeps how the child is."""
    typed = {name: visit.text(name) for name in ("value", "day", "note", "words")}
    problems = _problems(typed)
    if problems:
        return await _page(visit, typed, problems)
    observation = pb.WellbeingObservation(
        child=_child(visit),
        observed_date=wire.date_message(date.fromisoformat(typed["day"])),
        value=int(typed["value"]),
        note=typed["note"],
        child_words=typed["words"],
    )
    request = pb.RecordWellbeingRequest(observation=observation, request_id=visit.text("key"))
    try:
        kept = await visit.services.wellbeing.RecordWellbeing(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.rule == "B7":
            return await _page(visit, typed, {"day": _("Something is written of this day already. Correct it below.")})
        if told.status != 422:
            raise
        return await _page(visit, typed, {FIELDS.get(path, "day"): text for path, text in (told.fields or {}).items()})
    return see_other(f"/wellbeing/{names.last_part(kept.child)}?kept={'fall' if kept.fell else 'yes'}")


async def correct(visit: Visit) -> Response:
    """Corrects what was written; what stood there stays beside it."""
    typed = {name: visit.text(name) for name in ("name", "value", "note", "words", "reason")}
    if not typed["reason"]:
        return await _page(visit, {}, {}, Correcting(typed, _("Say why, in a few words.")))
    request = pb.CorrectWellbeingRequest(
        name=typed["name"],
        etag=visit.text("etag"),
        value=int(typed["value"]) if typed["value"] in STEPS else 0,
        note=typed["note"],
        child_words=typed["words"],
        reason=typed["reason"],
        request_id=visit.text("key"),
    )
    kept = await visit.services.wellbeing.CorrectWellbeing(request)
    return see_other(f"/wellbeing/{names.last_part(kept.child)}?kept={'fall' if kept.fell else 'yes'}#written")


async def _page(
    visit: Visit, typed: Mapping[str, str], problems: Mapping[str, str], correcting: Correcting = NOTHING
) -> Response:
    request = pb.ListWellbeingRequest(child=_child(visit), page_size=MOST)
    found = await visit.services.wellbeing.ListWellbeing(request)
    scale = await visit.services.wellbeing.GetWellbeingScale(pb.GetWellbeingScaleRequest())
    today = visit.console.clock.today()
    return visit.page(
        "wellbeing_child.html",
        422 if problems or correcting.unsaid else 200,
        child=visit.request.path_params["child"],
        scale=scale,
        series=drawn(scale, found.observations) if found.observations else None,
        observations=found.observations,
        resident=next(iter(found.residents), None),
        may_record=may(visit.caller, RECORD),
        own=f"{visit.caller.institution}/",
        correcting=correcting,
        new_key=new_key,
        typed={"day": today.isoformat(), "value": "", "note": "", "words": ""} | dict(typed),
        problems=problems,
        kept=visit.request.query_params.get("kept", ""),
        today=today,
        key=new_key(),
        last_part=names.last_part,
    )


def drawn(scale: pb.WellbeingScale, observations: Iterable[pb.WellbeingObservation]) -> Series:
    """The observations, which come latest first, as a series."""
    points = [
        Point(wire.day(each.observed_date), each.value, said(each.value_words), day(each.observed_date), each.fell)
        for each in observations
    ]
    return Series(_("How the child was"), points[::-1], [short(said(step.words)) for step in scale.steps])


def short(words: str) -> str:
    """What a step is called: its words up to where they say more."""
    return words.split(":")[0]


async def _units(visit: Visit, residents: Iterable[pb.Resident]) -> dict[str, list[pb.Resident]]:
    """Who lives in which unit, by the units' names as people say them."""
    living: dict[str, list[pb.Resident]] = {}
    for resident in residents:
        living.setdefault(resident.home, []).append(resident)
    if not living:
        return {}
    request = capacity.ListUnitsRequest(names=list(living), page_size=MOST)
    known = {unit.name: unit.display_name for unit in (await visit.services.capacity.ListUnits(request)).units}
    return {known.get(home, names.last_part(home)): some for home, some in living.items()}


def _child(visit: Visit) -> str:
    return f"children/{visit.request.path_params['child']}"


def _problems(typed: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not typed["value"].isdecimal() or len(typed["value"]) > 2:
        problems["value"] = _("Choose what fits the child best.")
    try:
        date.fromisoformat(typed["day"])
    except ValueError:
        problems["day"] = _("Give the day as year, month and day, such as 2026-03-02.")
    return problems


PAGES = (
    Page("/wellbeing", show, LIST),
    Page("/wellbeing/{child}", child, LIST),
    Page("/wellbeing/{child}", record, RECORD, "POST"),
    Page("/wellbeing/{child}/correct", correct, CORRECT, "POST"),
)
