"""The RPCs by which a family has its say, and sees who looked at its profile."""

import re

from havn.access.v1.access_pb2 import ROLE_FOSTER_FAMILY
from havn.audit.v1.audit_pb2 import ListAuditRowsRequest
from havn.families.v1 import families_pb2 as pb
from services.families.rules import conflicts
from services.families.rules.views import profile_views
from services.families.store import FAMILIES
from services.families.way_api import WayApi
from services.shared import access, audit_rows
from services.shared.call import current
from services.shared.errors import BadInput
from services.shared.records import View, after, next_token, page_size
from services.shared.server import Context

SERVICE = access.service("families")

_SEQUENCE = re.compile(r"[0-9]{1,18}")


class ProfileApi(WayApi):
    """What is said of a family's profile, and who looked at it."""

    async def StateFact(self, request: pb.StateFactRequest, context: Context) -> pb.FosterFamily:
        """Keeps what the family, or its consultant, says about a fact."""
        is_family = ROLE_FOSTER_FAMILY in current().caller.roles
        state = conflicts.state_by_family if is_family else conflicts.state_by_consultant
        return await self._step(request, lambda family, hand: state(family, request.fact, request.says, hand))

    async def ResolveConflict(self, request: pb.ResolveConflictRequest, context: Context) -> pb.FosterFamily:
        """Settles what is open about a fact."""
        return await self._step(
            request, lambda family, hand: conflicts.resolve(family, request.fact, request.resolution, hand)
        )

    async def NoteProfileViews(
        self, request: pb.NoteProfileViewsRequest, context: Context
    ) -> pb.NoteProfileViewsResponse:
        """Keeps that families were shown by name, as suggestions."""
        # Suggestions name families of other authorities too, which the caller may not read here.
        shown = await self._store.view_as(SERVICE, lambda view: view.among(FAMILIES, "name", set(request.names)))
        if shown:
            await self._store.record_seen({family.name: family.authority for family in shown})
        return pb.NoteProfileViewsResponse()

    async def ListProfileViews(
        self, request: pb.ListProfileViewsRequest, context: Context
    ) -> pb.ListProfileViewsResponse:
        """A page of looks at a profile."""
        size, begun, caller = page_size(request.page_size), after(request.page_token) or "0", current().caller
        if not _SEQUENCE.fullmatch(begun):
            raise BadInput.of("page_token", "must be the next_page_token of the answer before, or empty")
        asked = ListAuditRowsRequest(names=[request.name])
        if request.HasField("from_time"):
            asked.from_time.CopyFrom(request.from_time)

        def looks(view: View) -> audit_rows.Page:
            view.get(FAMILIES, request.name)
            return audit_rows.page(view.session, caller, asked, int(begun), size)

        page = await self._store.view(looks)
        # Of staff a family is told role and authority, as a child is.
        with_person = ROLE_FOSTER_FAMILY not in caller.roles
        found = profile_views(page.rows, request.name, with_person=with_person)
        token = next_token(str(page.end)) if page.goes_on else ""
        return pb.ListProfileViewsResponse(profile_views=found, next_page_token=token)
