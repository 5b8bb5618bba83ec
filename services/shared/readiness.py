"""Whether a service lives, and whether it is ready: two questions, told as gRPC health under different names.

It lives while its event loop turns; nothing else is mended by a restart. It is ready while all that it needs is there.
Its calls are answered while what calls need is there: events wait in the outbox where NATS is away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from grpc_health.v1 import health, health_pb2

log = structlog.get_logger()

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

LIVENESS = "liveness"
READINESS = "readiness"
"""Also the health of "", of which clients ask where they know no name."""

DATABASE, SCHEMA, NATS, STREAMS, OUTBOX = NEEDS = ("database", "schema", "nats", "streams", "outbox")
"""What a service needs: a write that works, tables of this version, JetStream, streams and consumers as configured, and
events that leave. Each has a health of its own, such as "readiness/nats"."""

FOR_CALLS = frozenset({DATABASE, SCHEMA})

CHECK_SECONDS = 1.0
CHECK_TIMEOUT_SECONDS = {DATABASE: 15.0}
"""A write may wait behind an import; what fails says so at once."""
OTHER_TIMEOUT_SECONDS = 2.0
BEAT_SECONDS = 0.5
MOST_LATE_SECONDS = 5.0

Check = Callable[[], Awaitable[object]]
"""Looks at what a service needs. Raises whatever it finds wrong."""


class Readiness:
    """What one service lacks, by the names of NEEDS, and how late its event loop is."""

    def __init__(self, rpcs: str) -> None:
        """`rpcs` is the gRPC service's full name: its health says whether calls are answered."""
        self.health = health.aio.HealthServicer()
        self._rpcs = rpcs
        self._lacking: set[str] = set()
        self._lives = True
        self._ending = False

    @property
    def lacking(self) -> frozenset[str]:
        """The needs that are not met."""
        return frozenset(self._lacking)

    async def tell(self, need: str, met: bool, error: str = "") -> None:
        """Says whether a need is met, whoever found out; said again it changes nothing."""
        if met == (need not in self._lacking):
            return
        if met:
            self._lacking.discard(need)
            log.info("need.met", need=need)
        else:
            self._lacking.add(need)
            log.warning("need.lacking", need=need, error=error)
        await self.publish()

    async def end(self) -> None:
        """No new calls are to come: ready for nothing from now on, and alive all the same."""
        self._ending = True
        await self.publish()

    async def publish(self) -> None:
        """Sets the health of every name."""
        ready = not self._lacking and not self._ending
        answers = FOR_CALLS.isdisjoint(self._lacking) and not self._ending
        told = {"": ready, READINESS: ready, self._rpcs: answers, LIVENESS: self._lives}
        for name, good in (told | {f"{READINESS}/{need}": need not in self._lacking for need in NEEDS}).items():
            await self.health.set(name, SERVING if good else NOT_SERVING)

    async def watch(self, checks: Mapping[str, Check]) -> None:
        """Looks at every need, again and again, each by itself: one that hangs hides no other."""
        await asyncio.gather(*(self._watch(need, check) for need, check in checks.items()))

    async def look(self, checks: Mapping[str, Check]) -> None:
        """Looks at every need once."""
        await asyncio.gather(*(self._look(need, check) for need, check in checks.items()))
        await self.publish()

    async def beat(self) -> None:
        """Measures how late the event loop is. One that hangs answers nothing, which says the same."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            late = loop.time() - due
            if (late < MOST_LATE_SECONDS) != self._lives:
                self._lives = not self._lives
                log.warning("loop.late" if not self._lives else "loop.in_time", seconds=round(late, 1))
                await self.publish()

    async def _watch(self, need: str, check: Check) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._look(need, check)

    async def _look(self, need: str, check: Check) -> None:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS.get(need, OTHER_TIMEOUT_SECONDS)):
                await check()
        except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the need is not met
            await self.tell(need, met=False, error=type(error).__name__)
        else:
            await self.tell(need, met=True)
