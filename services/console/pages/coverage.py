"""Støtte og tilsyn: how many families are followed up in time, who is to be visited, and how training stands."""

import asyncio

from google.type.date_pb2 import Date
from starlette.responses import Response

from havn.families.v1 import support_pb2 as pb
from services.console import family_terms
from services.console.charts import Bar, Chart
from services.console.forms import Field, Form
from services.console.languages import gettext as _
from services.console.languages import ngettext
from services.console.pages.actions import own
from services.console.pages.families_menu import open_paths
from services.console.visits import Page, Visit

SERVICE = "havn.families.v1.SupportService"
PAGE_SIZE = 50
WHOLE = 100
"""Percent."""


async def show(visit: Visit) -> Response:
    """Coverage of all consultants; visits and training of a consultant's own families, of all families for others."""
    form = _period(visit)
    wrong = form.wrong()
    days: dict[str, Date | None] = {} if wrong else {"from_date": form.day("from"), "until_date": form.day("until")}
    support, mine = visit.services.support, own(visit)
    coverage, due, training = await asyncio.gather(
        support.GetFollowUpCoverage(pb.GetFollowUpCoverageRequest(**days)),
        support.ListSupervisionVisitsDue(pb.ListSupervisionVisitsDueRequest(consultant=mine, page_size=PAGE_SIZE)),
        support.ListTraining(pb.ListTrainingRequest(consultant=mine, page_size=PAGE_SIZE)),
    )
    return visit.page(
        "coverage.html",
        422 if wrong else 200,
        open_paths=open_paths(visit.caller),
        form=form,
        refusal=wrong,
        coverage=coverage,
        chart=in_time(coverage) if coverage.consultants else None,
        due=due,
        training=[each for each in training.families if lacks(each)],
        trained_count=sum(not lacks(each) for each in training.families),
        more=bool(due.next_page_token or training.next_page_token),
        mine=mine,
        family_terms=family_terms,
    )


def in_time(coverage: pb.FollowUpCoverage) -> Chart:
    """Of each consultant's families, the share that was followed up in time."""
    bars = [
        Bar(
            each.consultant.removeprefix("users/") or _("Nobody follows them"),
            WHOLE * each.in_time_family_count / each.due_family_count,
            ngettext("%(kept)s of %(num)s family", "%(kept)s of %(num)s families", each.due_family_count)
            % {"kept": each.in_time_family_count, "num": each.due_family_count},
        )
        for each in coverage.consultants
    ]
    return Chart(_("Followed up in time"), bars, _("Consultant"), WHOLE)


def lacks(training: pb.FamilyTraining) -> bool:
    """Whether there is something to do about a family's training."""
    return (
        training.course != pb.COURSE_STATE_COMPLETED
        or bool(training.missing_goals)
        or training.day_count < training.needed_day_count
    )


def _period(visit: Visit) -> Form:
    fields = [Field("from", _("From"), "date", required=False), Field("until", _("Until"), "date", required=False)]
    return Form(fields, {field.name: visit.request.query_params.get(field.name, "") for field in fields})


PAGES = (Page("/coverage", show, f"{SERVICE}.GetFollowUpCoverage"),)
