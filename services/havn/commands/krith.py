"""havn krith."""

import uuid
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FOLLOW_UP
from havn.families.v1 import support_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.havn.commands import krith_changes, krith_files, krith_readings
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.concerns import concerns
from services.havn.commands.documents import document
from services.havn.commands.names import child_name, family_name, user_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views import krith as views
from services.havn.views.phrases import Lang

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What comes of follow-ups: actions, concerns, visits, training, support, cost.",
)

app.command("import")(krith_files.import_recorded)
app.command("template")(krith_files.template)
app.command()(krith_changes.correct)
app.command()(krith_changes.drafts)
app.command("log-visit")(krith_changes.log_visit)
app.command()(krith_changes.agree)
app.command("end-support")(krith_changes.end_support)
app.command()(krith_changes.policy)
app.command("publish-policy")(krith_changes.publish_policy)
app.command()(krith_readings.versions)
app.command()(krith_readings.discard)
app.command()(krith_readings.policies)
app.command()(krith_readings.visited)
app.command("next-visit")(krith_readings.next_visit)
app.command()(concerns)

EVERY_FAMILY = "-"
Family = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001.", show_default=False)]
Families = Annotated[str, typer.Argument(metavar="FAMILY", help="families/f-001 or f-001; all where none is named.")]
Consultant = Annotated[str, typer.Option(metavar="USER", help="Only families that users/consultant follows.")]


@app.command()
def actions(
    family: Families = EVERY_FAMILY,
    every: Annotated[bool, typer.Option("--all", help="Also those that ended.")] = False,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Agreed actions that are open, the earliest due first."""
    state = pb.ACTION_STATE_UNSPECIFIED if every else pb.ACTION_STATE_OPEN
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        request = pb.ListActionsRequest(parent=family_name(family), state=state)
        answer = all_pages(connection.support.ListActions, request)
    show(document(answer), views.actions(answer, lang), json)


@app.command()
def settle(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="Its name, as `havn krith actions` tells it.")],
    not_done: Annotated[bool, typer.Option("--not-done", help="It was not done, and will not be.")] = False,
    words: Annotated[str, typer.Option(help="What there is to say; needed where it was not done.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Says what became of an action."""
    state = pb.ACTION_STATE_NOT_DONE if not_done else pb.ACTION_STATE_DONE
    # What somebody settled meanwhile is not taken back: only an open action is as it was.
    request = pb.SettleActionRequest(name=action, etag="1", state=state, words=words, request_id=str(uuid.uuid4()))
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = pb.ListActionsResponse(actions=[connection.support.SettleAction(request)])
    show(document(answer), views.actions(answer, lang), json)


@app.command()
def look(
    view: Annotated[str, typer.Argument(metavar="CONCERN", help="Its name, as `havn krith concerns` tells it.")],
    words: Annotated[str, typer.Option(help="What you found, and what was done.")],
    as_user: As = User.CASEWORKER,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Says what came of a concern."""
    request = placements.CloseRiskViewRequest(name=view, etag="1", words=words, request_id=str(uuid.uuid4()))
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = placements.ListRiskViewsResponse(risk_views=[connection.placements.CloseRiskView(request)])
    show(document(answer), views.risk_views(answer, lang), json)


@app.command()
def trend(
    family: Family,
    child: Annotated[str, typer.Option(metavar="CHILD", help="Only what is about this child.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """How one family, or one child there, was seen to fare from visit to visit."""
    request = pb.GetFollowUpTrendRequest(name=family_name(family), child=child_name(child) if child else "")
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = connection.support.GetFollowUpTrend(request)
    show(document(answer), views.trend(answer, lang), json)


@app.command()
def coverage(as_user: As = User.LEADER, lang: Language = Lang.EN, json: Json = False) -> None:
    """How many families were followed up in time in the last year, by consultant."""
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = connection.support.GetFollowUpCoverage(pb.GetFollowUpCoverageRequest())
    show(document(answer), views.coverage(answer, lang), json)


@app.command()
def visits(
    consultant: Consultant = "", as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """When each family is to be visited for supervision, the longest overdue first."""
    request = pb.ListSupervisionVisitsDueRequest(consultant=user_name(consultant) if consultant else "")
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = all_pages(connection.support.ListSupervisionVisitsDue, request)
    show(document(answer), views.visits(answer, lang), json)


@app.command()
def training(
    consultant: Consultant = "", as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """How each family's training stands: those without course or waiver first."""
    request = pb.ListTrainingRequest(consultant=user_name(consultant) if consultant else "")
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = all_pages(connection.support.ListTraining, request)
    show(document(answer), views.training(answer, lang), json)


@app.command()
def support(
    family: Families = EVERY_FAMILY, as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """What families are supported with, the latest begun first."""
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        request = pb.ListSupportAgreementsRequest(parent=family_name(family))
        answer = all_pages(connection.support.ListSupportAgreements, request)
    show(document(answer), views.support(answer, lang), json)


@app.command("support-due")
def support_due(
    consultant: Consultant = "", as_user: As = User.CONSULTANT, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Children in their first year in a family for whom no intensive support was agreed on, who came first first."""
    request = pb.ListIntensiveSupportDueRequest(consultant=user_name(consultant) if consultant else "")
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = all_pages(connection.support.ListIntensiveSupportDue, request)
    show(document(answer), views.support_due(answer, lang), json)


@app.command()
def cost(
    family: Family,
    age: Annotated[int | None, typer.Option(min=0, help="Of a child of so many years.")] = None,
    number: Annotated[int, typer.Option(min=1, help="Which child of the family it is; with --age.")] = 1,
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """What a child costs a day in a family, by age and for each who lives there, and where the figures come from."""
    request = pb.GetFamilyCostRequest(name=family_name(family), age=age, child_number=number)
    with asking(as_user, PURPOSE_FOLLOW_UP) as connection:
        answer = connection.support.GetFamilyCost(request)
    show(document(answer), views.cost(answer, lang), json)
