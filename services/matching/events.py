"""What matching does when others announce something, and what it announces itself.

Homes come whole; of children an event brings the name alone, and they are read from placements.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from grpc.aio import Channel

from havn.capacity.v1.capacity_pb2 import ListUnitsRequest, ListVacanciesRequest
from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.capacity.v1.events_pb2 import UnitChanged, VacancyReported
from havn.families.v1.events_pb2 import FosterFamilyChanged
from havn.families.v1.families_pb2 import ListFosterFamiliesRequest
from havn.families.v1.families_pb2_grpc import FamiliesServiceStub
from havn.matching.v1.events_pb2 import MatchRunFinished
from havn.matching.v1.matching_pb2 import MatchRun
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.events_pb2 import OfferChanged, PlacementChanged, PlacementRequestChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.matching.store import FAMILIES, OFFERS, PLACEMENTS, REQUESTS, UNITS, VACANCIES
from services.shared.consumers import Effect, Subscription
from services.shared.events import Announcement, Listening
from services.shared.names import last_part
from services.shared.rebuilding import Copy, Pages, pages
from services.shared.records import Newer
from services.shared.together import Together

if TYPE_CHECKING:
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub


_FAMILIES = Listening("families", "homes", about="family")
_UNITS = Listening("capacity", "homes")
_CHILDREN = Listening("placements", "children")
LISTENS = (_FAMILIES, _UNITS, _CHILDREN)


_OWN_OF_FAMILIES: tuple[
    Literal[
        "consultant",
        "application",
        "assessment",
        "refusal",
        "ending",
        "history",
        "state",
        "breaches",
        "next_steps",
        "school_district",
        "pets",
        "wishes",
        "conflicts",
    ],
    ...,
] = (
    "consultant",
    "application",
    "assessment",
    "refusal",
    "ending",
    "history",
    "state",
    "breaches",
    "next_steps",
    "school_district",
    "pets",
    "wishes",
    "conflicts",
)
_UNTOLD_OF_FAMILIES: tuple[tuple[Literal["approval", "limits", "pause", "training", "availability"], str], ...] = (
    ("approval", "conditions"),
    ("approval", "approved_by"),
    ("limits", "note"),
    ("pause", "author"),
    ("pause", "reason"),
    ("training", "waived_by"),
    ("training", "goals"),
    ("training", "days"),
    ("availability", "confirmed_by"),
)
_UNTOLD_OF_VACANCIES: tuple[
    Literal["confirmed_by", "freshness", "stale_time", "occupancy", "difference", "planned", "disposal"], ...
] = ("confirmed_by", "freshness", "stale_time", "occupancy", "difference", "planned", "disposal")
"""What events leave out, and copies with them: words and names of people, and what is so today alone."""
_UNTOLD_OF_OFFERS: tuple[Literal["reason", "asked_by", "answer_reason", "answered_by", "withdrawal_reason"], ...] = (
    "reason",
    "asked_by",
    "answer_reason",
    "answered_by",
    "withdrawal_reason",
)
"""What copies leave out too."""


def subscriptions(placements_stub: "PlacementsServiceAsyncStub") -> list[Subscription]:
    """All that matching listens to."""
    children = Children(placements_stub)
    return [
        Subscription(_FAMILIES, {FosterFamilyChanged: family_changed}),
        Subscription(_UNITS, {UnitChanged: unit_changed, VacancyReported: vacancy_reported}),
        Subscription(
            _CHILDREN,
            {
                PlacementRequestChanged: children.request_changed,
                PlacementChanged: children.placement_changed,
                OfferChanged: children.offer_changed,
            },
        ),
    ]


def copies() -> list[Copy]:
    """All that matching copies, read from its owners."""
    return [
        Copy(FAMILIES, "families", _families),
        Copy(UNITS, "capacity", _units),
        Copy(VACANCIES, "capacity", _vacancies),
        Copy(REQUESTS, "placements", _requests),
        Copy(PLACEMENTS, "placements", _placements),
        Copy(OFFERS, "placements", _offers),
    ]


async def _families(channel: Channel) -> Pages:
    async for page in pages(FamiliesServiceStub(channel).ListFosterFamilies, ListFosterFamiliesRequest(), "families"):
        for family in page:
            family.disputed_facts.extend(sorted({each.fact for each in family.conflicts if not each.resolution}))
            for own in _OWN_OF_FAMILIES:
                family.ClearField(own)
            if family.limits.note:
                family.limits.has_note = True
            for part, text in _UNTOLD_OF_FAMILIES:
                if family.HasField(part):
                    getattr(family, part).ClearField(text)
        yield page


async def _units(channel: Channel) -> Pages:
    async for page in pages(CapacityServiceStub(channel).ListUnits, ListUnitsRequest(), "units"):
        for unit in page:
            unit.ClearField("rate_today")
            unit.ClearField("target_groups")
            for rate in unit.daily_rates:
                rate.ClearField("source")
        yield page


async def _vacancies(channel: Channel) -> Pages:
    async for page in pages(CapacityServiceStub(channel).ListVacancies, ListVacanciesRequest(), "vacancies"):
        for vacancy in page:
            for field in _UNTOLD_OF_VACANCIES:
                vacancy.ClearField(field)
            for blocked in vacancy.blocked:
                blocked.ClearField("note")
        yield page


def _requests(channel: Channel) -> Pages:
    return pages(PlacementsServiceStub(channel).ListRequests, placements.ListRequestsRequest(), "requests")


def _placements(channel: Channel) -> Pages:
    return pages(PlacementsServiceStub(channel).ListPlacements, placements.ListPlacementsRequest(), "placements")


async def _offers(channel: Channel) -> Pages:
    async for page in pages(PlacementsServiceStub(channel).ListOffers, placements.ListOffersRequest(), "offers"):
        yield [_hold(offer) for offer in page]


async def family_changed(event: FosterFamilyChanged) -> Effect:
    """Keeps the family as it is now."""
    return Newer(FAMILIES, event.family)


async def unit_changed(event: UnitChanged) -> Effect:
    """Keeps the unit as it is now."""
    return Newer(UNITS, event.unit)


async def vacancy_reported(event: VacancyReported) -> Effect:
    """Keeps the vacancy as it is now."""
    return Newer(VACANCIES, event.vacancy)


class Children:
    """Reads requests and placements from their owner."""

    def __init__(self, placements_stub: "PlacementsServiceAsyncStub") -> None:
        self._placements = placements_stub
        self._requests = Together(self._read_requests)
        self._stays = Together(self._read_placements)
        self._offers = Together(self._read_offers)

    async def request_changed(self, event: PlacementRequestChanged) -> Effect:
        """Keeps the request as it is now."""
        return Newer(REQUESTS, await self._requests.get(event.name))

    async def placement_changed(self, event: PlacementChanged) -> Effect:
        """Keeps the placement as it is now."""
        return Newer(PLACEMENTS, await self._stays.get(event.name))

    async def offer_changed(self, event: OfferChanged) -> Effect:
        """Keeps what the offer holds now."""
        return Newer(OFFERS, _hold(await self._offers.get(event.name)))

    async def _read_requests(self, names: list[str]) -> Iterable[placements.PlacementRequest]:
        asked = placements.ListRequestsRequest(names=names, page_size=len(names))
        return (await self._placements.ListRequests(asked)).requests

    async def _read_placements(self, names: list[str]) -> Iterable[placements.Placement]:
        asked = placements.ListPlacementsRequest(names=names, page_size=len(names))
        return (await self._placements.ListPlacements(asked)).placements

    async def _read_offers(self, names: list[str]) -> Iterable[placements.Offer]:
        asked = placements.ListOffersRequest(names=names, page_size=len(names))
        return (await self._placements.ListOffers(asked)).offers


def _hold(offer: placements.Offer) -> placements.Offer:
    """What is copied of an offer: who holds which places until when, and no word that somebody wrote."""
    for text in _UNTOLD_OF_OFFERS:
        offer.ClearField(text)
    return offer


def run_finished(run: MatchRun) -> Announcement:
    """A run is over."""
    event = MatchRunFinished(name=run.name, version=int(run.etag))
    return f"havn.matching.v1.match_run.finished.{last_part(run.name)}", event
