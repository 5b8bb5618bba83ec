"""The RPCs of support: what authorities decide on follow-ups, and what comes of them."""

from collections.abc import AsyncIterator

from sqlmodel import col

from havn.access.v1.access_pb2 import ROLE_SERVICE
from havn.families.v1 import support_pb2 as pb
from havn.families.v1 import support_pb2_grpc as rpc
from havn.families.v1.families_pb2 import FollowUp
from services.families import following, policies
from services.families.recording import Recorded, looked_at
from services.families.rules import actions, cadence, concerns
from services.families.store import (
    ACTIONS,
    DRAFTS,
    EVERY_FAMILY,
    FAMILIES,
    FOLLOW_UP_VERSIONS,
    FOLLOW_UPS,
    POLICIES,
    DraftRow,
    FollowUpRow,
    PolicyRow,
    VersionRow,
)
from services.families.supervision_api import SupervisionApi, of_family
from services.shared import importing
from services.shared.call import current
from services.shared.importing import Taking
from services.shared.names import parent
from services.shared.records import MAX_PAGE, Change, Equal, Page, View, positions
from services.shared.server import Context
from services.shared.serving import Answers
from services.shared.wire import date_message, day


class SupportApi(SupervisionApi):
    """Policies, corrections, drafts and agreed actions."""

    def answers(self) -> Answers:
        """The RPCs, for the server."""
        descriptor = pb.DESCRIPTOR.services_by_name["SupportService"]
        return descriptor, lambda server: rpc.add_SupportServiceServicer_to_server(self, server)

    async def GetSupportPolicy(self, request: pb.GetSupportPolicyRequest, context: Context) -> pb.SupportPolicy:
        """The policy in force."""
        return await self._store.view(lambda view: policies.in_force(view, request.authority))

    async def ListSupportPolicies(
        self, request: pb.ListSupportPoliciesRequest, context: Context
    ) -> pb.ListSupportPoliciesResponse:
        """A page of an authority's policies."""
        theirs = col(PolicyRow.authority) == request.authority
        found = await self._store.view(lambda view: view.all(POLICIES, theirs))
        page = positions(found[::-1], request.page_size, request.page_token)
        return pb.ListSupportPoliciesResponse(policies=page.items, next_page_token=page.next_token)

    async def PublishSupportPolicy(self, request: pb.PublishSupportPolicyRequest, context: Context) -> pb.SupportPolicy:
        """Decides anew."""
        cadence.check_policy(request.policy, policies.default(request.policy.authority))
        return await self._store.change(
            request, pb.SupportPolicy, lambda change: policies.publish(change, request.policy)
        )

    async def GetNextVisit(self, request: pb.GetNextVisitRequest, context: Context) -> pb.NextVisit:
        """What the cadence proposes."""
        visit = day(request.visit_date) if request.HasField("visit_date") else self._clock.today()

        def proposed(view: View) -> pb.NextVisit:
            family = view.get(FAMILIES, request.name)
            policy = policies.in_force(view, family.authority)
            found = following.proposed(view, policy, family, visit)
            return pb.NextVisit(
                family=family.name,
                authority=family.authority,
                proposed_date=date_message(found) if found else None,
                latest_date=date_message(cadence.latest(visit)),
                scale=policy.scale,
            )

        return await self._store.view(proposed)

    async def CorrectFollowUp(self, request: pb.CorrectFollowUpRequest, context: Context) -> FollowUp:
        """Corrects a follow-up."""
        today = self._clock.today()
        return await self._store.change(request, FollowUp, lambda change: following.correct(change, request, today))

    async def ListFollowUpVersions(
        self, request: pb.ListFollowUpVersionsRequest, context: Context
    ) -> pb.ListFollowUpVersionsResponse:
        """A page of how a follow-up stood."""

        def versions(view: View) -> Page[FollowUp]:
            of_it = col(VersionRow.parent) == view.get(FOLLOW_UPS, request.parent).name
            return view.page(FOLLOW_UP_VERSIONS, request.page_size, request.page_token, of_it)

        page = await self._store.view(versions)
        return pb.ListFollowUpVersionsResponse(versions=page.items, next_page_token=page.next_token)

    async def SaveFollowUpDraft(self, request: pb.SaveFollowUpDraftRequest, context: Context) -> pb.FollowUpDraft:
        """Keeps a draft. The answer, which is kept for repeats, says nothing of what is written."""

        def save(change: Change) -> pb.FollowUpDraft:
            saved = following.save_draft(change, request)
            saved.ClearField("fields")
            return saved

        return await self._store.change(request, pb.FollowUpDraft, save)

    async def ListFollowUpDrafts(
        self, request: pb.ListFollowUpDraftsRequest, context: Context
    ) -> pb.ListFollowUpDraftsResponse:
        """A page of the caller's own drafts."""
        mine = col(DraftRow.author) == current().caller.subject

        def drafts(view: View) -> Page[pb.FollowUpDraft]:
            where_family = of_family(view, request.parent, col(DraftRow.family))
            return view.page(DRAFTS, request.page_size, request.page_token, mine, *where_family)

        page = await self._store.view(drafts)
        return pb.ListFollowUpDraftsResponse(drafts=page.items, next_page_token=page.next_token)

    async def DiscardFollowUpDraft(self, request: pb.DiscardFollowUpDraftRequest, context: Context) -> pb.FollowUpDraft:
        """Lets go of a draft."""

        def discard(change: Change) -> pb.FollowUpDraft:
            return following.discard_draft(change, change.get(FAMILIES, request.parent))

        return await self._store.change(request, pb.FollowUpDraft, discard)

    async def ListConcerns(self, request: pb.ListConcernsRequest, context: Context) -> pb.ListConcernsResponse:
        """A page of what follow-ups tell of concerns. Words are for people."""
        asked = col(FollowUpRow.name).in_(request.follow_ups[:MAX_PAGE])

        def told(view: View) -> list[pb.Concern]:
            found = [each for each in view.all(FOLLOW_UPS, asked) if each.concern_kinds]
            return [concerns.concern(each, view.get(FAMILIES, parent(each.name))) for each in found]

        page = positions(await self._store.view(told), request.page_size, request.page_token)
        if ROLE_SERVICE in current().caller.roles:
            for each in page.items:
                each.ClearField("words")
        return pb.ListConcernsResponse(concerns=page.items, next_page_token=page.next_token)

    async def ImportSupport(
        self, request_iterator: AsyncIterator[pb.ImportSupportRequest], context: Context
    ) -> pb.ImportSupportResponse:
        """Takes what was recorded, known by its key, all or none."""
        rows = Recorded(self._clock.today())
        taking = Taking(rows.take, looked_at, rows.follow)
        return await importing.take_all(self._store, request_iterator, pb.ImportSupportResponse, taking)

    async def ListActions(self, request: pb.ListActionsRequest, context: Context) -> pb.ListActionsResponse:
        """A page of agreed actions."""

        def agreed(view: View) -> Page[pb.AgreedAction]:
            family = "" if request.parent == EVERY_FAMILY else view.get(FAMILIES, request.parent).name
            asked: Equal = {"state": request.state, "consultant": request.consultant, "family": family}
            given = {column: value for column, value in asked.items() if value}
            return view.page(ACTIONS, request.page_size, request.page_token, names=(), **given)

        page, today = await self._store.view(agreed), self._clock.today()
        return pb.ListActionsResponse(
            actions=[actions.as_of(action, today) for action in page.items], next_page_token=page.next_token
        )

    async def SettleAction(self, request: pb.SettleActionRequest, context: Context) -> pb.AgreedAction:
        """Says what became of an action."""
        return await self._store.change(
            request, pb.AgreedAction, lambda change: following.settle_action(change, request)
        )
