"""The RPCs of a family's way from application to end."""

from collections.abc import Callable, Sequence

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import families_pb2_grpc as rpc
from services.families import events, fees, residents
from services.families.due import Due
from services.families.rules import approval, arrivals, way
from services.families.rules import family as registry
from services.families.store import FAMILIES
from services.shared.clock import Clock
from services.shared.errors import EtagStale
from services.shared.records import Change, View
from services.shared.server import Context
from services.shared.store import Store

Take = Callable[[pb.FosterFamily, way.Hand], None]
"""Takes a step with a family. Raises StateNotAllowed and BadInput."""


class WayApi(rpc.FamiliesServiceServicer):
    """Families are assessed, approved or refused, paused, resumed and ended."""

    def __init__(self, store: Store, clock: Clock, due: Due) -> None:
        self._store = store
        self._clock = clock
        self._due = due

    async def AssessFamily(self, request: pb.AssessFamilyRequest, context: Context) -> pb.FosterFamily:
        """Keeps what was found so far."""
        return await self._step(request, lambda family, hand: way.assess(family, request.assessment, hand))

    async def ApproveFamily(self, request: pb.ApproveFamilyRequest, context: Context) -> pb.FosterFamily:
        """Approves a family, or changes what it is approved for."""
        return await self._step(
            request, lambda family, hand: way.approve(family, request.approval, request.reason, hand)
        )

    async def RefuseFamily(self, request: pb.RefuseFamilyRequest, context: Context) -> pb.FosterFamily:
        """Refuses a family that applies."""
        return await self._step(request, lambda family, hand: way.refuse(family, request.reason, hand))

    async def PauseFamily(self, request: pb.PauseFamilyRequest, context: Context) -> pb.FosterFamily:
        """Takes a family out for a while."""
        until = request.until_date if request.HasField("until_date") else None
        pause = pb.Pause(reason=request.reason, until_date=until)
        return await self._step(request, lambda family, hand: way.pause(family, pause, hand))

    async def ResumeFamily(self, request: pb.ResumeFamilyRequest, context: Context) -> pb.FosterFamily:
        """Ends a pause."""
        return await self._step(request, lambda family, hand: way.resume(family, request.reason, hand))

    async def EndFamily(self, request: pb.EndFamilyRequest, context: Context) -> pb.FosterFamily:
        """Ends a family."""
        return await self._step(request, lambda family, hand: way.end(family, request.reason, hand))

    def _hand(self, by: str) -> way.Hand:
        return way.Hand(by, self._clock.now(), self._clock.today())

    def _told(self, view: View, families: Sequence[pb.FosterFamily]) -> Sequence[pb.FosterFamily]:
        """The families, with what is so today."""
        today = self._clock.today()
        stays = residents.in_families(view, [family.name for family in families], today)
        for family in families:
            family.state = way.state(family, today)
            family.breaches[:] = approval.breaches(family, today, len(arrivals.living(stays[family.name], today)))
            family.next_steps[:] = way.next_steps(family.state)
            family.ClearField("costs")
            family.costs.extend(fees.told(family))
        return families

    async def _step(self, request: "_StepRequest", take: Take) -> pb.FosterFamily:
        def step(change: Change) -> pb.FosterFamily:
            family = change.get(FAMILIES, request.name)
            if request.etag != family.etag:
                raise EtagStale(family.name)
            take(family, self._hand(change.caller.subject))
            registry.check_family(family, self._clock.today())
            return self._keep(change, family, request.etag)

        return await self._store.change(request, pb.FosterFamily, step)

    def _keep(self, change: Change, family: pb.FosterFamily, etag: str) -> pb.FosterFamily:
        change.save(FAMILIES, family, etag)
        change.announce(*events.family_updated(family))
        self._told(change, [family])
        return family


_StepRequest = (
    pb.AssessFamilyRequest
    | pb.ApproveFamilyRequest
    | pb.RefuseFamilyRequest
    | pb.PauseFamilyRequest
    | pb.ResumeFamilyRequest
    | pb.EndFamilyRequest
    | pb.StateFactRequest
    | pb.ResolveConflictRequest
)
