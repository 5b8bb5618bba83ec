"""Each thing that a service needs goes away and comes back: it is not ready meanwhile, and lives all the time."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import grpc
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2
from rich.console import Console
from sqlalchemy import text

from services.havn.views.status import LACKING, status
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import needs, postgres, readiness
from tests import cast, databases
from tests.conftest import WAIT_SECONDS, Havn, eventually, running_havn

RPCS = "havn.placements.v1.PlacementsService"
ANSWERS_CALLS = {"nats": True, "outbox": True, "database": False, "schema": False}
"""Whether calls go on while a need is not met."""


@pytest_asyncio.fixture(scope="module")
async def havn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Havn]:
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(readiness, "CHECK_SECONDS", 0.05)
        patience.setattr(readiness, "OTHER_TIMEOUT_SECONDS", 0.5)
        async with running_havn(tmp_path_factory.mktemp("ready"), [PLACEMENTS]) as running:
            yield running


@pytest_asyncio.fixture(scope="module")
async def probe(havn: Havn) -> AsyncIterator["Probe"]:
    async with grpc.aio.insecure_channel(havn.services["placements"].address) as channel:
        yield Probe(channel)


class Probe:
    """Asks for health, as a balancer or an operator does."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        ask, answer = health_pb2.HealthCheckRequest.SerializeToString, health_pb2.HealthCheckResponse.FromString
        self._check = channel.unary_unary("/grpc.health.v1.Health/Check", ask, answer)
        self._watch = channel.unary_stream("/grpc.health.v1.Health/Watch", ask, answer)

    async def says(self, name: str) -> bool:
        answer = await self._check(health_pb2.HealthCheckRequest(service=name), timeout=10)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def watch(self, name: str) -> AsyncIterator[bool]:
        async for answer in self._watch(health_pb2.HealthCheckRequest(service=name), timeout=WAIT_SECONDS):
            yield bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def lacking(self) -> list[str]:
        return [need for need in readiness.NEEDS if not await self.says(f"readiness/{need}")]

    async def until_lacking(self, needs: list[str], serving: Mapping[str, bool]) -> None:
        """Returns once this is lacking alone, and health says so under each name.

        What was lacking before may come back late: a connection that was frozen is made anew. On a busy machine a need
        is now and then found not to be met.
        """

        async def said() -> bool:
            assert await self.says("liveness")
            told = [await self.says(name) for name in serving]
            return (await self.lacking(), told) == (needs, list(serving.values()))

        await eventually(said)


@contextmanager
def nats_away(havn: Havn) -> Iterator[None]:
    with cast.paused(havn.nats.pid):
        yield


@contextmanager
def database_taken(havn: Havn) -> Iterator[None]:
    """Somebody else holds the writers' only lock for longer than Havn waits for it."""
    taken = f"SELECT pg_advisory_xact_lock({postgres.WRITING})" if databases.on_postgres() else "BEGIN IMMEDIATE"
    with databases.owner(havn.database("placements")) as other:
        other.exec_driver_sql(taken)
        yield


@contextmanager
def tables_old(havn: Havn) -> Iterator[None]:
    with databases.owner(havn.database("placements")) as other:
        version = other.scalar(text("SELECT version_num FROM alembic_version"))
        other.execute(text("DELETE FROM alembic_version"))
    try:
        yield
    finally:
        with databases.owner(havn.database("placements")) as other:
            other.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})


@contextmanager
def events_late(havn: Havn) -> Iterator[None]:
    # A subject that NATS has no stream for: it can't be sent.
    told = (havn.clock.now() - needs.LATE - timedelta(seconds=1)).isoformat()
    late = "INSERT INTO outbox (event_id, subject, kind, body, time) VALUES ('late', 'nowhere', 'kind', '', :told)"
    with databases.owner(havn.database("placements")) as other:
        other.execute(text(late), {"told": told})
    try:
        yield
    finally:
        with databases.owner(havn.database("placements")) as other:
            other.execute(text("DELETE FROM outbox WHERE event_id = 'late'"))


FAULTS: dict[str, Callable[[Havn], AbstractContextManager[None]]] = {
    "nats": nats_away,
    "database": database_taken,
    "schema": tables_old,
    "outbox": events_late,
}


async def test_a_service_is_ready_when_it_has_started(probe: Probe) -> None:
    await probe.until_lacking([], dict.fromkeys(("", "readiness", "liveness", RPCS), True))


@pytest.mark.parametrize("need", FAULTS)
async def test_a_service_is_not_ready_while_it_lacks_what_it_needs_and_lives_all_the_time(
    need: str, havn: Havn, probe: Probe
) -> None:
    with FAULTS[need](havn):
        await probe.until_lacking([need], {"": False, RPCS: ANSWERS_CALLS[need]})
    await probe.until_lacking([], {"readiness": True})


async def test_a_service_whose_event_loop_hung_does_not_live_until_it_turns_again(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "MOST_LATE_SECONDS", 0.2)
    lives = probe.watch("liveness")
    # A busy machine may be that late too.
    while not await anext(lives):
        pass
    asyncio.get_running_loop().call_soon(time.sleep, 2 * readiness.BEAT_SECONDS)
    assert not await anext(lives)
    assert await anext(lives)


def test_people_are_told_what_a_service_lacks() -> None:
    services = [
        {"name": "placements", "address": "a:1", "status": "SERVING", "lacking": []},
        {"name": "families", "address": "a:2", "status": "NOT_SERVING", "lacking": list(readiness.NEEDS)},
        {"name": "capacity", "address": "a:3", "status": "NOT_SERVING", "lacking": []},
        {"name": "matching", "address": "a:4", "status": "UNAVAILABLE", "lacking": []},
    ]
    console = Console(record=True, width=400, file=io.StringIO())
    console.print(*status("/data", services))
    _data, *told = [line for line in console.export_text().splitlines() if "a:" in line or "Data" in line]
    for line, words in zip(told, ["is ready", "is not ready: ", "is ending", "does not answer"], strict=True):
        assert words in line
    assert all(words in told[1] for words in LACKING.values())
    assert list(LACKING) == list(readiness.NEEDS)
