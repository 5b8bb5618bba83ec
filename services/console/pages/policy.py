"""Sådan følges familier: what the municipality decided on follow-ups, supervision and training, and deciding anew."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response

from havn.families.v1 import support_pb2 as pb
from services.console import terms
from services.console.forms import Field, Form, kept
from services.console.languages import gettext as _
from services.console.pages.families_menu import open_paths
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared.access import EVERYWHERE

SERVICE = "havn.families.v1.SupportService"
PUBLISH = f"{SERVICE}.PublishSupportPolicy"
PAGE_SIZE = 200


async def show(visit: Visit) -> Response:
    """The policy in force, and those before it."""
    authority, support = _authority(visit), visit.services.support
    policy, listed = await asyncio.gather(
        support.GetSupportPolicy(pb.GetSupportPolicyRequest(authority=authority)),
        support.ListSupportPolicies(pb.ListSupportPoliciesRequest(authority=authority, page_size=PAGE_SIZE)),
    )
    return visit.page(
        "policy.html",
        open_paths=open_paths(visit.caller),
        authority=authority,
        others=terms.AUTHORITIES if visit.caller.authority == EVERYWHERE else {},
        policy=policy,
        earlier=listed.policies[1:],
        may_publish=may(visit.caller, PUBLISH),
        done=visit.request.query_params.get("done") == "yes",
        terms=terms,
    )


async def ask(visit: Visit) -> Response:
    """The form, with what holds today."""
    request = pb.GetSupportPolicyRequest(authority=_authority(visit))
    return _form(visit, Form(_fields(), _held(await visit.services.support.GetSupportPolicy(request))))


async def publish(visit: Visit) -> Response:
    """Decides anew."""
    form = Form.sent(_fields(), visit)

    async def save() -> pb.SupportPolicy:
        policy = pb.SupportPolicy(
            authority=_authority(visit),
            first_weeks=form.numbers("first-weeks"),
            severe_weeks=form.number("severe-weeks"),
            moderate_weeks=form.number("moderate-weeks"),
            light_weeks=form.number("light-weeks"),
            supervision_visits_per_year=form.number("visits"),
            talk_required=bool(form["talk"]),
            training_days_per_year=form.number("training-days"),
            scale=[
                pb.ScaleStep(value=value, wording=wording)
                for value, wording in enumerate(filter(None, map(str.strip, form["scale"].splitlines())), start=1)
            ],
            reason=form["reason"],
        )
        request = pb.PublishSupportPolicyRequest(policy=policy, request_id=visit.text("key"))
        return await visit.services.support.PublishSupportPolicy(request)

    if told := await kept(form, save):
        return _form(visit, form, told)
    return see_other("/policy?done=yes")


def _form(visit: Visit, form: Form, told: Refusal | None = None) -> Response:
    status = told.status if told else 200
    return visit.page("policy_form.html", status, form=form, refusal=told, key=new_key())


def _authority(visit: Visit) -> str:
    """The authority of whoever looks; for who serves all of them the one that is asked for."""
    if visit.caller.authority != EVERYWHERE:
        return visit.caller.authority
    asked = visit.request.query_params.get("authority", "")
    return f"authorities/{asked if asked in terms.AUTHORITIES else next(iter(terms.AUTHORITIES))}"


def _fields() -> list[Field]:
    weeks = _("Weeks from visit to visit")
    return [
        Field(
            "first-weeks",
            _("Visits of the first period"),
            "numbers",
            help=_("Weeks after the approval, or after a child came, such as 1, 2, 4, 8, 12."),
            path="first_weeks",
        ),
        Field("severe-weeks", _("Then, for severe needs"), "number", help=weeks, path="severe_weeks"),
        Field("moderate-weeks", _("Then, for moderate needs"), "number", help=weeks, path="moderate_weeks"),
        Field("light-weeks", _("Then, for light needs"), "number", help=weeks, path="light_weeks"),
        Field(
            "visits",
            _("Supervision visits a year, at least"),
            "number",
            required=False,
            help=_("Empty takes what the law asks for."),
            path="supervision_visits_per_year",
        ),
        Field(
            "talk",
            _("A supervision visit counts only with a talk with the child"),
            "tick",
            path="talk_required",
        ),
        Field(
            "training-days",
            _("Days of further training a year, at least"),
            "number",
            required=False,
            path="training_days_per_year",
        ),
        Field(
            "scale",
            _("Scale"),
            "area",
            required=False,
            help=_("What each step means, one a line, the lowest first. Empty means words alone."),
            path="scale",
        ),
        Field("reason", _("Why"), "area", help=_("It stands with the decision.")),
    ]


def _held(policy: pb.SupportPolicy) -> Mapping[str, str]:
    return {
        "first-weeks": ", ".join(map(str, policy.first_weeks)),
        "severe-weeks": str(policy.severe_weeks),
        "moderate-weeks": str(policy.moderate_weeks),
        "light-weeks": str(policy.light_weeks),
        "visits": str(policy.supervision_visits_per_year or ""),
        "talk": "yes" if policy.talk_required else "",
        "training-days": str(policy.training_days_per_year or ""),
        "scale": "\n".join(step.wording for step in policy.scale),
    }


PAGES = (
    Page("/policy", show, f"{SERVICE}.GetSupportPolicy"),
    Page("/policy/new", ask, PUBLISH),
    Page("/policy/new", publish, PUBLISH, "POST"),
)
