"""Ansøgninger: families that want to take children and are not approved yet, and the form that enters one."""

from collections.abc import Mapping

from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from services.console import family_terms, terms
from services.console.forms import Field, Form, Part, fields_of, kept
from services.console.languages import gettext as _
from services.console.pages import household
from services.console.pages.families_menu import ASKS, open_paths
from services.console.pages.family_profile import home_parts, put_home
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, may, new_key, see_other

CREATE = "havn.families.v1.FamiliesService.CreateFosterFamily"
APPLYING = (pb.FAMILY_STATE_APPLIED, pb.FAMILY_STATE_ASSESSING)
SHOWN = 50


async def show(visit: Visit) -> Response:
    """The families that apply."""
    token = visit.request.query_params.get("after", "")
    asked = pb.ListFosterFamiliesRequest(states=APPLYING, page_size=SHOWN, page_token=token)
    found = await visit.services.families.ListFosterFamilies(asked)
    return visit.page(
        "applications.html",
        open_paths=open_paths(visit.caller),
        applying=found.families,
        next_page=found.next_page_token,
        may_enter=may(visit.caller, CREATE),
        family_terms=family_terms,
        terms=terms,
    )


async def ask(visit: Visit) -> Response:
    """The empty form."""
    today = visit.console.clock.today().isoformat()
    consultant = visit.caller.subject.removeprefix("users/")
    return _page(visit, {"applied": today, "consultant": consultant, **household.beginning()})


async def enter(visit: Visit) -> Response:
    """Enters a family that applies; or shows the form with one more person to fill in."""
    values = {**{name: visit.text(name) for name in visit.form}, **household.sent(visit.form)}
    if visit.text("add"):
        return _page(visit, values, visit.text("key"))
    form = Form.sent(fields_of(_parts(visit, values)), visit)
    entered: list[pb.FosterFamily] = []

    async def create() -> None:
        request = pb.CreateFosterFamilyRequest(family=_family(visit, form), request_id=visit.text("key"))
        entered.append(await visit.services.families.CreateFosterFamily(request))

    if told := await kept(form, create):
        return _page(visit, values, told=told)
    return see_other(f"/{entered[0].name}?done=applied")


def _page(visit: Visit, values: Mapping[str, str], key: str = "", told: Refusal | None = None) -> Response:
    parts = _parts(visit, values)
    return visit.page(
        "application_form.html",
        told.status if told else 200,
        parts=parts,
        form=Form(fields_of(parts), values),
        refusal=told,
        key=key or new_key(),
    )


def _parts(visit: Visit, values: Mapping[str, str]) -> list[Part]:
    cares = [(str(number), told) for number, told in family_terms.cares().items()]
    applied = [
        Field("applied", _("Applied on"), "date", path="application.applied_date"),
        Field("place-count", _("Children at a time"), "number", False, path="application.place_count"),
        Field("care", _("What for"), "choice", False, options=cares, path="application.care"),
        Field("motivation", _("Why, in the family's own words"), "area", False, path="application.motivation"),
    ]
    home, *languages = home_parts(visit.caller.authority)
    return [home, Part(applied, _("The application")), *languages, *household.parts(values)]


def _family(visit: Visit, form: Form) -> pb.FosterFamily:
    application = pb.Application(
        applied_date=form.day("applied"),
        motivation=form["motivation"],
        place_count=form.number("place-count"),
        care=pb.CareKind.Name(form.number("care")),  # type: ignore[arg-type]  # one of the options
    )
    family = pb.FosterFamily(
        authority=visit.caller.authority,
        application=application,
        household=household.members(form, visit.text("key")),
    )
    put_home(form, family)
    return family


PAGES = (
    Page("/applications", show, ASKS["/applications"]),
    Page("/applications/new", ask, CREATE),
    Page("/applications/new", enter, CREATE, "POST"),
)
