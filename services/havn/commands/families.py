"""havn families."""

import uuid
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.havn.commands import family_profile
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.family_application import apply
from services.havn.commands.names import child_name, family_name, user_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show as print_answer
from services.havn.connection import Connection
from services.havn.importing.cells import WHOLE_MAX, NotAllowed, day_in
from services.havn.views.families import families as view
from services.havn.views.families import family as view_family
from services.havn.views.families import profile_views as view_looks
from services.havn.views.phrases import Lang
from services.shared.wire import date_message

app = typer.Typer(add_completion=False)
app.command()(apply)
app.command()(family_profile.profile)
app.command()(family_profile.update)
app.command()(family_profile.member)
app.command()(family_profile.children)
app.command()(family_profile.certificates)
app.command()(family_profile.fees)

VISIT_FORM = "2026-03-02 | WHO | WHAT WAS SEEN"


class Need(StrEnum):
    """How much a child may need."""

    LIGHT = "light"
    MODERATE = "moderate"
    SEVERE = "severe"


class Fact(StrEnum):
    """What of a profile a family may speak about."""

    HOUSEHOLD = "household"
    LANGUAGES = "languages"
    COMPETENCES = "competences"
    EXPERIENCE = "experience"
    ACCESSIBILITY = "accessibility"
    SCHOOLS = "schools"
    PETS = "pets"
    WISHES = "wishes"
    LIMITS = "limits"
    AVAILABILITY = "availability"
    OTHER = "other"


Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.")]
Reason = Annotated[str, typer.Option(help="Why; kept with your name.")]
Day = Annotated[date | None, typer.Option(parser=day, metavar="DATE")]
Note = Annotated[str, typer.Option(help="What was found, in words; not given: stays as it is.")]
Count = Annotated[int, typer.Option(min=0, max=WHOLE_MAX)]


@app.callback(invoke_without_command=True)
def families(
    context: typer.Context,
    consultant: Annotated[str, typer.Option(metavar="USER", help="Only those that this consultant follows.")] = "",
    town: Annotated[str, typer.Option(help="Only those in this town.")] = "",
    search: Annotated[str, typer.Option(help="Only those with this in name, town or reference.")] = "",
    free: Annotated[bool, typer.Option("--free", help="Only those that are said to have free places.")] = False,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Foster families, each with where it stands; and the steps of its way."""
    if context.invoked_subcommand:
        return
    who = user_name(consultant) if consultant else ""
    asked = pb.ListFosterFamiliesRequest(consultant=who, town=town, search=search, with_free_places=free)
    with asking(as_user) as connection:
        answer = all_pages(connection.families.ListFosterFamilies, asked)
    print_answer(document(answer), view(answer, lang), json)


@app.command()
def show(family: Family, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """One family: where it stands, what is amiss, and what happened on its way."""
    with asking(as_user) as connection:
        answer = _kept(connection, family)
    print_answer(document(answer), view_family(answer, lang), json)


@app.command()
def assess(
    family: Family,
    care: Note = "",
    attachment: Note = "",
    family_bonds: Note = "",
    commitment: Note = "",
    teamwork: Note = "",
    recommendation: Note = "",
    visit: Annotated[list[str] | None, typer.Option(metavar=VISIT_FORM, help="A visit to the home; repeat.")] = None,
    certificates_seen_by: Annotated[str, typer.Option(help="Who saw the certificates of the household.")] = "",
    certificates_seen_on: Day = None,
    child: Annotated[str, typer.Option(help="A network family: children/k-012 or k-012.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Keeps what was found about a family, beside what was found before."""
    found = pb.Assessment(
        care=care,
        attachment=attachment,
        family_bonds=family_bonds,
        commitment=commitment,
        teamwork=teamwork,
        recommendation=recommendation,
        visits=map(_visit, visit or ()),
        certificates_seen_by=certificates_seen_by,
        child=child_name(child) if child else "",
    )
    if certificates_seen_on:
        found.certificates_seen_date.CopyFrom(date_message(certificates_seen_on))

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        kept.assessment.MergeFrom(found)
        request = pb.AssessFamilyRequest(name=kept.name, etag=kept.etag, assessment=kept.assessment, request_id=key)
        return connection.families.AssessFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def approve(
    family: Family,
    reference: Annotated[str, typer.Option(help="The approval's number or case.")],
    places: Count,
    oldest: Count,
    need_level: Annotated[Need, typer.Option(help="The most that a child may need.")],
    until: Annotated[date, typer.Option(parser=day, metavar="DATE", help="Last day.")],
    from_day: Annotated[date, typer.Option("--from", parser=day, metavar="DATE", help="First day.")],
    reason: Reason,
    youngest: Count = 0,
    relief: Annotated[bool, typer.Option("--relief", help="For relief alone.")] = False,
    child: Annotated[str, typer.Option(help="A network family: children/k-012 or k-012.")] = "",
    conditions: Annotated[str, typer.Option(help="What the approval asks of the family.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Approves an assessed family, or changes what it is approved for."""
    approval = pb.Approval(
        reference=reference,
        place_count=places,
        ages=pb.AgeRange(min=youngest, max=oldest),
        need_level=terms.NeedLevel.Value(f"NEED_LEVEL_{need_level.upper()}"),
        valid_from_date=date_message(from_day),
        valid_until_date=date_message(until),
        child=child_name(child) if child else "",
        care=pb.CARE_KIND_RELIEF if relief else pb.CARE_KIND_FULL_TIME,
        conditions=conditions,
    )

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.ApproveFamilyRequest(
            name=kept.name, etag=kept.etag, approval=approval, reason=reason, request_id=key
        )
        return connection.families.ApproveFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def refuse(
    family: Family, reason: Reason, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Refuses a family that applies; it can read why."""

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.RefuseFamilyRequest(name=kept.name, etag=kept.etag, reason=reason, request_id=key)
        return connection.families.RefuseFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def pause(
    family: Family,
    reason: Reason,
    until: Day = None,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes a family out for a while: it is asked for no other child."""
    last = date_message(until) if until else None

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.PauseFamilyRequest(name=kept.name, etag=kept.etag, reason=reason, until_date=last, request_id=key)
        return connection.families.PauseFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def resume(
    family: Family, reason: Reason, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Ends a pause before its day."""

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.ResumeFamilyRequest(name=kept.name, etag=kept.etag, reason=reason, request_id=key)
        return connection.families.ResumeFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def end(
    family: Family, reason: Reason, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """A family is one no more, or withdraws its application."""

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.EndFamilyRequest(name=kept.name, etag=kept.etag, reason=reason, request_id=key)
        return connection.families.EndFamily(request)

    _take(step, family, as_user, lang, json)


@app.command()
def state(
    family: Family,
    fact: Annotated[Fact, typer.Argument(metavar="FACT", help=f"About what: {', '.join(Fact)}.")],
    says: Annotated[str, typer.Argument(metavar="TEXT", help="What is so.")],
    as_user: As = User.FOSTER_FAMILY,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """What a family, or its consultant, says about a fact; the profile stays as it is until somebody settles it."""

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.StateFactRequest(name=kept.name, etag=kept.etag, fact=_fact(fact), says=says, request_id=key)
        return connection.families.StateFact(request)

    _take(step, family, as_user, lang, json)


@app.command()
def resolve(
    family: Family,
    fact: Annotated[Fact, typer.Argument(metavar="FACT", help="About what.")],
    resolution: Annotated[str, typer.Argument(metavar="TEXT", help="What holds, and how that was found out.")],
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Settles what is open about a fact."""

    def step(connection: Connection, kept: pb.FosterFamily, key: str) -> pb.FosterFamily:
        request = pb.ResolveConflictRequest(
            name=kept.name, etag=kept.etag, fact=_fact(fact), resolution=resolution, request_id=key
        )
        return connection.families.ResolveConflict(request)

    _take(step, family, as_user, lang, json)


@app.command()
def views(family: Family, as_user: As = User.FOSTER_FAMILY, lang: Language = Lang.EN, json: Json = False) -> None:
    """Who looked at a family's profile, in which role, and why where that was said."""
    name = family_name(family)
    with asking(as_user) as connection:
        answer = all_pages(connection.families.ListProfileViews, pb.ListProfileViewsRequest(name=name))
    print_answer(document(answer), view_looks(name, answer, lang), json)


def _take(
    step: Callable[[Connection, pb.FosterFamily, str], pb.FosterFamily],
    family: str,
    as_user: User,
    lang: Lang,
    json: bool,
) -> None:
    """Takes a step with the family as it is now, and shows it."""
    with asking(as_user) as connection:
        answer = step(connection, _kept(connection, family), str(uuid.uuid4()))
    print_answer(document(answer), view_family(answer, lang), json)


def _kept(connection: Connection, family: str) -> pb.FosterFamily:
    return connection.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=family_name(family)))


def _fact(fact: Fact) -> pb.ProfileFact.ValueType:
    return pb.ProfileFact.Value(f"PROFILE_FACT_{fact.upper()}")


def _visit(text: str) -> pb.HomeVisit:
    """A visit to the home. Raises typer.BadParameter for what is none."""
    try:
        told, visitor, note = (part.strip() for part in text.split("|"))
        return pb.HomeVisit(visit_date=date_message(day_in(told)), visitor=visitor, note=note)
    except (ValueError, NotAllowed) as error:
        raise typer.BadParameter(f"{text!r} is no visit: write it as {VISIT_FORM!r}") from error
