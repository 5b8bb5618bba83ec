"""What whoever operates Havn asks of every service: the events that it could not apply, and its copies made anew."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import datetime

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from nats.errors import Error as NatsError

from havn.operations.v1 import operations_pb2 as pb
from havn.operations.v1 import operations_pb2_grpc as rpc
from services.shared import wire
from services.shared.access import EVERYWHERE
from services.shared.call import current
from services.shared.consumers import Consumer
from services.shared.errors import BadInput, HavnError, NatsAway, NotFound, RoleNotAllowed, StateNotAllowed
from services.shared.inbox import mark
from services.shared.names import new_id
from services.shared.parking import WHY, Parked, Parking
from services.shared.rebuilding import Rebuilding
from services.shared.records import Change, after, next_token, page_size
from services.shared.server import Context
from services.shared.store import Store

log = structlog.get_logger()

_NAME = re.compile(r"parkedEvents/([1-9][0-9]{0,17})")
_SEQUENCE = re.compile(r"[0-9]{1,18}")


class OperationsApi(rpc.OperationsServiceServicer):
    """Parked events and rebuilds, for administrators of all authorities."""

    def __init__(
        self, store: Store, parking: Parking, consumers: Mapping[str, Consumer], rebuilding: Rebuilding
    ) -> None:
        self._store = store
        self._parking = parking
        self._consumers = consumers
        self._rebuilding = rebuilding

    def answers(self) -> tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]:
        """Its RPCs, and how they are registered beside a service's own."""
        descriptor = pb.DESCRIPTOR.services_by_name["OperationsService"]
        return descriptor, lambda server: rpc.add_OperationsServiceServicer_to_server(self, server)

    async def ListParked(self, request: pb.ListParkedRequest, context: Context) -> pb.ListParkedResponse:
        """A page of those that nobody dealt with."""
        _require_everywhere()
        size, begun = page_size(request.page_size), after(request.page_token) or "0"
        if not _SEQUENCE.fullmatch(begun):
            raise BadInput.of("page_token", "must be the next_page_token of the answer before, or empty")
        found: list[Parked] = []
        async with _nats(), aclosing(self._parking.waiting(int(begun))) as waiting:
            async for parked in waiting:
                if len(found) == size:
                    return _page(found, next_token(str(found[-1].sequence)))
                found.append(parked)
        return _page(found, "")

    async def RetryParked(self, request: pb.RetryParkedRequest, context: Context) -> pb.ParkedEvent:
        """Applies one: effect, mark and audit row in one transaction."""
        parked = await self._found(request.name)
        consumer = self._consumers.get(parked.consumer)
        if consumer is None:
            raise StateNotAllowed("this service has no such consumer any more: dismiss the event")
        with _told(consumer, parked):
            effect = await consumer.effect(parked.header("ce-type"), parked.data)

        def apply(change: Change) -> pb.ParkedEvent:
            _settle(change, parked)
            if effect:
                effect(Change(change.session, consumer.caller, change.now))
            return _message(parked)

        with _told(consumer, parked):
            return await self._store.change(request, pb.ParkedEvent, apply)

    async def DismissParked(self, request: pb.DismissParkedRequest, context: Context) -> pb.ParkedEvent:
        """Marks one as dealt with, and does nothing else. The kept answer says who did, and why."""
        parked = await self._found(request.name)

        def dismiss(change: Change) -> pb.ParkedEvent:
            _settle(change, parked)
            dismissed = _message(parked)
            dismissed.dismissal.CopyFrom(pb.Dismissal(author=change.caller.subject, reason=request.reason))
            return dismissed

        return await self._store.change(request, pb.ParkedEvent, dismiss)

    async def CreateRebuild(self, request: pb.CreateRebuildRequest, context: Context) -> pb.Rebuild:
        """Begins one."""
        _require_everywhere()
        copies = self._rebuilding.copies
        if not copies.each:
            raise StateNotAllowed("this service keeps no copies of other services' records")
        if missing := copies.unreachable():
            settings = ", ".join(f"HAVN_{owner.upper()}_ADDRESS" for owner in missing)
            raise StateNotAllowed(f"the service does not know where to ask: {settings} must be given")

        def begin(change: Change) -> pb.Rebuild:
            rebuild = new_id()
            self._rebuilding.begin(change, rebuild)
            return pb.Rebuild(name=f"rebuilds/{rebuild}")

        begun = await self._store.change(request, pb.Rebuild, begin)
        self._rebuilding.wake()
        return begun

    async def GetRebuild(self, request: pb.GetRebuildRequest, context: Context) -> pb.Rebuild:
        """How far it is."""
        _require_everywhere()
        done = await self._rebuilding.is_done(request.name.removeprefix("rebuilds/"))
        if done is None:
            raise NotFound(request.name)
        return pb.Rebuild(name=request.name, done=done, record_count=self._rebuilding.record_count)

    async def _found(self, name: str) -> Parked:
        _require_everywhere()
        matched = _NAME.fullmatch(name)
        async with _nats():
            parked = await self._parking.find(int(matched[1])) if matched else None
        if parked is None:
            raise NotFound(name)
        return parked


def _require_everywhere() -> None:
    if current().caller.authority != EVERYWHERE:
        raise RoleNotAllowed("this is about all authorities: come with a token for all")


def _settle(change: Change, parked: Parked) -> None:
    if not mark(change.session, parked.consumer, [parked.event_id], change.now):
        raise StateNotAllowed("the event was dealt with meanwhile")


@asynccontextmanager
async def _nats() -> AsyncIterator[None]:
    try:
        yield
    except (NatsError, OSError) as error:
        raise NatsAway("NATS does not answer, and parked events lie there: try again later") from error


@contextmanager
def _told(consumer: Consumer, parked: Parked) -> Iterator[None]:
    """What keeps an event from being applied is told by its type; the log says where it came from."""
    try:
        yield
    except HavnError:
        raise
    except Exception as error:
        log.warning("event.failed", consumer=consumer.name, event_id=parked.event_id, exception=error)
        raise StateNotAllowed(f"the event still can't be applied: {type(error).__name__}") from error


def _page(found: list[Parked], token: str) -> pb.ListParkedResponse:
    return pb.ListParkedResponse(parked_events=[_message(parked) for parked in found], next_page_token=token)


def _message(parked: Parked) -> pb.ParkedEvent:
    told = pb.ParkedEvent(
        name=f"parkedEvents/{parked.sequence}",
        event_id=parked.event_id,
        consumer=parked.consumer,
        subject=parked.subject,
        kind=parked.header("ce-type"),
        error=parked.header(WHY),
    )
    with suppress(ValueError):
        told.announce_time.CopyFrom(wire.timestamp(datetime.fromisoformat(parked.header("ce-time"))))
    if parked.message.time:
        told.park_time.CopyFrom(wire.timestamp(parked.message.time))
    return told
