"""Events per second from one outbox to another service's records, beside the same number through the bare chain."""

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from bench.services import chain
from havn.families.v1.events_pb2 import FosterFamilyChanged
from havn.families.v1.families_pb2 import CreateFosterFamilyRequest, FosterFamily, ImportFamiliesRequest
from services.havn.connection import Connection

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120.0
IMPORT_SECONDS = 25.0


@dataclass
class Chain:
    """A chain from an outbox to an inbox: its stream, its consumer, how its outbox is filled, and what came of it."""

    name: str
    stream: str
    consumer: str
    fill: Callable[[int], None]
    rates: list[float] = field(default_factory=list)

    async def measure(self, jetstream: JetStreamContext, number: int) -> None:
        """Fills the outbox in one transaction, and waits until the last event is applied and acknowledged."""
        before = (await jetstream.stream_info(self.stream)).state.last_seq
        await asyncio.to_thread(self.fill, number)
        began = time.perf_counter()
        await self.caught_up(jetstream, before + number)
        self.rates.append(number / (time.perf_counter() - began))

    async def caught_up(self, jetstream: JetStreamContext, last: int) -> None:
        """Returns when all on the stream, which goes up to `last` at least, is acknowledged."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_acknowledged(jetstream, last):  # noqa: ASYNC110  # it is another process's event
                await asyncio.sleep(POLL_SECONDS)

    async def _is_acknowledged(self, jetstream: JetStreamContext, last: int) -> bool:
        try:
            found = await jetstream.consumer_info(self.stream, self.consumer)
        except NotFoundError:
            return False
        up_to = found.ack_floor.stream_seq if found.ack_floor else 0
        return up_to >= last and not found.num_pending and not found.num_ack_pending


def families(administrator: Connection, model: FosterFamily) -> Chain:
    """Families that are imported, until matching knows them."""

    def fill(number: int) -> None:
        administrator.families.ImportFamilies(_rows(model, number), timeout=IMPORT_SECONDS)

    return Chain("families to matching", "families", "matching-homes-v1", fill)


def bare(outbox: str, model: FosterFamily) -> Chain:
    """The same events through the bare chain."""
    body = FosterFamilyChanged(family=model).SerializeToString()

    def fill(number: int) -> None:
        chain.fill(outbox, [(uuid.uuid4().hex, body) for _ in range(number)])

    return Chain("bare chain", chain.STREAM, chain.CONSUMER, fill)


def _rows(model: FosterFamily, number: int) -> Iterator[ImportFamiliesRequest]:
    for place in range(number):
        family = CreateFosterFamilyRequest(family=model, id=uuid.uuid4().hex)
        yield ImportFamiliesRequest(family=family, request_id="" if place else uuid.uuid4().hex)
