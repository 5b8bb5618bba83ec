"""What Havn is for, shown on the demo as it happens: a plan with suggestions, a follow-up, a vacancy."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.console import RenderableType

from havn.capacity.v1.capacity_pb2 import ListWaitingListRequest, ReportVacancyRequest, Vacancy
from havn.families.v1.families_pb2 import GetFollowUpRequest, LogFollowUpRequest
from havn.matching.v1.matching_pb2 import ListHomesRequest, Suggestions
from services.havn.commands.asking import all_pages
from services.havn.commands.documents import document
from services.havn.commands.failures import Failed
from services.havn.commands.follow_up_content import content_key
from services.havn.commands.lived import As
from services.havn.commands.names import family_name, request_name, unit_name
from services.havn.commands.plan import planned
from services.havn.commands.suggest import suggested
from services.havn.connection import Connection
from services.havn.demo.journey import REPORTING_UNIT, RESIDENTIAL_REQUEST
from services.havn.demo.visit import visit
from services.havn.views.changed import changed, lasted
from services.havn.views.follow_ups import follow_up as follow_up_view
from services.havn.views.phrases import Lang, phrase
from services.havn.views.plan import plan as plan_view
from services.havn.views.suggestions import Detail
from services.havn.views.suggestions import suggestions as suggestions_view
from services.havn.views.vacancies import reported
from services.havn.views.words import home, short
from services.shared.wire import date_message

FAMILY = "f-001"
EVENT_SECONDS = 30.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Scene:
    """A step of a journey: what happened, the command that does the same, and what came of it."""

    heading: str
    command: str
    told: Iterable[RenderableType]
    document: dict[str, Any] = field(default_factory=dict)


Journey = Callable[[As, date, Lang], Iterator[Scene]]


def plan_for_all(as_user: As, _today: date, lang: Lang) -> Iterator[Scene]:
    """The plan for all who wait, and suggestions for the first of them."""
    coordinator = as_user("coordinator")
    run = planned(coordinator)
    heading = phrase("The coordinator asks for a plan for all who wait", lang)
    yield Scene(heading, "plan", plan_view(run, lang), document(run))
    waiting = coordinator.capacity.ListWaitingList(ListWaitingListRequest(page_size=1)).entries
    if not waiting:
        raise Failed("Nobody waits: there is no child to suggest places for.", "NOT_FOUND")
    first = waiting[0].request
    found = suggested(coordinator, first)
    told = suggestions_view(found, lang, Detail(top=2))
    heading = phrase("Suggestions for the first child on the list, with reasons", lang)
    yield Scene(heading, f"suggest {short(first)} --top 2", told, document(found))


def follow_up(as_user: As, today: date, lang: Lang) -> Iterator[Scene]:
    """A KRITH follow-up, logged and read back."""
    consultant, family = as_user("consultant"), family_name(FAMILY)
    request = LogFollowUpRequest(parent=family, follow_up=visit(today))
    # Made from the content: a second start on the same day gets the first one's follow-up again.
    request.request_id = content_key(request)
    logged = consultant.families.LogFollowUp(request)
    read_back = consultant.families.GetFollowUp(GetFollowUpRequest(name=logged.name))
    heading = phrase("The consultant logs a KRITH follow-up and reads it back", lang)
    yield Scene(heading, f"follow-ups {FAMILY}", follow_up_view(read_back, lang), document(read_back))


def vacancy(as_user: As, today: date, lang: Lang) -> Iterator[Scene]:
    """A vacancy reported by an institution, and what it changes for a child who waits for one."""
    coordinator, request, unit = as_user("coordinator"), request_name(RESIDENTIAL_REQUEST), unit_name(REPORTING_UNIT)
    _report(as_user("institution"), unit, 0, today)
    _wait_for_places(coordinator, unit, 0)
    before = suggested(coordinator, request)
    begun = time.perf_counter()
    told = _report(as_user("institution"), unit, 1, today)
    heading = phrase("An institution reports a free place", lang)
    yield Scene(heading, f"report-vacancy {home(unit)} --free 1", reported(told, lang), document(told))
    _wait_for_places(coordinator, unit, 1)
    known = time.perf_counter() - begun
    after = suggested(coordinator, request)
    seconds = time.perf_counter() - begun
    heading = phrase("It reaches matching through NATS, and what is suggested for a child changes", lang)
    comparison = [*changed(before, after, lang), lasted(known, seconds, lang)]
    yield Scene(heading, f"suggest {short(request)}", comparison, _change_document(before, after, seconds))


JOURNEYS: dict[str, Journey] = {"plan": plan_for_all, "follow_up": follow_up, "vacancy": vacancy}
"""In the order that they are shown."""


def _report(institution: Connection, unit: str, free: int, today: date) -> Vacancy:
    said = Vacancy(free_place_count=free, from_date=date_message(today))
    request = ReportVacancyRequest(parent=unit, vacancy=said, request_id=str(uuid.uuid4()))
    return institution.capacity.ReportVacancy(request)


def _wait_for_places(coordinator: Connection, unit: str, free: int) -> None:
    """Returns when matching knows how many places the unit reports free. Raises Failed where it does not learn it."""
    deadline = time.monotonic() + EVENT_SECONDS
    while time.monotonic() < deadline:
        homes = all_pages(coordinator.matching.ListHomes, ListHomesRequest()).homes
        if any(each.name == unit and each.free_place_count == free for each in homes):
            return
        time.sleep(POLL_SECONDS)
    raise Failed(f"Matching did not learn of the vacancy of {unit} in {EVENT_SECONDS:.0f} s.", "DEADLINE_EXCEEDED")


def _change_document(before: Suggestions, after: Suggestions, seconds: float) -> dict[str, Any]:
    return {"before": document(before), "after": document(after), "seconds": seconds}
