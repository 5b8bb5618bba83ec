"""Forslag og sammenligning: places for one child with the reasons for each, and two or three of them side by side.

The page works on suggestions as they were shown and kept: nothing on it changes until somebody asks anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urlencode

from starlette.responses import Response

from havn.families.v1.families_pb2 import NoteProfileViewsRequest
from havn.matching.v1 import matching_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from havn.terms.v1.terms_pb2 import DISPOSAL_CENTRAL_LIST
from services.console import maps, terms, words
from services.console.languages import gettext as _
from services.console.languages import said
from services.console.maps import Mark
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, may, refused, see_other
from services.shared import turns
from services.shared.access import Caller
from services.shared.wire import age

ASKS = "havn.matching.v1.MatchingService.SuggestMatches"

MAY_ASK = "havn.placements.v1.PlacementsService.OfferPlace"

FAMILY = "havn.families.v1.FamiliesService.GetFosterFamily"

OFFERS = "havn.placements.v1.PlacementsService.ListOffers"

CORRECT = "havn.placements.v1.PlacementsService.UpdateRequest"

FIRST, MORE = 3, 10
"""Places shown at once, and with each further wish."""

COMPARED = (2, 3)
"""So many places can be compared."""

HOMES_OF_A_RULE = 50
"""Excluded homes shown of one rule, until all are asked for."""

RANKS_BESIDE = 3
"""Suggestions named beside a town on the map; the table names all."""

VERSION_SECONDS = 5.0


@dataclass(frozen=True)
class Shown:
    """Suggestions as they were shown, and the child and siblings that they are for, as they are now."""

    part: pb.SuggestionsPart
    """As much of them as the page shows."""
    children: list[placements.PlacementRequest]
    homes: str
    """The version of all homes just before the suggestions were found; empty where it is not known any more."""

    @property
    def kept(self) -> pb.Suggestions:
        """The suggestions, without what was not read of them."""
        return self.part.suggestions

    @property
    def changed(self) -> bool:
        """Whether homes are not as they were when the suggestions were found."""
        return self.homes not in ("", self.part.homes_version)

    @property
    def child(self) -> placements.PlacementRequest:
        """The one that was asked for."""
        return self.children[0]

    @property
    def id(self) -> str:
        """What addresses name it by."""
        return last(self.kept.name)

    def address(self, part: str = "", **query: object) -> str:
        """The address of the page, or of a part of it, about these suggestions."""
        return address(last(self.kept.request), part, shown=self.id, homes=self.homes, **query)

    def first(self, count: int) -> list[pb.Suggestion]:
        """The first so many, and the plan's wherever it stands."""
        return [each for each in self.kept.suggestions if each.rank <= count or each.in_plan]


@dataclass(frozen=True)
class Row:
    """A line of a comparison: what it is about, and what it says of each place, with figures where there are some."""

    title: str
    cells: list[list[str]]
    figures: list[list[str]]

    @property
    def differs(self) -> bool:
        """Whether it tells the places apart."""
        told = list(zip(self.cells, self.figures, strict=True))
        return any(each != told[0] for each in told)


def last(name: str) -> str:
    """The last part of a name, such as "r-1"."""
    return name.rsplit("/", 1)[-1]


def address(request: str, part: str = "", **query: object) -> str:
    """The address of the suggestions for a request, or of a part of that page."""
    told = urlencode({name: value for name, value in query.items() if value}, doseq=True)
    return f"/waiting-list/{quote(request)}/suggestions{part}{'?' if told else ''}{told}"


async def show(visit: Visit) -> Response:
    """The suggestions as they were shown; without any to show, new ones."""
    if not visit.request.query_params.get("shown"):
        homes = await _version_of_homes(visit)
        found = await visit.services.matching.SuggestMatches(pb.SuggestMatchesRequest(request=_request(visit)))
        return see_other(address(last(found.request), shown=last(found.name), homes=homes))
    count = _count(visit)
    shown, refusals = await asyncio.gather(opened(visit, suggestion_count=count), _refusals(visit))
    if shown is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    await tell_families(visit, shown.kept.suggestions)
    values = card_values(visit, shown, count) | {"changed": shown.changed, "refusals": refusals}
    after = visit.request.query_params.get("after", "")
    if visit.partial() and after.isdecimal():
        return visit.page("suggestion_cards.html", **values | {"cards": further(shown, int(after), count)})
    cards = shown.first(count)
    return visit.page("suggestions.html", **values, **_travel(shown, cards, count))


async def compare(visit: Visit) -> Response:
    """Two or three places side by side."""
    asked = visit.request.query_params.getlist("place")
    shown = await opened(visit, suggestion_count=MORE, homes=asked)
    if shown is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    chosen = [each for each in shown.kept.suggestions if each.home.name in asked]
    await tell_families(visit, chosen)
    values = card_values(visit, shown, FIRST)
    if not COMPARED[0] <= len(chosen) <= COMPARED[1]:
        offered = [each for each in shown.kept.suggestions if each.rank <= MORE or each in chosen]
        return visit.page("comparison_choice.html", 422, **values, offered=offered, asked=asked)
    rows = compared(chosen)
    differing, same = ([row for row in rows if row.differs is differs] for differs in (True, False))
    return visit.page("comparison.html", **values, differences=differing, same=same, chosen=chosen)


async def excluded(visit: Visit) -> Response:
    """The homes that do not fit, by the rule that speaks against each."""
    shown = await opened(visit, excluded_homes=True)
    if shown is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    only = visit.request.query_params.get("rule", "")
    groups = [(rule, homes) for rule, homes in by_rule(shown.kept.excluded_homes) if only in ("", rule)]
    most = None if only else HOMES_OF_A_RULE
    values = card_values(visit, shown, FIRST) | {"groups": groups, "most": most, "only": only}
    values["said_alike"] = said_alike
    return visit.page("excluded.html", **values, several=SEVERAL)


async def news(visit: Visit) -> Response:
    """Whether homes changed since the suggestions were found; nothing where none did."""
    shown = await opened(visit)
    if shown is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    return visit.page("suggestions_news.html", changed=shown.changed, again=address(last(shown.kept.request)))


async def picture(visit: Visit) -> Response:
    """The map of the towns of the places shown."""
    count = _count(visit)
    shown = await opened(visit, suggestion_count=count)
    if shown is None:
        return refused(visit, Refusal(404, "NOT_FOUND"))
    towns = marks(shown, shown.first(count))
    svg = await turns.computed(maps.drawn, tuple(towns), map_label(towns))
    return Response(svg, media_type="image/svg+xml")


async def opened(
    visit: Visit, suggestion_count: int = 0, homes: Sequence[str] = (), *, excluded_homes: bool = False
) -> Shown | None:
    """The suggestions that an address names, with so much of them; None where they are for another request."""
    query = visit.request.query_params
    asked = pb.GetSuggestionsPartRequest(
        name=f"suggestions/{query.get('shown', '')}",
        suggestion_count=suggestion_count,
        homes=filter(str.strip, homes),
        excluded_homes=excluded_homes,
    )
    part, child = await asyncio.gather(
        visit.services.matching.GetSuggestionsPart(asked),
        visit.services.placements.GetRequest(placements.GetRequestRequest(name=_request(visit))),
    )
    if part.suggestions.request != child.name:
        return None
    siblings = await _siblings(visit, list(part.suggestions.requests[1:]))
    return Shown(part, [child, *siblings], query.get("homes", ""))


async def _refusals(visit: Visit) -> list[tuple[str, str]]:
    """The homes that said no for the child, by their references, and why; none for whoever may not know."""
    if not may(visit.caller, OFFERS):
        return []
    asked = placements.ListOffersRequest(request=_request(visit), state=placements.OFFER_STATE_DECLINED)
    declined = (await visit.services.placements.ListOffers(asked)).offers
    return [(terms.home(offer.home), offer.answer_reason) for offer in declined]


async def _siblings(visit: Visit, names: list[str]) -> list[placements.PlacementRequest]:
    """The requests of the siblings that go along, in their order."""
    if not names:
        return []
    found = await visit.services.placements.ListRequests(placements.ListRequestsRequest(names=names))
    return sorted(found.requests, key=lambda request: names.index(request.name))


async def tell_families(visit: Visit, places: Iterable[pb.Suggestion], *, all_named: bool = False) -> None:
    """Has the families among places told that they are about to be shown by name: all whose card is open."""
    open_homes, all_named = visit.request.query_params.getlist("open"), all_named or not visit.console.hide_family_names
    families = (place.home.name for place in places if place.home.kind == pb.HOME_KIND_FAMILY)
    named = [name for name in families if all_named or name in open_homes]
    if named:
        await visit.services.families.NoteProfileViews(NoteProfileViewsRequest(names=named))


def compared(chosen: Sequence[pb.Suggestion]) -> list[Row]:
    """What is said of places, line by line: each criterion, then what to know, and what it means for others."""
    by_name = [{reason.criterion: reason for reason in each.reasons} for each in chosen]
    names = list(dict.fromkeys(name for reasons in by_name for name in reasons))
    rows = [_criterion(name, chosen, [reasons.get(name) for reasons in by_name]) for name in names]
    rows.append(_row(_("All together"), [[words.opening(words.fit(each.fit_class))] for each in chosen]))
    rows[-1] = Row(rows[-1].title, rows[-1].cells, [[_of_100(each.fit)] for each in chosen])
    rows.append(_row(_("To know before asking"), [[said(note) for note in each.notes] for each in chosen]))
    rows.append(_row(_("For others who wait"), [for_others(each) for each in chosen]))
    return rows


def for_others(suggestion: pb.Suggestion) -> list[str]:
    """What choosing the place changes for the others who wait, as counts."""
    if suggestion.in_plan:
        return [_("As in the plan")]
    if not suggestion.effects_known:
        return [_("Not computed for this place")]
    return [said(effect.words) for effect in suggestion.effects] or [_("Nothing changes")]


SEVERAL = "several"


def by_rule(homes: Iterable[pb.ExcludedHome]) -> list[tuple[str, list[pb.ExcludedHome]]]:
    """Homes by the one rule that speaks against each, the rule that keeps out most first; then those with several."""
    found: dict[str, list[pb.ExcludedHome]] = defaultdict(list)
    for home in homes:
        found[home.refusals[0].rule if len(home.refusals) == 1 else SEVERAL].append(home)
    return sorted(found.items(), key=lambda group: (group[0] == SEVERAL, -len(group[1]), group[0]))


def said_alike(homes: Iterable[pb.ExcludedHome]) -> list[tuple[list[pb.Refusal], list[pb.ExcludedHome]]]:
    """Homes of which the very same is said together, after what is said of them."""
    found: dict[bytes, list[pb.ExcludedHome]] = defaultdict(list)
    for home in homes:
        found[b"".join(refusal.SerializeToString(deterministic=True) for refusal in home.refusals)].append(home)
    return [(list(alike[0].refusals), alike) for alike in found.values()]


def marks(shown: Shown, places: Iterable[pb.Suggestion]) -> list[Mark]:
    """The towns of a map: the child's, its parents', and those of places, each once."""
    child, parents = shown.child.child.town, shown.child.contact.town
    ranks: dict[str, list[int]] = {town: [] for town in (child, parents) if town}
    for place in places:
        ranks.setdefault(place.home.town, []).append(place.rank)
    return [_mark(town, ranks[town], child, parents) for town in ranks]


def map_label(towns: Iterable[Mark]) -> str:
    """What a map shows, for whoever does not see it."""
    told = "; ".join(f"{mark.town}: {', '.join(mark.words)}" for mark in towns if maps.can_show(mark.town))
    return _("Map. %(towns)s") % {"towns": told}


def _mark(town: str, ranks: Sequence[int], child: str, parents: str) -> Mark:
    told = [_("the child's town")] if town == child else []
    told += [_("the parents' town")] if town == parents else []
    named = ", ".join(map(str, ranks[:RANKS_BESIDE])) + (" …" if len(ranks) > RANKS_BESIDE else "")
    told += [_("suggestion %(ranks)s") % {"ranks": named}] if ranks else []
    kinds = {(True, True): "both", (True, False): "child", (False, True): "parents", (False, False): "place"}
    return Mark(town, kinds[town == child, town == parents], tuple(told))


def _request(visit: Visit) -> str:
    return f"requests/{visit.request.path_params['request']}"


def _count(visit: Visit) -> int:
    told = visit.request.query_params.get("count", "")
    return max(FIRST, int(told)) if told.isdecimal() and len(told) < 5 else FIRST


def card_values(visit: Visit, shown: Shown, count: int) -> dict[str, Any]:
    """What each of these pages shows of the child, and the cards of the first places."""
    open_homes = visit.request.query_params.getlist("open")
    names_hidden = visit.console.hide_family_names
    return {
        "shown": shown,
        "kept": shown.kept,
        "cards": shown.first(count),
        "count": count,
        "left": max(0, shown.part.suggestion_count - count),
        "more": MORE,
        "today": visit.console.clock.today(),
        "open_homes": open_homes,
        "changed": False,
        "may_ask": Page("", show, MAY_ASK).open_to(visit.caller),
        "may_correct": may(visit.caller, CORRECT),
        "may_open": partial(may_open, visit.caller),
        "names_hidden": names_hidden,
        "words": words,
        "terms": terms,
        "for_others": for_others,
        "again": address(last(shown.kept.request)),
        "last": last,
        "age": age,
        "FAMILY": pb.HOME_KIND_FAMILY,
        "CENTRAL_LIST": DISPOSAL_CENTRAL_LIST,
    }


def may_open(caller: Caller, family: pb.Home) -> bool:
    """Whether somebody may open a family's profile: that of another authority may be suggested, yet not read."""
    return may(caller, FAMILY) and caller.sees(family.authority, family.name)


def further(shown: Shown, after: int, count: int) -> list[pb.Suggestion]:
    """The places that follow those shown already; the plan's was among them wherever it stands."""
    return [each for each in shown.kept.suggestions if after < each.rank <= count and not each.in_plan]


def _travel(shown: Shown, places: Sequence[pb.Suggestion], count: int) -> dict[str, Any]:
    """What suggestions say of the way to each place, and the map of it."""
    towns = marks(shown, places)
    mapped = any(maps.can_show(mark.town) for mark in towns)
    told = [(place, {reason.criterion: said(reason.words) for reason in place.reasons}) for place in places]
    picture = shown.address("/map.svg", count=count) if mapped else ""
    return {"travel": told, "map": picture, "map_label": map_label(towns)}


WAYS: Mapping[str, Literal["to_home", "to_parents"]] = {"town": "to_home", "contact": "to_parents"}
"""The way that a criterion is about."""


def _criterion(name: str, chosen: Sequence[pb.Suggestion], reasons: Sequence[pb.Reason | None]) -> Row:
    cells = [[said(reason.words)] if reason else [] for reason in reasons]
    ways = [words.way(each.travel, WAYS[name]) if name in WAYS else "" for each in chosen]
    met = [_of_100(reason.met) if reason and reason.weight else "" for reason in reasons]
    figures = [[figure for figure in both if figure] for both in zip(ways, met, strict=True)]
    return Row(words.criterion(name), cells, figures)


def _of_100(figure: int) -> str:
    return _("%(fit)s of 100") % {"fit": figure}


def _row(title: str, cells: list[list[str]]) -> Row:
    return Row(title, cells, [[] for _cell in cells])


async def _version_of_homes(visit: Visit) -> str:
    """Another one whenever homes are not as they were."""
    watching = visit.services.matching.WatchHomes(pb.WatchHomesRequest(), timeout=VERSION_SECONDS)
    try:
        async for told in watching:
            return told.version
    finally:
        watching.cancel()
    return ""


PATH = "/waiting-list/{request}/suggestions"
PAGES = (
    Page(PATH, show, ASKS),
    Page(f"{PATH}/compare", compare, ASKS),
    Page(f"{PATH}/excluded", excluded, ASKS),
    Page(f"{PATH}/news", news, ASKS),
    Page(f"{PATH}/map.svg", picture, ASKS),
)
