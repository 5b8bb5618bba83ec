"""The RPCs of offers and inquiries."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement
from sqlmodel import col

from havn.access.v1.access_pb2 import ROLE_AUDITOR, ROLE_CONSULTANT, ROLE_INSTITUTION
from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.placements import offer_rules, offering, watched
from services.placements.homes import FAMILY, Home
from services.placements.store import INQUIRIES, OFFERS, InquiryRow, OfferRow, in_state, is_for, stands
from services.placements.wire import Homes
from services.shared.access import Caller
from services.shared.call import current
from services.shared.errors import NotFound
from services.shared.records import Change, View
from services.shared.runtime import Platform
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched

_IN_FAMILIES = col(InquiryRow.home).startswith(FAMILY)


class OffersApi(rpc.PlacementsServiceServicer):
    """Homes are asked for places, and answer."""

    def __init__(self, store: Store, platform: Platform) -> None:
        self._store = store
        self._clock = platform.clock
        self._homes = Homes(partial(platform.channel, "placements"))
        self.versions = Watched(store, offering.SERVICE, watched.versions)

    async def OfferPlace(self, request: pb.OfferPlaceRequest, context: Context) -> pb.Offer:
        """Asks a home."""
        offer_rules.check_asking(request)
        # Asked before the transaction: nobody else waits while a peer is slow.
        home = await self._homes.get(request.home, [request.request, *request.sibling_requests])
        today = self._clock.today()
        if request.validate_only:
            return await self._store.view(lambda view: self._proposed(view, request, home, today))
        return await self._store.change(request, pb.Offer, lambda change: offering.ask(change, request, home, today))

    async def GetOffer(self, request: pb.GetOfferRequest, context: Context) -> pb.Offer:
        """One offer."""
        return self._as_it_stands(await self._store.view(lambda view: view.get(OFFERS, request.name)))

    async def ListOffers(self, request: pb.ListOffersRequest, context: Context) -> pb.ListOffersResponse:
        """A page of offers."""
        where = [in_state(OfferRow, request.state, self._clock.now())] if request.state else []
        where += [is_for(request.request)] if request.request else []
        where += [col(OfferRow.home) == request.home] if request.home else []

        def read(view: View) -> pb.ListOffersResponse:
            page = view.page(OFFERS, request.page_size, request.page_token, *where, names=request.names)
            counts = view.counts(OFFERS, stands(self._clock.now()), *where) if request.counted else {}
            return pb.ListOffersResponse(
                offers=[self._as_it_stands(offer) for offer in page.items],
                next_page_token=page.next_token,
                counts=[pb.OfferCount(state=state, count=count) for state, count in counts.items()],
            )

        return await self._store.view(read)

    async def WithdrawOffer(self, request: pb.WithdrawOfferRequest, context: Context) -> pb.Offer:
        """Takes an offer back."""
        return await self._store.change(request, pb.Offer, lambda change: offering.withdraw(change, request))

    async def GetInquiry(self, request: pb.GetInquiryRequest, context: Context) -> pb.Inquiry:
        """One inquiry."""
        _require_own_kind(current().caller, request.name)
        return self._as_it_stands(await self._store.view(lambda view: view.get(INQUIRIES, request.name)))

    async def ListInquiries(self, request: pb.ListInquiriesRequest, context: Context) -> pb.ListInquiriesResponse:
        """A page of inquiries."""
        where = [*_under(request.parent), *of_own_kind(current().caller)]
        where += [in_state(InquiryRow, request.state, self._clock.now())] if request.state else []
        page = await self._store.view(lambda view: view.page(INQUIRIES, request.page_size, request.page_token, *where))
        inquiries = [self._as_it_stands(inquiry) for inquiry in page.items]
        return pb.ListInquiriesResponse(inquiries=inquiries, next_page_token=page.next_token)

    async def AnswerOffer(self, request: pb.AnswerOfferRequest, context: Context) -> pb.Inquiry:
        """Keeps a home's answer."""
        _require_own_kind(current().caller, request.name)
        return await self._store.change(request, pb.Inquiry, lambda change: offering.answer(change, request))

    async def WatchOffers(
        self, request: pb.WatchOffersRequest, context: Context
    ) -> AsyncIterator[pb.WatchOffersResponse]:
        """The version of what the caller may see, whenever it is another."""
        caller, seen = current().caller, None
        async with aclosing(self.versions.each()) as known:
            async for versions in known:
                version = watched.version_for(caller, versions)
                if version != seen:
                    yield pb.WatchOffersResponse(version=version)
                seen = version

    def _proposed(self, view: View, request: pb.OfferPlaceRequest, home: Home | None, today: date) -> pb.Offer:
        """The offer as it would be, which nobody can name."""
        change = Change(view.session, view.caller, self._clock.now())
        offer, _inquiry = offering.proposed(change, request, home, today)
        offer.name = ""
        return offer

    def _as_it_stands(self, face: offer_rules.F) -> offer_rules.F:
        return offer_rules.as_of(face, self._clock.now())


def _under(parent: str) -> Iterator[ColumnElement[bool]]:
    """The inquiries of a home, of all units of an institution, or of all homes."""
    if parent == "-":
        return
    if parent.endswith("/units/-"):
        yield col(InquiryRow.home).startswith(parent.removesuffix("-"), autoescape=True)
    else:
        yield col(InquiryRow.home) == parent


def of_own_kind(caller: Caller) -> list[ColumnElement[bool]]:
    """A consultant is there for families: what institutions are asked is none of a consultant's business."""
    return [_IN_FAMILIES] if _families_only(caller) else []


def _require_own_kind(caller: Caller, inquiry: str) -> None:
    if _families_only(caller) and not inquiry.startswith(FAMILY):
        raise NotFound(inquiry)


def _families_only(caller: Caller) -> bool:
    return ROLE_CONSULTANT in caller.roles and caller.roles.isdisjoint({ROLE_INSTITUTION, ROLE_AUDITOR})
