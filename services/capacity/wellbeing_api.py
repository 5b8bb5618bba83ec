"""The RPCs of wellbeing."""

from collections.abc import AsyncIterator, Callable

import grpc
from google.protobuf.descriptor import ServiceDescriptor

from havn.capacity.v1 import wellbeing_pb2 as pb
from havn.capacity.v1 import wellbeing_pb2_grpc as rpc
from services.capacity import wellbeing
from services.capacity.rules.wellbeing import scale
from services.shared import importing
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.importing import Taking
from services.shared.records import View
from services.shared.server import Context
from services.shared.store import Store


class WellbeingApi(rpc.WellbeingServiceServicer):
    """How children are who live in institutions, and how they were."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def answers(self) -> tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]:
        """Its RPCs, and how they are registered beside the service's own."""
        descriptor = pb.DESCRIPTOR.services_by_name["WellbeingService"]
        return descriptor, lambda server: rpc.add_WellbeingServiceServicer_to_server(self, server)

    async def GetWellbeingScale(self, request: pb.GetWellbeingScaleRequest, context: Context) -> pb.WellbeingScale:
        """The steps in words."""
        return scale()

    async def RecordWellbeing(self, request: pb.RecordWellbeingRequest, context: Context) -> pb.WellbeingObservation:
        """Keeps how a child is."""
        today = self._clock.today()
        return await self._store.change(
            request, pb.WellbeingObservation, lambda change: wellbeing.record(change, request.observation, today)
        )

    async def CorrectWellbeing(self, request: pb.CorrectWellbeingRequest, context: Context) -> pb.WellbeingObservation:
        """Corrects what was observed."""
        today = self._clock.today()
        return await self._store.change(
            request, pb.WellbeingObservation, lambda change: wellbeing.correct(change, request, today)
        )

    async def GetWellbeingObservation(
        self, request: pb.GetWellbeingObservationRequest, context: Context
    ) -> pb.WellbeingObservation:
        """One observation."""
        today = self._clock.today()
        return await self._store.view(lambda view: wellbeing.get(view, request.name, today))

    async def ListWellbeing(self, request: pb.ListWellbeingRequest, context: Context) -> pb.ListWellbeingResponse:
        """A page of observations."""
        today = self._clock.today()

        def read(view: View) -> pb.ListWellbeingResponse:
            living: list[pb.Resident] = []
            if view.caller.institution:
                page = wellbeing.seen(view, request, today)
                living = [] if request.page_token else wellbeing.residents(view, request.child, today)
            else:
                page = wellbeing.of_authority(view, request, today)
            told = [wellbeing.in_words(observation) for observation in page.items]
            return pb.ListWellbeingResponse(observations=told, next_page_token=page.next_token, residents=living)

        return await self._store.view(read)

    async def ImportWellbeing(
        self, request_iterator: AsyncIterator[pb.ImportWellbeingRequest], context: Context
    ) -> pb.ImportWellbeingResponse:
        """Takes the observations of a file, new or known by child and day, all or none."""
        caller = current().caller
        series = wellbeing.Series(caller.institution, caller.subject, self._clock.today())
        taking = Taking(series.take, series.looked_at, caller=wellbeing.SERVICE)
        return await importing.take_all(self._store, request_iterator, pb.ImportWellbeingResponse, taking)
