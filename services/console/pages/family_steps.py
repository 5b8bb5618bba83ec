"""The steps of a family's way, and what is said of its profile, each with a form of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from google.type.date_pb2 import Date
from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.console import family_terms
from services.console.forms import CHANGED_MEANWHILE, Field, Form, etag, kept
from services.console.languages import N_
from services.console.languages import gettext as _
from services.console.refusals import Refusal
from services.console.terms import need_level
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import wire
from services.shared.access import Caller

SERVICE = "havn.families.v1.FamiliesService"


@dataclass(frozen=True)
class Step:
    """A step: its RPC and its words, what its form asks, what stands there already, and the message that it makes."""

    rpc: str
    title: str
    button: str
    help: str
    fields: Callable[[pb.FosterFamily], list[Field]]
    content: Callable[[Form], Mapping[str, Any]]
    already: Callable[[pb.FosterFamily], Mapping[str, str]] = lambda family: {}
    kind: pb.FamilyStepKind.ValueType = pb.FAMILY_STEP_KIND_UNSPECIFIED
    """The step of the way that it is; none for what is said of the profile."""
    part: Literal["approval", "assessment", "pause", ""] = ""
    """What of a family it makes; where that is there, the step is called `again`."""
    again: str = ""

    def title_for(self, family: pb.FosterFamily) -> str:
        """What the step is called with a family."""
        return _(self.again if self.part and family.HasField(self.part) else self.title)


def named(visit: Visit) -> str:
    """The family that a visit is about."""
    return f"families/{visit.request.path_params['family']}"


def open_to(caller: Caller, family: pb.FosterFamily) -> dict[str, Step]:
    """The steps that the caller may take with a family today."""
    return {
        id: step
        for id, step in STEPS.items()
        if step.kind in family.next_steps and may(caller, f"{SERVICE}.{step.rpc}")
    }


async def ask(id: str, visit: Visit) -> Response:
    """The form of a step, with what stands there already."""
    family, step = await _family(visit), STEPS[id]
    asked = {name: visit.request.query_params.get(name, "") for name in ("fact",)}
    form = Form(step.fields(family), {**asked, **step.already(family)})
    return _page(visit, id, family, form)


async def take(id: str, visit: Visit) -> Response:
    """Takes a step."""
    family, step = await _family(visit), STEPS[id]
    form = Form.sent(step.fields(family), visit)

    def save() -> Any:  # noqa: ANN401  # a call of any of the RPCs
        request = _REQUESTS[step.rpc](
            name=family.name, etag=visit.text("etag"), request_id=visit.text("key"), **step.content(form)
        )
        return getattr(visit.services.families, step.rpc)(request)

    if told := await kept(form, save):
        return _page(visit, id, await _family(visit), form, told)
    return see_other(f"/{family.name}?done={id}")


def _page(visit: Visit, id: str, family: pb.FosterFamily, form: Form, told: Refusal | None = None) -> Response:
    known = STEPS[id].already(family) if told and told.reason == CHANGED_MEANWHILE else {}
    asked = [each for each in family.conflicts if not each.resolution and str(each.fact) == form["fact"]]
    return visit.page(
        "family_step.html",
        told.status if told else 200,
        family=family,
        id=id,
        step=STEPS[id],
        form=form,
        refusal=told,
        standing={name: text for name, text in form.otherwise(known).items() if name in known},
        etag=etag(visit, told, family.etag),
        key=new_key(),
        conflict=asked[0] if asked and id == "settle" else None,
        family_terms=family_terms,
    )


async def _family(visit: Visit) -> pb.FosterFamily:
    return await visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=named(visit)))


def _reason(help: str = "") -> Field:
    return Field("reason", _("Why"), "area", help=help)


def _assessment_fields(family: pb.FosterFamily) -> list[Field]:
    written = [
        Field(f"assessment-{name}", title, "area", required=False, help=help, path=f"assessment.{name}")
        for name, (title, help) in family_terms.competences().items()
    ]
    visits = [field for number in range(1, len(family.assessment.visits) + 2) for field in _home_visit_fields(number)]
    return [
        *written,
        *visits,
        Field("seen-by", _("Who saw the certificates"), required=False, path="assessment.certificates_seen_by"),
        Field("seen-date", _("When"), "date", required=False, path="assessment.certificates_seen_date"),
        Field(
            "recommendation",
            _("What the assessment comes to"),
            "area",
            required=False,
            path="assessment.recommendation",
        ),
        _child_field("assessment.child"),
    ]


def _home_visit_fields(number: int) -> list[Field]:
    path, told = f"assessment.visits[{number - 1}]", {"num": number}
    return [
        Field(
            f"visit-{number}-date",
            _("Home visit %(num)s: day") % told,
            "date",
            required=False,
            path=f"{path}.visit_date",
        ),
        Field(
            f"visit-{number}-visitor", _("Home visit %(num)s: who came") % told, "text", False, path=f"{path}.visitor"
        ),
        Field(
            f"visit-{number}-note", _("Home visit %(num)s: what was seen") % told, "area", False, path=f"{path}.note"
        ),
    ]


def _child_field(path: str) -> Field:
    help = _("Only for a network family or one that the parents arranged: the child's reference, such as k-012.")
    return Field("child", _("For one named child"), required=False, help=help, path=path)


def _assessment(form: Form) -> Mapping[str, Any]:
    numbers = range(1, 1 + sum(field.name.endswith("-visitor") for field in form.fields))
    visits = [
        pb.HomeVisit(
            visit_date=form.day(f"visit-{number}-date"),
            visitor=form[f"visit-{number}-visitor"],
            note=form[f"visit-{number}-note"],
        )
        for number in numbers
        if any(form[f"visit-{number}-{part}"] for part in ("date", "visitor", "note"))
    ]
    found = pb.Assessment(
        visits=visits,
        certificates_seen_by=form["seen-by"],
        certificates_seen_date=form.day("seen-date"),
        recommendation=form["recommendation"],
        child=_child(form["child"]),
        **{name: form[f"assessment-{name}"] for name in family_terms.competences()},  # type: ignore[arg-type]
    )
    return {"assessment": found}


def _assessed(family: pb.FosterFamily) -> Mapping[str, str]:
    found = family.assessment
    values = {f"assessment-{name}": getattr(found, name) for name in family_terms.competences()}
    for number, each in enumerate(found.visits, start=1):
        values |= {
            f"visit-{number}-date": _iso(each.visit_date),
            f"visit-{number}-visitor": each.visitor,
            f"visit-{number}-note": each.note,
        }
    seen_date = _iso(found.certificates_seen_date) if found.HasField("certificates_seen_date") else ""
    return values | {
        "seen-by": found.certificates_seen_by,
        "seen-date": seen_date,
        "recommendation": found.recommendation,
        "child": found.child.removeprefix("children/"),
    }


def _approval_fields(family: pb.FosterFamily) -> list[Field]:
    levels = (terms.NEED_LEVEL_LIGHT, terms.NEED_LEVEL_MODERATE, terms.NEED_LEVEL_SEVERE)
    cares = [(str(number), told) for number, told in family_terms.cares().items()]
    return [
        Field("reference", _("Number or case reference"), path="approval.reference"),
        Field("place-count", _("Children at a time"), "number", path="approval.place_count"),
        Field("youngest", _("Youngest child, in years"), "number", path="approval.ages.min"),
        Field("oldest", _("Oldest child, in years"), "number", path="approval.ages"),
        Field(
            "need-level",
            _("Need up to"),
            "choice",
            options=[(str(level), need_level(level)) for level in levels],
            path="approval.need_level",
        ),
        Field("from", _("First day"), "date", path="approval.valid_from_date"),
        Field("until", _("Last day"), "date", path="approval.valid_until_date"),
        Field("care", _("What for"), "choice", required=False, options=cares, path="approval.care"),
        _child_field("approval.child"),
        Field(
            "conditions",
            _("Conditions"),
            "area",
            required=False,
            help=_("What the approval asks of the family."),
            path="approval.conditions",
        ),
        _reason(_("It stands in the family's history.")),
    ]


def _approval(form: Form) -> Mapping[str, Any]:
    approval = pb.Approval(
        reference=form["reference"],
        place_count=form.number("place-count"),
        ages=pb.AgeRange(min=form.number("youngest"), max=form.number("oldest")),
        need_level=terms.NeedLevel.Name(form.number("need-level")),  # type: ignore[arg-type]  # one of the options
        valid_from_date=form.day("from"),
        valid_until_date=form.day("until"),
        care=pb.CareKind.Name(form.number("care")),  # type: ignore[arg-type]  # one of the options
        child=_child(form["child"]),
        conditions=form["conditions"],
    )
    return {"approval": approval, "reason": form["reason"]}


def _approved(family: pb.FosterFamily) -> Mapping[str, str]:
    """What the family is approved for; while it is not, what it applied and was assessed for."""
    if not family.HasField("approval"):
        applied = family.application
        return {
            "place-count": str(applied.place_count or ""),
            "care": str(applied.care or ""),
            "child": family.assessment.child.removeprefix("children/"),
        }
    approval = family.approval
    return {
        "reference": approval.reference,
        "place-count": str(approval.place_count),
        "youngest": str(approval.ages.min),
        "oldest": str(approval.ages.max),
        "need-level": str(approval.need_level),
        "from": _iso(approval.valid_from_date),
        "until": _iso(approval.valid_until_date),
        "care": str(approval.care or ""),
        "child": approval.child.removeprefix("children/"),
        "conditions": approval.conditions,
    }


def _pause_fields(family: pb.FosterFamily) -> list[Field]:
    help = _("Leave it empty while nobody knows.")
    return [_reason(), Field("until", _("Last day of the pause"), "date", False, help, path="until_date")]


def _paused(family: pb.FosterFamily) -> Mapping[str, str]:
    until = _iso(family.pause.until_date) if family.pause.HasField("until_date") else ""
    return {"reason": family.pause.reason, "until": until}


def _fact_fields(family: pb.FosterFamily) -> list[Field]:
    facts = [(str(number), told) for number, told in family_terms.facts().items()]
    return [Field("fact", _("About what"), "choice", options=facts), Field("says", _("What is so"), "area")]


def _settle_fields(family: pb.FosterFamily) -> list[Field]:
    return [
        Field("fact", "", "hidden"),
        Field("resolution", _("What holds, and how that was found out"), "area"),
    ]


def _of_fact(form: Form) -> Mapping[str, Any]:
    known = form["fact"] in map(str, family_terms.facts())
    return {"fact": pb.ProfileFact.Name(int(form["fact"])) if known else pb.PROFILE_FACT_UNSPECIFIED}  # type: ignore[arg-type]


def _child(reference: str) -> str:
    return f"children/{reference.removeprefix('children/')}" if reference else ""


def _iso(given: Date) -> str:
    return wire.day(given).isoformat()


def _of_reason(form: Form) -> Mapping[str, Any]:
    return {"reason": form["reason"]}


_REQUESTS: Mapping[str, Callable[..., Any]] = {
    "AssessFamily": pb.AssessFamilyRequest,
    "ApproveFamily": pb.ApproveFamilyRequest,
    "RefuseFamily": pb.RefuseFamilyRequest,
    "PauseFamily": pb.PauseFamilyRequest,
    "ResumeFamily": pb.ResumeFamilyRequest,
    "EndFamily": pb.EndFamilyRequest,
    "StateFact": pb.StateFactRequest,
    "ResolveConflict": pb.ResolveConflictRequest,
}

STEPS = {
    "assess": Step(
        "AssessFamily",
        N_("Assess the family"),
        N_("Keep the assessment"),
        N_("You may keep it half done and go on later: nothing is approved by it."),
        _assessment_fields,
        _assessment,
        _assessed,
        pb.FAMILY_STEP_KIND_ASSESSED,
        "assessment",
        N_("Go on with the assessment"),
    ),
    "approve": Step(
        "ApproveFamily",
        N_("Approve the family"),
        N_("Keep the approval"),
        N_("What stands here holds from now on. What held before stays in the history."),
        _approval_fields,
        _approval,
        _approved,
        pb.FAMILY_STEP_KIND_APPROVED,
        "approval",
        N_("Change the approval"),
    ),
    "pause": Step(
        "PauseFamily",
        N_("Pause the family"),
        N_("Keep the pause"),
        N_("No child is offered to it meanwhile. Who lives there stays."),
        _pause_fields,
        lambda form: {"reason": form["reason"], "until_date": form.day("until")},
        _paused,
        pb.FAMILY_STEP_KIND_PAUSED,
        "pause",
        N_("Change the pause"),
    ),
    "resume": Step(
        "ResumeFamily",
        N_("End the pause"),
        N_("End the pause"),
        N_("The family may be offered a child again from this moment."),
        lambda family: [_reason()],
        _of_reason,
        kind=pb.FAMILY_STEP_KIND_RESUMED,
    ),
    "refuse": Step(
        "RefuseFamily",
        N_("Refuse the family"),
        N_("Refuse the family"),
        N_("It can be assessed again later."),
        lambda family: [_reason(_("In words that the family can read."))],
        _of_reason,
        kind=pb.FAMILY_STEP_KIND_REFUSED,
    ),
    "end": Step(
        "EndFamily",
        N_("End as a foster family"),
        N_("End as a foster family"),
        N_("It is approved for nothing then and has no place free. Its history stays."),
        lambda family: [_reason()],
        _of_reason,
        kind=pb.FAMILY_STEP_KIND_ENDED,
    ),
    "state": Step(
        "StateFact",
        N_("Say what is different"),
        N_("Keep what is said"),
        N_(
            "It stands beside the profile until somebody settles it. It changes nothing of the profile or the approval."
        ),
        _fact_fields,
        lambda form: {**_of_fact(form), "says": form["says"]},
    ),
    "settle": Step(
        "ResolveConflict",
        N_("Settle what is open"),
        N_("Settle it"),
        N_("Both statements stay, with yours below them. Correct the profile itself where it is wrong."),
        _settle_fields,
        lambda form: {**_of_fact(form), "resolution": form["resolution"]},
    ),
}
"""The steps, by the last part of their addresses."""

PAGES = tuple(
    page
    for id, step in STEPS.items()
    for page in (
        Page(f"/families/{{family}}/{id}", partial(ask, id), f"{SERVICE}.{step.rpc}"),
        Page(f"/families/{{family}}/{id}", partial(take, id), f"{SERVICE}.{step.rpc}", "POST"),
    )
)
