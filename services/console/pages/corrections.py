"""Corrections of a follow-up: what is right from now on, while what stood there stays readable."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from google.type.date_pb2 import Date
from starlette.responses import Response

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.console.forms import Field, Form, kept
from services.console.languages import gettext as _
from services.console.pages.family import children
from services.console.pages.family_steps import named
from services.console.pages.follow_up_form import steps
from services.console.pages.follow_ups import parts, scale_of
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, new_key, see_other
from services.shared import wire

CORRECT = "havn.families.v1.SupportService.CorrectFollowUp"


@dataclass(frozen=True)
class About:
    """A follow-up as it stands, the children that it may be about, and the scale that it was logged under."""

    follow_up: families.FollowUp
    children: Sequence[str]
    scale: Sequence[pb.ScaleStep]


async def ask(visit: Visit) -> Response:
    """The form, with what stands there."""
    about = await _about(visit)
    return _page(visit, about, Form(_fields(about), _stands(about.follow_up, about.children)))


async def correct(visit: Visit) -> Response:
    """Says what is right."""
    about = await _about(visit)
    form = Form.sent(_fields(about), visit)

    async def save() -> families.FollowUp:
        request = pb.CorrectFollowUpRequest(
            name=about.follow_up.name,
            etag=visit.text("etag"),
            follow_up=_corrected(about, form),
            reason=form["reason"],
            request_id=visit.text("key"),
        )
        return await visit.services.support.CorrectFollowUp(request)

    if told := await kept(form, save):
        return _page(visit, await _about(visit), form, told)
    return see_other(_address(about.follow_up))


def _page(visit: Visit, about: About, form: Form, told: Refusal | None = None) -> Response:
    return visit.page(
        "correction.html",
        told.status if told else 200,
        follow_up=about.follow_up,
        back=_address(about.follow_up),
        form=form,
        refusal=told,
        key=new_key(),
    )


async def _about(visit: Visit) -> About:
    name = f"{named(visit)}/followUps/{visit.request.path_params['follow_up']}"
    follow_up, known = await asyncio.gather(
        visit.services.families.GetFollowUp(families.GetFollowUpRequest(name=name)), children(visit, named(visit))
    )
    return About(follow_up, sorted({*known, *follow_up.children}), await scale_of(visit, follow_up))


def _address(follow_up: families.FollowUp) -> str:
    return f"/{follow_up.name.replace('followUps', 'follow-ups')}"


def _fields(about: About) -> list[Field]:
    ticks = [
        Field(f"child-{number}", child.removeprefix("children/"), "tick", path=f"follow_up.children[{number}]")
        for number, child in enumerate(about.children)
    ]
    written = [field for part in parts() for field in _part_fields(part.id, part.title, about.scale)]
    new = len(about.follow_up.actions)
    return [
        Field("reason", _("Why you correct it"), "area", help=_("It stands with the correction.")),
        Field("visit-date", _("Day of the visit"), "date", path="visit_date"),
        *ticks,
        *written,
        Field("concern", _("Concern"), "tick"),
        Field("concern-words", _("What the concern is about"), "area", required=False, path="concern_words"),
        Field("next-visit-date", _("Day of the next visit"), "date", path="next_visit_date"),
        Field("later-reason", _("Why it is later than planned"), required=False, path="later_reason"),
        Field(
            "what",
            _("One more action: what"),
            required=False,
            help=_("Those agreed on stay: say what became of them instead."),
            path=f"actions[{new}].what",
        ),
        Field("owner", _("One more action: who does it"), required=False, path=f"actions[{new}].owner"),
        Field("due", _("One more action: by when"), "date", required=False, path=f"actions[{new}].due_date"),
    ]


def _part_fields(part: str, title: str, scale: Sequence[pb.ScaleStep]) -> list[Field]:
    words = _("%(part)s: the child's own words") % {"part": title}
    step = _("%(part)s: step") % {"part": title}
    scaled = Field(f"{part}-scale", step, "choice", False, options=steps(scale), path=f"{part}.scale")
    return [
        Field(f"{part}-note", title, "area", path=f"{part}.note"),
        Field(f"{part}-words", words, "area", required=False, path=f"{part}.child_words"),
        *([scaled] if scale else []),
    ]


def _stands(follow_up: families.FollowUp, known: Sequence[str]) -> Mapping[str, str]:
    values = {f"child-{number}": "yes" if child in follow_up.children else "" for number, child in enumerate(known)}
    for part in parts():
        written = getattr(follow_up, part.id)
        values[f"{part.id}-note"], values[f"{part.id}-words"] = written.note, written.child_words
        values[f"{part.id}-scale"] = str(written.scale or "")
    return values | {
        "visit-date": _iso(follow_up.visit_date),
        "concern": "yes" if follow_up.concern else "",
        "concern-words": follow_up.concern_words,
        "next-visit-date": _iso(follow_up.next_visit_date),
        "later-reason": follow_up.later_reason,
    }


def _corrected(about: About, form: Form) -> families.FollowUp:
    actions = list(about.follow_up.actions)
    if form["what"] or form["owner"] or form["due"]:
        actions.append(families.FollowUpAction(what=form["what"], owner=form["owner"], due_date=form.day("due")))
    written = {
        part.id: families.FollowUpPart(
            note=form[f"{part.id}-note"],
            child_words=form[f"{part.id}-words"],
            scale=form.number(f"{part.id}-scale"),
        )
        for part in parts()
    }
    return families.FollowUp(
        visit_date=form.day("visit-date"),
        children=[child for number, child in enumerate(about.children) if form[f"child-{number}"]],
        actions=actions,
        concern=bool(form["concern"]),
        concern_words=form["concern-words"],
        next_visit_date=form.day("next-visit-date"),
        later_reason=form["later-reason"],
        **written,  # type: ignore[arg-type]  # names of fields
    )


def _iso(given: Date) -> str:
    return wire.day(given).isoformat()


PAGES = (
    Page("/families/{family}/follow-ups/{follow_up}/correct", ask, CORRECT),
    Page("/families/{family}/follow-ups/{follow_up}/correct", correct, CORRECT, "POST"),
)
