"""havn krith: what consultants correct, log and agree on, and what leaders decide."""

import uuid
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FOLLOW_UP
from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.json_files import message_in
from services.havn.commands.names import authority_name, child_name, family_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.importing.cells import WHOLE_MAX, NotAllowed, day_in
from services.havn.views import follow_ups, krith
from services.havn.views.phrases import Lang
from services.shared.wire import date_message

TALK_FORM = "CHILD | alone, present or none | WHY NOT ALONE"
PLAN_FORM = "2026-03-02 | WHAT"
TALKS = {"alone": (True, True), "present": (True, False), "none": (False, False)}
"""Whether there was a talk, and whether nobody of the home was present."""


class Kind(StrEnum):
    """What a family may be supported with."""

    INTENSIVE = "intensive"
    SUPERVISION = "supervision"
    RELIEF = "relief"


def talk(text: str) -> pb.ChildTalk:
    """A talk with a child, or that there was none. Raises typer.BadParameter for what is neither."""
    child, how, reason = (part.strip() for part in f"{text}||".split("|")[:3])
    if how not in TALKS:
        raise typer.BadParameter(f"{text!r} is no talk: write it as {TALK_FORM!r}")
    held, alone = TALKS[how]
    return pb.ChildTalk(child=child_name(child), held=held, staff_absent=alone, reason=reason)


def planned(text: str) -> pb.PlannedSupport:
    """A step of intensive support. Raises typer.BadParameter for what is none."""
    try:
        told, what = (part.strip() for part in text.split("|"))
        return pb.PlannedSupport(planned_date=date_message(day_in(told)), what=what)
    except (ValueError, NotAllowed) as error:
        raise typer.BadParameter(f"{text!r} is no step of a plan: write it as {PLAN_FORM!r}") from error


Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; kept with your name.")]
Day = Annotated[date | None, typer.Option(parser=day, metavar="DATE")]
Today = Annotated[date | None, typer.Option("--on", parser=day, metavar="DATE", help="Today if not given.")]
Talks = Annotated[list[pb.ChildTalk], typer.Option(parser=talk, metavar=f"'{TALK_FORM}'", help="Repeatable.")]
Plan = Annotated[list[pb.PlannedSupport], typer.Option(parser=planned, metavar=f"'{PLAN_FORM}'", help="Repeatable.")]


def correct(
    follow_up: Annotated[str, typer.Argument(metavar="FOLLOW_UP", help="Its name, as `havn follow-ups --json` tells.")],
    file: Annotated[Path, typer.Option(metavar="JSON", help="The follow-up as it is right, whole.")],
    reason: Reason,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Says how a follow-up is right; what stood there before stays readable."""
    right = message_in(file, families.FollowUp(), "follow-up")
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        kept = connection.families.GetFollowUp(families.GetFollowUpRequest(name=follow_up))
        request = pb.CorrectFollowUpRequest(
            name=kept.name, etag=kept.etag, follow_up=right, reason=reason, request_id=str(uuid.uuid4())
        )
        answer = connection.support.CorrectFollowUp(request)
    show(document(answer), follow_ups.follow_up(answer, lang), json)


def drafts(as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False) -> None:
    """What you have begun to write of follow-ups; nobody else sees it."""
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        request = pb.ListFollowUpDraftsRequest(parent=family_name("-"))
        answer = all_pages(connection.support.ListFollowUpDrafts, request)
    show(document(answer), krith.drafts(answer, lang), json)


def log_visit(
    family: Family,
    note: Annotated[str, typer.Option(help="What was seen.")],
    talk: Talks = [],  # noqa: B006  # typer copies it
    on: Today = None,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Logs a supervision visit with its talks."""
    visit = pb.SupervisionVisit(visit_date=date_message(on or today(settings())), note=note, talks=talk)
    request = pb.LogSupervisionVisitRequest(parent=family_name(family), visit=visit, request_id=str(uuid.uuid4()))
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = connection.support.LogSupervisionVisit(request)
    show(document(answer), krith.visit(answer, lang), json)


def agree(
    family: Family,
    kind: Annotated[Kind, typer.Option(help="Intensive support of a child's first year, supervision, or relief.")],
    what: Annotated[str, typer.Option(help="What you agreed on.")],
    from_day: Annotated[date, typer.Option("--from", parser=day, metavar="DATE", help="First day.")],
    until: Day = None,
    child: Annotated[str, typer.Option(help="children/k-012 or k-012; not given: the family as a whole.")] = "",
    provider: Annotated[str, typer.Option(help="Who gives it: a supervisor, a team.")] = "",
    plan: Plan = [],  # noqa: B006
    relief_family: Annotated[str, typer.Option(metavar="FAMILY", help="Relief: where the child comes.")] = "",
    days_per_month: Annotated[int, typer.Option(min=0, max=WHOLE_MAX, help="Relief: days in a month.")] = 0,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Agrees with a family on support."""
    agreement = pb.SupportAgreement(
        kind=pb.SupportKind.Value(f"SUPPORT_KIND_{kind.upper()}"),
        what=what,
        from_date=date_message(from_day),
        until_date=date_message(until) if until else None,
        child=child_name(child) if child else "",
        provider=provider,
        plan=plan,
        relief_family=family_name(relief_family) if relief_family else "",
        days_per_month=days_per_month,
    )
    request = pb.AgreeSupportRequest(parent=family_name(family), agreement=agreement, request_id=str(uuid.uuid4()))
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = pb.ListSupportAgreementsResponse(agreements=[connection.support.AgreeSupport(request)])
    show(document(answer), krith.support(answer, lang), json)


def end_support(
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Its name, as `havn krith support` tells it.")],
    reason: Reason,
    on: Today = None,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Ends an agreement on a day, once."""
    # What somebody ended meanwhile stays ended so: only one that lasts is as it was agreed on.
    request = pb.EndSupportRequest(
        name=agreement,
        etag="1",
        until_date=date_message(on or today(settings())),
        reason=reason,
        request_id=str(uuid.uuid4()),
    )
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = pb.ListSupportAgreementsResponse(agreements=[connection.support.EndSupport(request)])
    show(document(answer), krith.support(answer, lang), json)


def policy(
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help="authorities/kujalleq or kujalleq.")],
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """How an authority follows families: cadence, supervision, training, scale."""
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = connection.support.GetSupportPolicy(pb.GetSupportPolicyRequest(authority=authority_name(authority)))
    show(document(answer), krith.policy(answer, lang), json)


def publish_policy(
    file: Annotated[Path, typer.Argument(metavar="JSON", help="The policy, as `havn krith policy --json` shows one.")],
    reason: Reason,
    as_user: As = User.LEADER,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Decides anew how your authority follows families; what held before stays readable."""
    decided = message_in(file, pb.SupportPolicy(), "policy")
    decided.reason = reason
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        request = pb.PublishSupportPolicyRequest(policy=decided, request_id=str(uuid.uuid4()))
        answer = connection.support.PublishSupportPolicy(request)
    show(document(answer), krith.policy(answer, lang), json)
