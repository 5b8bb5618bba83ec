"""Forms of a family's support: supervision visits, training, and agreements that begin and end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from starlette.responses import Response

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.console import family_terms
from services.console.forms import Field, Form, etag, kept
from services.console.languages import N_
from services.console.languages import gettext as _
from services.console.pages.family import children
from services.console.pages.family_steps import named
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared import names, wire

SUPPORT, FAMILIES = "havn.families.v1.SupportService", "havn.families.v1.FamiliesService"
PLAN_ROWS = 4
GIVEN = ("kind", "child")
"""Fields that the address may fill in: a list of what is due leads here."""
TALKS = ("alone", "present", "none")


@dataclass(frozen=True)
class About:
    """A family, and the children that are known to live there."""

    family: families.FosterFamily
    children: Sequence[str]
    today: date
    answered: Sequence[int] = ()
    """Positions of the children of whom it is told whether there was a talk."""
    agreement: str = ""
    """The agreement that is to end."""

    def talk(self, number: int) -> int:
        """The position of a child's talk in the message."""
        return self.answered.index(number) if number in self.answered else number


@dataclass(frozen=True)
class Asked:
    """A form: its words, its fields, what stands there already, and the call that it makes."""

    rpc: str
    title: str
    help: str
    fields: Callable[[About], list[Field]]
    send: Callable[[Visit, About, Form], Awaitable[Any]]
    already: Callable[[About], Mapping[str, str]] = lambda about: {}


async def ask(id: str, visit: Visit) -> Response:
    """A form, with what stands there already."""
    about = await _about(visit)
    given = {name: visit.request.query_params[name] for name in GIVEN if name in visit.request.query_params}
    return _page(visit, id, about, Form(ASKED[id].fields(about), {**ASKED[id].already(about), **given}))


async def send(id: str, visit: Visit) -> Response:
    """Sends what was filled in."""
    about, asked = await _about(visit), ASKED[id]
    form = Form.sent(asked.fields(about), visit)
    if told := await kept(form, partial(asked.send, visit, about, form)):
        return _page(visit, id, await _about(visit), form, told)
    page = "support" if _reads_support(visit) else id
    return see_other(f"/{about.family.name}/{page}?done={id}")


def _page(visit: Visit, id: str, about: About, form: Form, told: Refusal | None = None) -> Response:
    return visit.page(
        "support_form.html",
        told.status if told else 200,
        family=about.family,
        agreement=about.agreement,
        id=id,
        asked=ASKED[id],
        form=form,
        refusal=told,
        done=not told and visit.request.query_params.get("done") == id,
        may_read=_reads_support(visit),
        etag=etag(visit, told, about.family.etag),
        key=new_key(),
    )


def _reads_support(visit: Visit) -> bool:
    """Whether the family's page of support opens to whoever is here: not to a caseworker, who logs visits."""
    return may(visit.caller, f"{SUPPORT}.GetFollowUpTrend")


async def _family(visit: Visit, name: str) -> families.FosterFamily:
    """The family; by its key alone for whoever may not read it."""
    if not may(visit.caller, f"{FAMILIES}.GetFosterFamily"):
        return families.FosterFamily(name=name, display_name=names.last_part(name))
    return await visit.services.families.GetFosterFamily(families.GetFosterFamilyRequest(name=name))


async def _about(visit: Visit) -> About:
    name = named(visit)
    family = await _family(visit, name)
    agreement = visit.text("agreement") or visit.request.query_params.get("agreement", "")
    known = await children(visit, name)
    answered = [number for number in range(len(known)) if visit.text(f"talk-{number}") in TALKS]
    return About(family, known, visit.console.clock.today(), answered, agreement)


def _visit_fields(about: About) -> list[Field]:
    told = [
        ("alone", _("Yes, and nobody of the home was present")),
        ("present", _("Yes, and somebody of the home was present")),
        ("none", _("No")),
    ]
    talks = [
        field
        for number, child in enumerate(about.children)
        for field in (
            Field(
                f"talk-{number}",
                _("Did you talk with %(child)s?") % {"child": child.removeprefix("children/")},
                "choice",
                required=False,
                options=told,
                help=_("Leave it empty for a child that does not live there now."),
            ),
            Field(
                f"talk-{number}-reason",
                _("Why not, or why not alone"),
                required=False,
                path=f"visit.talks[{about.talk(number)}].reason",
            ),
        )
    ]
    return [
        Field("day", _("Day of the visit"), "date", path="visit.visit_date"),
        Field("note", _("What you saw"), "area", path="visit.note"),
        *talks,
    ]


async def _log_visit(visit: Visit, about: About, form: Form) -> Any:  # noqa: ANN401
    talks = [
        pb.ChildTalk(
            child=child,
            held=form[f"talk-{number}"] != "none",
            staff_absent=form[f"talk-{number}"] == "alone",
            reason=form[f"talk-{number}-reason"],
        )
        for number, child in enumerate(about.children)
        if number in about.answered
    ]
    logged = pb.SupervisionVisit(visit_date=form.day("day"), note=form["note"], talks=talks)
    request = pb.LogSupervisionVisitRequest(parent=about.family.name, visit=logged, request_id=visit.text("key"))
    return await visit.services.support.LogSupervisionVisit(request)


def _training_fields(about: About) -> list[Field]:
    goals = [
        Field(
            f"goal-{goal}",
            title,
            "date",
            required=False,
            help=_("The day that the goal was reached."),
        )
        for goal, title in family_terms.goals().items()
    ]
    days = [
        field
        for number in range(1, len(about.family.training.days) + 2)
        for field in (
            Field(f"day-{number}", _("Further training %(num)s: day") % {"num": number}, "date", required=False),
            Field(f"day-{number}-subject", _("Further training %(num)s: on what") % {"num": number}, required=False),
        )
    ]
    return [
        Field("completed", _("KRITH course completed on"), "date", required=False, path="training.completed_date"),
        *goals,
        Field(
            "waived-until",
            _("Course waived until"),
            "date",
            required=False,
            help=_("While it is waived, a child can come before the course is completed."),
            path="training.waived_until_date",
        ),
        Field("waived-by", _("Who waived it"), required=False, path="training.waived_by"),
        *days,
    ]


def _trained(about: About) -> Mapping[str, str]:
    training = about.family.training
    values = {f"goal-{each.goal}": _iso(each.reached_date) for each in training.goals}
    for number, each in enumerate(training.days, start=1):
        values |= {f"day-{number}": _iso(each.training_date), f"day-{number}-subject": each.subject}
    return values | {
        "completed": _iso(training.completed_date) if training.HasField("completed_date") else "",
        "waived-until": _iso(training.waived_until_date) if training.HasField("waived_until_date") else "",
        "waived-by": training.waived_by,
    }


async def _train(visit: Visit, about: About, form: Form) -> Any:  # noqa: ANN401
    numbers = range(1, len(about.family.training.days) + 2)
    goals = [
        families.ReachedGoal(goal=families.LearningGoal.Name(goal), reached_date=form.day(f"goal-{goal}"))  # type: ignore[arg-type]
        for goal in family_terms.goals()
        if form[f"goal-{goal}"]
    ]
    days = [
        families.TrainingDay(training_date=form.day(f"day-{number}"), subject=form[f"day-{number}-subject"])
        for number in numbers
        if form[f"day-{number}"] or form[f"day-{number}-subject"]
    ]
    training = families.Training(
        completed_date=form.day("completed"),
        waived_until_date=form.day("waived-until"),
        waived_by=form["waived-by"],
        goals=goals,
        days=days,
    )
    changed = families.FosterFamily()
    changed.CopyFrom(about.family)
    changed.etag = visit.text("etag")
    changed.training.CopyFrom(training)
    request = families.UpdateFosterFamilyRequest(
        family=changed, update_mask=FieldMask(paths=["training"]), request_id=visit.text("key")
    )
    return await visit.services.families.UpdateFosterFamily(request)


def _agreement_fields(about: About) -> list[Field]:
    kinds = [(str(number), told) for number, told in family_terms.kinds_of_support().items()]
    known = [(child, child.removeprefix("children/")) for child in about.children]
    return [
        Field("kind", _("Which support"), "choice", options=kinds, path="agreement.kind"),
        Field("what", _("What you agreed on"), "area", path="agreement.what"),
        Field(
            "child",
            _("For which child"),
            "choice",
            required=False,
            options=known,
            help=_("Leave it empty for the family as a whole."),
            path="agreement.child",
        ),
        Field("provider", _("Who gives it"), required=False, path="agreement.provider"),
        Field("from", _("First day"), "date", path="agreement.from_date"),
        Field("until", _("Last day"), "date", required=False, path="agreement.until_date"),
        *_plan_fields(),
        Field(
            "relief",
            _("Relief family"),
            required=False,
            help=_("Only for relief: the family's reference, such as f-012."),
            path="agreement.relief_family",
        ),
        Field("relief-days", _("Days a month"), "number", required=False, path="agreement.days_per_month"),
    ]


def _plan_fields() -> list[Field]:
    return [
        field
        for number in range(PLAN_ROWS)
        for field in (
            Field(
                f"plan-{number}-day",
                _("Plan %(num)s: day") % {"num": number + 1},
                "date",
                required=False,
                help=_("Only for intensive support.") if number == 0 else "",
                path=f"agreement.plan[{number}].planned_date",
            ),
            Field(
                f"plan-{number}",
                _("Plan %(num)s: what") % {"num": number + 1},
                required=False,
                path="agreement.plan" if number == 0 else f"agreement.plan[{number}].what",
            ),
        )
    ]


async def _agree(visit: Visit, about: About, form: Form) -> Any:  # noqa: ANN401
    plan = [
        pb.PlannedSupport(planned_date=form.day(f"plan-{number}-day"), what=form[f"plan-{number}"])
        for number in range(PLAN_ROWS)
        if form[f"plan-{number}-day"] or form[f"plan-{number}"]
    ]
    relief = form["relief"]
    agreement = pb.SupportAgreement(
        kind=pb.SupportKind.Name(form.number("kind")),  # type: ignore[arg-type]  # one of the options
        what=form["what"],
        child=form["child"],
        provider=form["provider"],
        from_date=form.day("from"),
        until_date=form.day("until"),
        plan=plan,
        relief_family=f"families/{relief.removeprefix('families/')}" if relief else "",
        days_per_month=form.number("relief-days"),
    )
    request = pb.AgreeSupportRequest(parent=about.family.name, agreement=agreement, request_id=visit.text("key"))
    return await visit.services.support.AgreeSupport(request)


def _ending_fields(about: About) -> list[Field]:
    return [Field("until", _("Last day"), "date", path="until_date"), Field("reason", _("Why"), "area")]


async def _end(visit: Visit, about: About, form: Form) -> Any:  # noqa: ANN401
    listed = pb.ListSupportAgreementsRequest(parent=about.family.name, page_size=200)
    found = (await visit.services.support.ListSupportAgreements(listed)).agreements
    etags = {each.name: each.etag for each in found}
    request = pb.EndSupportRequest(
        name=about.agreement,
        etag=etags.get(about.agreement, "none"),
        until_date=form.day("until"),
        reason=form["reason"],
        request_id=visit.text("key"),
    )
    return await visit.services.support.EndSupport(request)


def _iso(given: Date) -> str:
    return wire.day(given).isoformat()


ASKED = {
    "supervision-visit": Asked(
        f"{SUPPORT}.LogSupervisionVisit",
        N_("Log a supervision visit"),
        N_("A visit that took place, with the talks that you had, or why you had none."),
        _visit_fields,
        _log_visit,
        lambda about: {"day": about.today.isoformat()},
    ),
    "training": Asked(
        f"{FAMILIES}.UpdateFosterFamily",
        N_("Training of the family"),
        N_("Once goals are recorded, the course is completed with the last of the six."),
        _training_fields,
        _train,
        _trained,
    ),
    "agree": Asked(
        f"{SUPPORT}.AgreeSupport",
        N_("Agree on support"),
        N_("Intensive support of a child's first year, supervision, or relief."),
        _agreement_fields,
        _agree,
        lambda about: {"from": about.today.isoformat()},
    ),
    "end-support": Asked(
        f"{SUPPORT}.EndSupport",
        N_("End support"),
        N_("It ends once, on a day, with a reason."),
        _ending_fields,
        _end,
        lambda about: {"until": about.today.isoformat()},
    ),
}
"""The forms, by the last part of their addresses."""

PAGES = tuple(
    page
    for id, asked in ASKED.items()
    for page in (
        Page(f"/families/{{family}}/{id}", partial(ask, id), asked.rpc),
        Page(f"/families/{{family}}/{id}", partial(send, id), asked.rpc, "POST"),
    )
)
