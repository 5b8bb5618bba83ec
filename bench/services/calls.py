"""Calls of one kind, as many as are answered in a while."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc

from bench.services.processes import Served

DEADLINE_SECONDS = 10.0

Call = grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]


@dataclass
class Measured:
    """What came of calls by so many callers at a time, round by round."""

    rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    processor_milliseconds: list[float] = field(default_factory=list)


@dataclass
class Calls:
    """One kind of call: who answers it, its RPC's path, and how a request is made."""

    name: str
    server: Served
    path: str
    token: str
    request: Callable[[], bytes]
    measured: dict[int, Measured] = field(default_factory=dict)

    async def measure(self, callers: int, seconds: float) -> None:
        """Calls for so many seconds by so many callers, each of whom waits for the answer. Raises on any refusal."""
        # Messages stay bytes here, so that what is measured is the service more than this client.
        async with grpc.aio.insecure_channel(self.server.address) as channel:
            call: Call = channel.unary_unary(self.path)
            await self._ask(call)
            computed, began = self.server.processor_seconds(), time.perf_counter()
            times = await asyncio.gather(*(self._repeat(call, began + seconds) for _ in range(callers)))
            lasted, computed = time.perf_counter() - began, self.server.processor_seconds() - computed
        answered = [each for some in times for each in some]
        into = self.measured.setdefault(callers, Measured())
        into.rates.append(len(answered) / lasted)
        into.milliseconds += answered
        into.processor_milliseconds.append(computed * 1000 / len(answered))

    async def _repeat(self, call: Call, until: float) -> list[float]:
        times = []
        while (began := time.perf_counter()) < until:
            await self._ask(call)
            times.append((time.perf_counter() - began) * 1000)
        return times

    async def _ask(self, call: Call) -> None:
        metadata = (("authorization", f"Bearer {self.token}"),)
        await call(self.request(), timeout=DEADLINE_SECONDS, metadata=metadata)
