"""Venteliste: who waits, in order, and why; searched, and kept current."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from havn.capacity.v1.capacity_pb2 import InterimSolution, WaitingListEntry
from havn.matching.v1.matching_pb2 import CountSuitablePlacesRequest
from havn.placements.v1.placements_pb2 import OFFER_STATE_ACCEPTED, OFFER_STATE_ASKED, OFFER_STATE_DECLINED
from havn.terms.v1.terms_pb2 import Language, NeedLevel
from services.console import searches, sections, terms
from services.console.languages import gettext as _
from services.console.languages import said
from services.console.searches import PAGE_SIZE, Kept, NoRoom, Search
from services.console.visits import Page, Visit, may, new_key, see_other
from services.shared.names import last_part
from services.shared.reference import ladder, towns
from services.shared.wire import day

LIST = "havn.capacity.v1.CapacityService.ListWaitingList"
SUGGEST = "havn.matching.v1.MatchingService.SuggestMatches"
COUNT = "havn.matching.v1.MatchingService.CountSuitablePlaces"
FILE = "havn.placements.v1.PlacementsService.CreateRequest"
WITHDRAW = "havn.placements.v1.PlacementsService.WithdrawRequest"

APPLY = "havn.capacity.v1.WaitingListsService.ApplyToCentralList"

_ID = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class Row:
    """One who waits, as the list shows it: nothing else of the request, for rows are kept at hand."""

    position: int
    id: str
    """The request's reference."""
    child: str
    """The child's."""
    in_danger: bool
    days_overdue: int
    place_by: date | None
    why: str
    """Why it stands here."""
    age: int
    town: str
    siblings: int
    parent_with_child: bool
    need_step: int
    days_waited: int
    languages: tuple[Language.ValueType, ...]
    """What the child speaks, best first."""
    need_level: NeedLevel.ValueType
    """How much support it needs."""
    interim: InterimSolution.ValueType
    """Where it lives meanwhile."""
    interim_unsafe: bool
    refusals: tuple[tuple[str, str], ...]
    """The homes that said no, by their references, and why."""
    is_asked: bool
    """Whether a home is asked just now."""
    said_yes: bool
    central: bool
    """Whether its authority may apply to the central list for it."""

    @property
    def spoken(self) -> str:
        """What the child speaks, in words."""
        return terms.spoken(self.languages)

    @property
    def need(self) -> str:
        """How much support it needs, in a word."""
        return terms.need_level(self.need_level)

    @property
    def meanwhile(self) -> str:
        """Where it lives while it waits, in words; nothing where that is not stated."""
        return terms.interim_solution(self.interim)

    @property
    def step(self) -> str:
        """What the step sought is."""
        return terms.step(self.need_step)


@dataclass(frozen=True)
class Found:
    """A page of what a search found."""

    search: Search
    rows: Sequence[Row]
    total: int

    @property
    def first(self) -> int:
        """Which of all that were found comes first here, from 1."""
        return (self.search.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """Which comes last."""
        return self.first + len(self.rows) - 1

    @property
    def places(self) -> str:
        """Where it is told how many homes fit each."""
        return f"/waiting-list/places?{urlencode([('request', row.id) for row in self.rows])}"

    @property
    def last_page(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Keeping:
    """What was filled in to keep a search, and what is wrong with it."""

    name: str = ""
    error: str = ""


async def show(visit: Visit) -> Response:
    """The list, or the part of it that a search found."""
    return await _listed(visit, Search.of(visit.request.query_params), Keeping())


async def count(visit: Visit) -> Response:
    """How many homes fit each of some who wait: it takes longer than the list, which comes first."""
    return visit.page(
        "waiting_list_places.html", places=await _places(visit, visit.request.query_params.getlist("request"))
    )


async def keep(visit: Visit) -> Response:
    """Keeps a search under a name."""
    search, name = Search.told(visit.text("query")), visit.text("name")
    if not name or len(name) > searches.LONGEST_NAME:
        wrong = _("Give it a name of 1 to %(most)s characters.") % {"most": searches.LONGEST_NAME}
        return await _listed(visit, search, Keeping(name, wrong))
    try:
        together = searches.with_one(_kept(visit), Kept(name, search))
    except NoRoom:
        return await _listed(visit, search, Keeping(name, _("There is no room for more. Remove one that you keep.")))
    return _with_searches(visit, search, together)


async def forget(visit: Visit) -> Response:
    """Removes a search that was kept."""
    left = searches.without(_kept(visit), visit.text("name"))
    return _with_searches(visit, Search.told(visit.text("query")), left)


async def _listed(visit: Visit, search: Search, keeping: Keeping) -> Response:
    found = await _found(visit, search)
    if search.page > found.last_page:
        return see_other(search.at(found.last_page).path())
    counts, at_once = may(visit.caller, COUNT), visit.request.query_params.get("places") == searches.ON
    places = await _places(visit, [row.id for row in found.rows]) if counts and at_once else {}
    response = visit.page(
        "waiting_list_found.html" if visit.partial() else "waiting_list.html",
        422 if keeping.error else 200,
        found=found,
        search=search,
        sections=sections.of_waiting(visit),
        keeping=keeping,
        kept=_kept(visit),
        towns=sorted(towns() | {search.town} - {""}),
        steps=[(str(number), f"{number} – {terms.step(number)}") for number in ladder() if number],
        taken=_told(visit, "taken"),
        filed=_told(visit, "filed"),
        corrected=_told(visit, "corrected"),
        files=may(visit.caller, FILE),
        part=visit.partial(),
        suggests=may(visit.caller, SUGGEST),
        counts=counts,
        places=places,
        counting=new_key(),
        withdraws=may(visit.caller, WITHDRAW),
        applies=may(visit.caller, APPLY),
    )
    response.headers["hx-replace-url"] = search.path()
    return response


async def _found(visit: Visit, search: Search) -> Found:
    answer = await visit.services.capacity.ListWaitingList(search.request())
    return Found(search, [_row(entry) for entry in answer.entries], answer.total_count)


def _row(entry: WaitingListEntry) -> Row:
    states = [offer.state for offer in entry.offers]
    return Row(
        position=entry.position,
        id=last_part(entry.request),
        child=last_part(entry.child),
        in_danger=entry.in_danger,
        days_overdue=entry.days_overdue,
        place_by=day(entry.place_by_date) if entry.HasField("place_by_date") else None,
        why=said(entry.reason_words),
        age=entry.age,
        town=entry.town,
        siblings=entry.sibling_count,
        parent_with_child=entry.parent_with_child,
        need_step=entry.need_step,
        days_waited=entry.days_waited,
        languages=tuple(each.language for each in entry.languages),
        need_level=entry.need_level,
        interim=entry.interim_solution,
        interim_unsafe=entry.interim_unsafe,
        refusals=tuple(
            (terms.home(offer.home), offer.answer_reason)
            for offer in entry.offers
            if offer.state == OFFER_STATE_DECLINED
        ),
        is_asked=OFFER_STATE_ASKED in states,
        said_yes=OFFER_STATE_ACCEPTED in states,
        central=entry.central_list_eligible,
    )


async def _places(visit: Visit, ids: Sequence[str]) -> Mapping[str, int]:
    """How many homes fit each request; those that left the list are not told of."""
    if not ids:
        return {}
    asked = CountSuitablePlacesRequest(requests=[f"requests/{each}" for each in ids])
    answer = await visit.services.matching.CountSuitablePlaces(asked)
    return {last_part(each.request): each.home_count for each in answer.suitable_places}


def _told(visit: Visit, done: str) -> str:
    """The request to which that was just done; nothing where an address says something else."""
    told = visit.request.query_params.get(done, "")
    return told if _ID.fullmatch(told) else ""


def _kept(visit: Visit) -> Sequence[Kept]:
    return searches.kept(visit.request, visit.caller)


def _with_searches(visit: Visit, search: Search, kept: Sequence[Kept]) -> Response:
    response = see_other(search.path())
    searches.keep(response, visit.caller, kept, secure=visit.request.url.scheme == "https")
    return response


PAGES = (
    Page("/waiting-list", show, LIST),
    Page("/waiting-list/places", count, COUNT),
    Page("/waiting-list/searches", keep, LIST, "POST"),
    Page("/waiting-list/searches/forget", forget, LIST, "POST"),
)
