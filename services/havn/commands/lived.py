"""What happens in the demo's municipalities once its files are in: by the services' own RPCs, in its users' names.

Each call has the same key every time, so that a start that was cut short is completed by the next one.
"""

import uuid
from collections.abc import Callable
from datetime import date
from functools import partial

import grpc

from havn.capacity.v1.waiting_pb2 import AssignPlaceRequest
from havn.families.v1.support_pb2 import GetSupportPolicyRequest
from havn.placements.v1.placements_pb2 import ListPlacementsRequest, ListRiskViewsRequest
from services.havn.commands.asking import all_pages
from services.havn.connection import Connection
from services.havn.demo import asked, followed, living, reviewed
from services.havn.demo.journey import REPORTING_UNIT

As = Callable[[str], Connection]
"""Gives the connection of a demo user."""


def follow(as_user: As, today: date) -> None:
    """How the consultant followed families until today, by the scale that the leader decided on."""
    leader, consultant = as_user("leader"), as_user("consultant")
    held = leader.support.GetSupportPolicy(GetSupportPolicyRequest(authority=reviewed.AUTHORITY))
    leader.support.PublishSupportPolicy(reviewed.scale(held))
    for visit, request in followed.visits(today):
        logged = consultant.families.LogFollowUp(request)
        for correcting in reviewed.corrections(visit, request, logged):
            consultant.support.CorrectFollowUp(correcting)
        for settling in followed.settled(visit, logged):
            consultant.support.SettleAction(settling)
    consultant.support.SaveFollowUpDraft(followed.draft())
    for supervised in followed.supervision_visits(today):
        consultant.support.LogSupervisionVisit(supervised)
    for agreed in followed.agreements(today):
        consultant.support.AgreeSupport(agreed)


def offer(as_user: As) -> None:
    """Which homes the coordinator asked, and what they answered."""
    for each in asked.ASKED:
        _offer(as_user, each)


def _offer(as_user: As, each: asked.Asked) -> None:
    coordinator = as_user("coordinator")
    offered = coordinator.placements.OfferPlace(asked.offer(each))
    for answering in asked.answers(each, offered):
        as_user(each.user).placements.AnswerOffer(answering)
    for withdrawing in asked.withdrawals(each, offered):
        coordinator.placements.WithdrawOffer(withdrawing)


def notice(as_user: As, today: date) -> None:
    """Which places the coordinator found in use and not approved, and what the leader says came of it."""
    for noticed, request in living.breaches(today):
        breach = as_user("coordinator").capacity.RecordBreach(request)
        for closing in living.closed(noticed, breach):
            as_user("leader").capacity.CloseBreach(closing)


def seek_centrally(as_user: As, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """For whom the coordinator applied at the central list, and asked the home that this assigned."""
    waiting = as_user("coordinator").waiting
    applications = [waiting.ApplyToCentralList(applying) for applying in living.applications()]
    by_request = {application.request: application for application in applications}
    for each in asked.ASSIGNED:
        application = by_request[f"requests/{each.request}"]
        assigning = living.assigned(application, each.home)
        wait_until(partial(_is_assigned, as_user, assigning))
        _offer(as_user, each)
        for withdrawing in living.taken_back(application):
            waiting.WithdrawCentralListApplication(withdrawing)


def _is_assigned(as_user: As, assigning: AssignPlaceRequest) -> bool:
    """Whether the place is assigned: capacity hears a moment later that the offer before holds it no more."""
    try:
        as_user("central-list").waiting.AssignPlace(assigning)
    except grpc.RpcError as error:
        if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.FAILED_PRECONDITION:
            return False
        raise
    return True


def observed(as_user: As, today: date) -> bool:
    """Whether the institution's observations are in: it hears of who lives there a moment after placements does."""
    of_unit = ListPlacementsRequest(home=REPORTING_UNIT)
    stays = all_pages(as_user("coordinator").placements.ListPlacements, of_unit).placements
    rows = list(living.observations(stays, today))
    if not rows:
        return True
    rows[0].request_id = f"demo-wellbeing-{uuid.uuid4()}"
    return as_user("institution").wellbeing.ImportWellbeing(iter(rows)).problem_count == 0


def look_again(as_user: As) -> bool:
    """Whether the caseworker looked again where a visit was a concern: placements hears of it a moment later."""
    caseworker = as_user("caseworker")
    views = caseworker.placements.ListRiskViews(ListRiskViewsRequest(child=reviewed.LOOKED_AT)).risk_views
    for looking in reviewed.looked_at(views):
        caseworker.placements.CloseRiskView(looking)
    return bool(views)
