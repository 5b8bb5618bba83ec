"""How one family is supported: what was agreed, how it fares, supervision visits, training and support agreements."""

import asyncio
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.console import family_terms, terms
from services.console.charts import Bar, Chart
from services.console.languages import day
from services.console.languages import gettext as _
from services.console.pages.actions import SETTLE
from services.console.pages.family import children
from services.console.pages.family_steps import named
from services.console.pages.follow_ups import parts
from services.console.visits import Page, Visit, may, new_key

SERVICE = "havn.families.v1.SupportService"
PAGE_SIZE = 200
SHOWN = 10
"""Visits of each kind that are shown."""


async def show(visit: Visit) -> Response:
    """The support of one family."""
    name, support = named(visit), visit.services.support
    child = visit.request.query_params.get("child", "")
    (family, trend, visits, due), (training, agreements, actions, known) = await asyncio.gather(
        asyncio.gather(
            visit.services.families.GetFosterFamily(families.GetFosterFamilyRequest(name=name)),
            support.GetFollowUpTrend(pb.GetFollowUpTrendRequest(name=name, child=child)),
            support.ListSupervisionVisits(pb.ListSupervisionVisitsRequest(parent=name, page_size=SHOWN)),
            support.ListSupervisionVisitsDue(pb.ListSupervisionVisitsDueRequest(family=name)),
        ),
        asyncio.gather(
            support.ListTraining(pb.ListTrainingRequest(family=name)),
            support.ListSupportAgreements(pb.ListSupportAgreementsRequest(parent=name, page_size=PAGE_SIZE)),
            support.ListActions(pb.ListActionsRequest(parent=name, state=pb.ACTION_STATE_OPEN, page_size=PAGE_SIZE)),
            children(visit, name),
        ),
    )
    asked = pb.ListSupportPoliciesRequest(authority=family.authority, page_size=PAGE_SIZE)
    policies = (await support.ListSupportPolicies(asked)).policies
    today = visit.console.clock.today()
    return visit.page(
        "family_support.html",
        family=family,
        done=visit.request.query_params.get("done", "") != "",
        child=child,
        children=known,
        points=trend.points[-SHOWN:][::-1],
        charts=charts(trend.points[-SHOWN:], policies),
        scale=bool(policies and policies[0].scale),
        visits=visits,
        visits_due=due.visits_due,
        training=next(iter(training.families), None),
        agreements=agreements.agreements,
        today=today,
        actions=actions.actions,
        may_settle=may(visit.caller, SETTLE),
        may_support=may(visit.caller, f"{SERVICE}.AgreeSupport"),
        new_key=new_key,
        family_terms=family_terms,
        terms=terms,
    )


def charts(points: Sequence[pb.TrendPoint], policies: Iterable[pb.SupportPolicy]) -> list[Chart]:
    """For each part that has steps, how they went from visit to visit; none where no scale was ever used."""
    scales = {policy.version: {step.value: step.wording for step in policy.scale} for policy in policies}
    highest = max((len(scale) for scale in scales.values()), default=0)
    found = []
    for part in parts():
        bars = [
            _bar(point, part.id, scales.get(point.policy_version, {})) for point in points if getattr(point, part.id)
        ]
        if bars:
            found.append(Chart(part.title, bars, _("Visit"), highest))
    return found


def _bar(point: pb.TrendPoint, part: str, scale: dict[int, str]) -> Bar:
    step: int = getattr(point, part)
    told = f"{step} – {scale[step]}" if step in scale else str(step)
    return Bar(day(point.visit_date), step, told, f"/{point.follow_up.replace('followUps', 'follow-ups')}")


PAGES = (Page("/families/{family}/support", show, f"{SERVICE}.GetFollowUpTrend"),)
