"""What capacity announces, and what it does when placements announces something."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from grpc.aio import Channel

from havn.capacity.v1 import events_pb2 as pb
from havn.capacity.v1.capacity_pb2 import Breach, Delivery, Institution, InstitutionUnit, Vacancy, WaitingListEntry
from havn.capacity.v1.wellbeing_pb2 import WellbeingObservation
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.events_pb2 import OfferChanged, PlacementChanged, PlacementRequestChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.capacity import central_list, wire
from services.capacity.rules.occupancy import Stay
from services.capacity.store import HOLDS, STAYS, WAITING, WAITING_OFFERS
from services.shared.clock import Clock
from services.shared.consumers import Effect
from services.shared.events import Announcement
from services.shared.names import last_part, parent
from services.shared.rebuilding import Pages, pages
from services.shared.records import Change
from services.shared.together import Together
from services.shared.wire import time

if TYPE_CHECKING:
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub


def institution_created(institution: Institution) -> Announcement:
    """An institution was entered."""
    return _institution_changed(institution, "created")


def institution_updated(institution: Institution) -> Announcement:
    """An institution was changed."""
    return _institution_changed(institution, "updated")


def unit_created(unit: InstitutionUnit) -> Announcement:
    """A unit was entered."""
    return _unit_changed(unit, "created")


def unit_updated(unit: InstitutionUnit) -> Announcement:
    """A unit was changed."""
    return _unit_changed(unit, "updated")


def delivery_created(delivery: Delivery) -> Announcement:
    """A delivery was noted."""
    return _delivery_changed(delivery, "created")


def delivery_updated(delivery: Delivery) -> Announcement:
    """A delivery was changed."""
    return _delivery_changed(delivery, "updated")


def vacancy_reported(vacancy: Vacancy) -> Announcement:
    """A vacancy was reported."""
    event = pb.VacancyReported(vacancy=vacancy, version=int(vacancy.etag))
    # The bus keeps what it was told, and no other service asks who.
    event.vacancy.ClearField("confirmed_by")
    for blocked in event.vacancy.blocked:
        blocked.ClearField("note")
    return f"havn.capacity.v1.vacancy.reported.{_path(vacancy.name.removesuffix('/vacancy'))}", event


def wellbeing_recorded(observation: WellbeingObservation, *, told: bool) -> Announcement:
    """How a child is was kept; `told` where it is a fall that somebody has to look at."""
    kind, word = (pb.WellbeingFell, "fell") if told else (pb.WellbeingRecorded, "recorded")
    event = kind(name=observation.name, version=int(observation.etag))
    return f"havn.capacity.v1.wellbeing.{word}.{last_part(observation.name)}", event


def confirmation_asked(vacancy: Vacancy) -> Announcement:
    """A vacancy became stale."""
    event = pb.VacancyConfirmationAsked(name=vacancy.name, version=int(vacancy.etag))
    return f"havn.capacity.v1.vacancy.confirmation_asked.{_path(vacancy.name.removesuffix('/vacancy'))}", event


def breach_recorded(breach: Breach) -> Announcement:
    """A breach was recorded."""
    event = pb.BreachRecorded(name=breach.name, version=int(breach.etag))
    return f"havn.capacity.v1.breach.recorded.{last_part(breach.name)}", event


def breach_closed(breach: Breach) -> Announcement:
    """Somebody said what came of a breach."""
    event = pb.BreachClosed(name=breach.name, version=int(breach.etag))
    return f"havn.capacity.v1.breach.closed.{last_part(breach.name)}", event


class Residents:
    """Keeps who lives where, as placements say; `follow` does what follows from a stay."""

    def __init__(self, placements_stub: "PlacementsServiceAsyncStub", follow: Callable[[Change, Stay], object]) -> None:
        self._placements = placements_stub
        self._follow = follow
        self._stays = Together(self._read_placements)

    async def placement_changed(self, event: PlacementChanged) -> Effect:
        """Keeps the placement as it is now."""
        copy = wire.copied_placement(await self._stays.get(event.name))

        def keep(change: Change) -> None:
            if change.put_newer(STAYS, copy):
                self._follow(change, wire.stay(copy))

        return keep

    async def all_stays(self, channel: Channel) -> Pages:
        """Every placement as it is now."""
        asked = placements.ListPlacementsRequest()
        async for page in pages(PlacementsServiceStub(channel).ListPlacements, asked, "placements"):
            yield [wire.copied_placement(placement) for placement in page]

    async def _read_placements(self, names: list[str]) -> Iterable[placements.Placement]:
        asked = placements.ListPlacementsRequest(names=names, page_size=len(names))
        return (await self._placements.ListPlacements(asked)).placements


class WaitingList:
    """Keeps the waiting list as placements' requests and offers say, and which places offers hold."""

    def __init__(self, placements_stub: "PlacementsServiceAsyncStub", clock: Clock) -> None:
        self._placements = placements_stub
        self._clock = clock
        self._requests = Together(self._read)
        self._offers = Together(self._read_offers)

    async def request_changed(self, event: PlacementRequestChanged) -> Effect:
        """Reads the request as it is now, and keeps what the list needs of it."""
        entry = self._entry(await self._requests.get(event.name))

        def keep(change: Change) -> None:
            change.put_newer(WAITING, entry)
            if not entry.HasField("place_by_date"):
                central_list.close(change, entry.request)

        return keep

    async def offer_changed(self, event: OfferChanged) -> Effect:
        """Reads the offer as it is now, and keeps what it holds, and it with each entry that it is for."""
        found = await self._offers.get(event.name)
        kept, hold = list(wire.waiting_list_offers(found)), wire.copied_offer(found)

        def keep(change: Change) -> None:
            change.put_newer(HOLDS, hold)
            for offer in kept:
                change.put_newer(WAITING_OFFERS, offer)

        return keep

    async def _read(self, names: list[str]) -> Iterable[placements.PlacementRequest]:
        asked = placements.ListRequestsRequest(names=names, page_size=len(names))
        return (await self._placements.ListRequests(asked)).requests

    async def _read_offers(self, names: list[str]) -> Iterable[placements.Offer]:
        asked = placements.ListOffersRequest(names=names, page_size=len(names))
        return (await self._placements.ListOffers(asked)).offers

    async def all(self, channel: Channel) -> Pages:
        """Every entry, made of all requests as they are now."""
        asked = placements.ListRequestsRequest()
        async for page in pages(PlacementsServiceStub(channel).ListRequests, asked, "requests"):
            yield [self._entry(request) for request in page]

    async def all_offers(self, channel: Channel) -> Pages:
        """Every offer, with each entry that it is for."""
        async for page in pages(PlacementsServiceStub(channel).ListOffers, placements.ListOffersRequest(), "offers"):
            yield [kept for offer in page for kept in wire.waiting_list_offers(offer)]

    async def all_holds(self, channel: Channel) -> Pages:
        """Every offer as it is now."""
        async for page in pages(PlacementsServiceStub(channel).ListOffers, placements.ListOffersRequest(), "offers"):
            yield [wire.copied_offer(offer) for offer in page]

    def _entry(self, request: placements.PlacementRequest) -> WaitingListEntry:
        return wire.waiting_list_entry(request, filed=self._clock.day_of(time(request.create_time)))


def _institution_changed(institution: Institution, word: str) -> Announcement:
    event = pb.InstitutionChanged(institution=institution, version=int(institution.etag))
    # The bus keeps what it was told: no prose goes there, in which people may have written anything.
    event.institution.ClearField("documents")
    for promised in event.institution.promised_services:
        promised.ClearField("service")
    return f"havn.capacity.v1.institution.{word}.{last_part(institution.name)}", event


def _unit_changed(unit: InstitutionUnit, word: str) -> Announcement:
    event = pb.UnitChanged(unit=unit, version=int(unit.etag))
    event.unit.ClearField("target_groups")
    for rate in event.unit.daily_rates:
        rate.ClearField("source")
    return f"havn.capacity.v1.unit.{word}.{_path(unit.name)}", event


def _delivery_changed(delivery: Delivery, word: str) -> Announcement:
    event = pb.DeliveryChanged(delivery=delivery, version=int(delivery.etag))
    event.delivery.ClearField("recorded_by")
    event.delivery.ClearField("what")
    return f"havn.capacity.v1.delivery.{word}.{_path(delivery.name)}", event


def _path(unit: str) -> str:
    return f"{last_part(parent(unit))}.{last_part(unit)}"
