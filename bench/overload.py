"""Ten times as many callers as a service answers at a time: what the others are told, and whether the answered notice.

`python -m bench.overload [seconds]`; prints a table, and the figures land in bench/results/overload.json. The service
is placements on SQLite, told to answer 16 calls at a time; each call is a read that leaves a row in the audit trail.
Who is refused tries again after half a second to one and a half, as the refusal says. Rounds alternate, and the last
row is the first load again, each time right after the overload. The first second of each, in which all callers come at
the same moment, counts too; `later` leaves it out.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import uvloop

from bench.services import report, seed
from bench.services.calls import DEADLINE_SECONDS, Call
from bench.services.place import SERVICES, UNLIMITED, Place
from havn.placements.v1.placements_pb2 import GetRequestRequest
from services.havn.commands.surroundings import settings, today
from services.havn.nats_server import NatsServer
from services.shared.grants import Grants
from services.shared.limits import RETRY_SECONDS

RESULTS = Path(__file__).parent / "results" / "overload.json"
PATH = "/havn.placements.v1.PlacementsService/GetRequest"
ALL = "bench"
AT_A_TIME = 16
OVERLOAD = 10
ROUNDS = 3
SECONDS = 5.0
FIRST_SECONDS = 1.0
GOAL = 2.0
"""At most so many times as long as without overload the slowest of a hundred answers may take."""

AS_MANY, MORE, AGAIN = "as many as are answered", f"{OVERLOAD} times as many", "as many again"


@dataclass
class Load:
    """What so many callers were told, over all rounds."""

    name: str
    callers: int
    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    """Milliseconds until each answer."""
    later: list[float] = field(default_factory=list)
    """Those to what was asked after the first second."""
    refused: list[float] = field(default_factory=list)
    """Milliseconds until each refusal."""

    async def last(self, address: str, token: str, seconds: float) -> None:
        """Lets them call for so many seconds."""
        async with grpc.aio.insecure_channel(address) as channel:
            call: Call = channel.unary_unary(PATH)
            began = time.perf_counter()
            first = began + FIRST_SECONDS
            await asyncio.gather(*(self._call(call, token, first, began + seconds) for _ in range(self.callers)))
            self.seconds += time.perf_counter() - began

    async def _call(self, call: Any, token: str, first: float, until: float) -> None:  # noqa: ANN401  # gRPC gives bytes no type
        request = GetRequestRequest(name=seed.REQUEST).SerializeToString()
        metadata = (("authorization", f"Bearer {token}"),)
        while (began := time.perf_counter()) < until:
            try:
                await call(request, timeout=DEADLINE_SECONDS, metadata=metadata)
                self.answered.append((time.perf_counter() - began) * 1000)
                if began >= first:
                    self.later.append(self.answered[-1])
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise
                self.refused.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(random.uniform(*RETRY_SECONDS))

    def row(self, quiet: "Load") -> dict[str, Any]:
        """Its figures, beside those without overload."""
        p99 = _percentile(self.answered, 99)
        return {
            "callers": self.name,
            "number": self.callers,
            "answered per second": round(len(self.answered) / self.seconds),
            "p50 ms": _percentile(self.answered, 50),
            "p99 ms": p99,
            "times": round(p99 / _percentile(quiet.answered, 99), 2),
            "goal": "" if self is quiet else GOAL,
            "later p99 ms": _percentile(self.later, 99),
            "later times": round(_percentile(self.later, 99) / _percentile(quiet.later, 99), 2),
            "refused per second": round(len(self.refused) / self.seconds),
            "refused p50 ms": _percentile(self.refused, 50),
            "refused p99 ms": _percentile(self.refused, 99),
        }


def _percentile(values: list[float], hundredth: int) -> float:
    return round(statistics.quantiles(values, n=100)[hundredth - 1], 1) if len(values) > 1 else 0.0


async def measure(place: Place, seconds: float) -> list[dict[str, Any]]:
    """Starts the services and measures one of them."""
    quiet, loaded = Load(AS_MANY, AT_A_TIME), Load(MORE, AT_A_TIME * OVERLOAD)
    again = Load(AGAIN, AT_A_TIME)
    with ExitStack() as running:
        for name in SERVICES:
            running.enter_context(place.service(name, {**UNLIMITED, "HAVN_CALLS_AT_A_TIME": str(AT_A_TIME)}))
        await asyncio.to_thread(seed.take_in, place.connected("administrator"), place, today(settings()))
        address, token = place.addresses["placements"], place.token("coordinator")
        await Load("to warm up", AT_A_TIME).last(address, token, 1.0)
        for _ in range(ROUNDS):
            for load in (quiet, loaded, again):
                await load.last(address, token, seconds)
    return [load.row(quiet) for load in (quiet, loaded, again)]


async def main(seconds: float) -> None:
    """Measures in a folder that is gone afterwards, and shows what came of it."""
    if seconds <= FIRST_SECONDS:
        raise SystemExit(f"give more than {FIRST_SECONDS:g} second: what comes later than the first one is told too")
    with tempfile.TemporaryDirectory() as folder:
        server = NatsServer(Path(folder) / "nats", {ALL: Grants((">",), (">",))})
        await server.start()
        try:
            rows = await measure(Place(Path(folder), server.url(ALL), ""), seconds)
        finally:
            await server.stop()
    report.show(rows)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
