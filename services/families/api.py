"""The RPCs of families."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import families_pb2_grpc as rpc
from havn.placements.v1.events_pb2 import PlacementChanged
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.families import events, following
from services.families.due import Due
from services.families.profile_api import ProfileApi
from services.families.rules import certificates, conflicts, follow_ups_due, registry, way
from services.families.rules import family as records
from services.families.store import (
    EVERY_FAMILY,
    FAMILIES,
    FOLLOW_UPS,
    STAYS,
    Families,
    FamilyRow,
    followed_by,
)
from services.families.support_api import SupportApi
from services.shared import importing, names, wire
from services.shared.checks import check
from services.shared.consumers import Subscription
from services.shared.drafts import Draft, Entry
from services.shared.events import Listening
from services.shared.importing import UNCHANGED, Difference, Taking, difference
from services.shared.rebuilding import Copy
from services.shared.records import Change, Page, View, keyed, ordered
from services.shared.runtime import Definition, Parts, Platform
from services.shared.server import Context
from services.shared.store import Store

FAMILY = Entry(FAMILIES, "family", records.TOLD_BY_IMPORTS, events.family_created, events.family_updated)


class FamiliesApi(ProfileApi):
    """Foster families, their way and their follow-ups."""

    async def CreateFosterFamily(self, request: pb.CreateFosterFamilyRequest, context: Context) -> pb.FosterFamily:
        """Enters a family."""
        return await self._store.change(request, pb.FosterFamily, lambda change: self._enter(change, request))

    async def GetFosterFamily(self, request: pb.GetFosterFamilyRequest, context: Context) -> pb.FosterFamily:
        """One family."""
        [family] = await self._store.view(lambda view: self._told(view, [view.get(FAMILIES, request.name)]))
        return family

    async def ListFosterFamilies(
        self, request: pb.ListFosterFamiliesRequest, context: Context
    ) -> pb.ListFosterFamiliesResponse:
        """A page of families."""

        def listed(view: View) -> pb.ListFosterFamiliesResponse:
            if registry.narrows(request):
                return self._sought(view, request)
            asked = followed_by(request.consultant)
            page = view.page(FAMILIES, request.page_size, request.page_token, names=request.names, **asked)
            return self._page(view, page)

        return await self._store.view(listed)

    async def UpdateFosterFamily(self, request: pb.UpdateFosterFamilyRequest, context: Context) -> pb.FosterFamily:
        """Changes a family."""

        def update(change: Change) -> pb.FosterFamily:
            kept = change.get(FAMILIES, request.family.name)
            updated = wire.merged(kept, request.family, request.update_mask, records.CHANGEABLE)
            check(updated)
            if updated.type != kept.type:
                records.check_type(updated)
            records.check_family(updated, self._clock.today())
            return self._keep(change, updated, request.family.etag)

        return await self._store.change(request, pb.FosterFamily, update)

    async def LogFollowUp(self, request: pb.LogFollowUpRequest, context: Context) -> pb.FollowUp:
        """Logs a follow-up."""
        today = self._clock.today()
        return await self._store.change(request, pb.FollowUp, lambda change: following.log(change, request, today))

    async def GetFollowUp(self, request: pb.GetFollowUpRequest, context: Context) -> pb.FollowUp:
        """One follow-up."""
        return await self._store.view(lambda view: view.get(FOLLOW_UPS, request.name))

    async def ListFollowUps(self, request: pb.ListFollowUpsRequest, context: Context) -> pb.ListFollowUpsResponse:
        """A page of one family's follow-ups, or of all families'."""

        def follow_ups(view: View) -> Page[pb.FollowUp]:
            every = request.parent == EVERY_FAMILY
            of_one = {} if every else {"parent": view.get(FAMILIES, request.parent).name}
            return view.page(FOLLOW_UPS, request.page_size, request.page_token, **of_one)

        page = await self._store.view(follow_ups)
        return pb.ListFollowUpsResponse(follow_ups=page.items, next_page_token=page.next_token)

    async def ListFollowUpsDue(
        self, request: pb.ListFollowUpsDueRequest, context: Context
    ) -> pb.ListFollowUpsDueResponse:
        """A page of families, by the day that they are to be followed up."""
        today = self._clock.today()

        found = await self._store.view(lambda view: self._due.follow_ups(view, request.consultant, today))
        page = ordered(found, follow_ups_due.by_due_day, request.page_size, request.page_token)
        soon_until = _soon_until(request)
        return pb.ListFollowUpsDueResponse(
            follow_ups_due=page.items,
            next_page_token=page.next_token,
            total_count=len(found),
            overdue_count=follow_ups_due.overdue_count(found),
            soon_count=follow_ups_due.soon_count(found, soon_until),
        )

    async def ListCertificatesDue(
        self, request: pb.ListCertificatesDueRequest, context: Context
    ) -> pb.ListCertificatesDueResponse:
        """A page of certificates that are missing or to be renewed."""
        today = self._clock.today()

        def due(view: View) -> Sequence[pb.CertificateDue]:
            family = "" if request.parent == EVERY_FAMILY else view.get(FAMILIES, request.parent).name
            return self._due.certificates(view, request.consultant, family, today)

        found = await self._store.view(due)
        page = ordered(found, certificates.missing_first, request.page_size, request.page_token)
        return pb.ListCertificatesDueResponse(
            certificates_due=page.items,
            next_page_token=page.next_token,
            total_count=len(found),
            missing_count=sum(each.missing for each in found),
        )

    async def GetFamiliesOverview(
        self, request: pb.GetFamiliesOverviewRequest, context: Context
    ) -> pb.FamiliesOverview:
        """What waits for whoever follows families."""
        today, soon_until = self._clock.today(), _soon_until(request)
        return await self._store.view(lambda view: self._due.overview(view, request.consultant, soon_until, today))

    async def ImportFamilies(
        self, request_iterator: AsyncIterator[pb.ImportFamiliesRequest], context: Context
    ) -> pb.ImportFamiliesResponse:
        """Takes families, new or known by their key, all or none."""
        taking = Taking(self._take, lambda row: [(FamilyRow, f"families/{row.family.id}")])
        return await importing.take_all(self._store, request_iterator, pb.ImportFamiliesResponse, taking)

    def _sought(self, view: View, request: pb.ListFosterFamiliesRequest) -> pb.ListFosterFamiliesResponse:
        today, everybody = self._clock.today(), view.all(FAMILIES)
        found = [family for family in everybody if registry.fits(family, request, today)]
        answer = self._page(view, keyed(found, lambda family: family.name, request.page_size, request.page_token))
        if request.counted:
            answer.total_count = len(found)
            answer.towns.extend(sorted({family.town for family in everybody}))
            answer.consultants.extend(sorted({family.consultant for family in everybody if family.consultant}))
        return answer

    def _page(self, view: View, page: Page[pb.FosterFamily]) -> pb.ListFosterFamiliesResponse:
        self._told(view, page.items)
        return pb.ListFosterFamiliesResponse(families=page.items, next_page_token=page.next_token)

    def _take(self, draft: Draft, row: pb.ImportFamiliesRequest) -> Difference:
        family = row.family.family
        family.name = f"families/{names.chosen_id(row.family.id)}"
        kept = draft.kept(FAMILY, family, row.update_mask)
        _clear_computed(family)
        way.record(family, kept, self._hand(draft.caller.subject))
        conflicts.record(family, kept)
        changed = difference(family, kept)
        if changed != UNCHANGED:
            importing.check_row(row.family)
            records.check_family(family, self._clock.today())
            draft.put(FAMILY, family)
        return changed

    def _enter(self, change: Change, request: pb.CreateFosterFamilyRequest) -> pb.FosterFamily:
        family = request.family
        _clear_computed(family)
        family.ClearField("history")
        way.record(family, None, self._hand(change.caller.subject))
        records.check_type(family)
        records.check_family(family, self._clock.today())
        family.name = f"families/{names.chosen_id(request.id)}"
        change.add(FAMILIES, family)
        change.announce(*events.family_created(family))
        self._told(change, [family])
        return family


def _soon_until(request: pb.ListFollowUpsDueRequest | pb.GetFamiliesOverviewRequest) -> date:
    return wire.day(request.soon_until_date) if request.HasField("soon_until_date") else date.min


def _clear_computed(family: pb.FosterFamily) -> None:
    for field in records.COMPUTED:
        family.ClearField(field)
    if family.limits.has_note:
        family.limits.ClearField("has_note")


def build(platform: Platform, store: Store) -> Parts:
    """What the service is made of."""
    due = Due()
    api, support = FamiliesApi(store, platform.clock, due), SupportApi(store, platform.clock, due)
    channel = platform.channel("families", to="placements")
    residents = events.Residents(PlacementsServiceStub(channel))
    return Parts(
        descriptor=pb.DESCRIPTOR.services_by_name["FamiliesService"],
        register=lambda server: rpc.add_FamiliesServiceServicer_to_server(api, server),
        subscriptions=[Subscription(RESIDENTS, {PlacementChanged: residents.placement_changed})],
        channels=[channel],
        copies=[Copy(STAYS, "placements", residents.all_stays)],
        also=[support.answers()],
    )


RESIDENTS = Listening("placements", "residents", about="placement")
DEFINITION = Definition("families", Families.metadata, build, listens=(RESIDENTS,))
