"""Replicas are told to end under load, again and again: no call fails, for a client that tries again as Havn's do.

HAVN_STOPS says how often.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.shared import access, clients, readiness
from services.shared.clients import Tokens
from tests import cast, databases
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS, eventually
from tests.postgres import Server
from tests.processes import Process, free_port

STOPS = int(os.environ.get("HAVN_STOPS", "4"))
WRITERS = 6
BETWEEN = 20
"""Answers between one stop and the next."""

NOTICE_SECONDS = "1.5"
"""Longer than a client takes to find out that the other one is back."""


@pytest_asyncio.fixture
async def replicas(tmp_path: Path) -> AsyncIterator[dict[int, Process]]:
    """Two of placements, on one database, by their ports."""
    postgres, nats = Server(fsync="off"), OpenServer(tmp_path / "nats")
    await nats.start()
    databases.make(postgres, "placements", "placements")
    access.key_from(tmp_path / "keys" / "token.pem")
    environment = os.environ | {
        "HAVN_DATA": str(tmp_path),
        "HAVN_NATS_URL": nats.url("placements"),
        "HAVN_DATABASE_URL": postgres.url("{service}", "havn"),
        "HAVN_NOTICE_SECONDS": NOTICE_SECONDS,
        "HAVN_CALLS_PER_SECOND": "1000000",
    }
    command = [sys.executable, "-m", "services.placements"]
    started = {}
    for port in (free_port(), free_port()):
        own = environment | {"HAVN_PLACEMENTS_PORT": str(port)}
        started[port] = Process(str(port), command, own, tmp_path / f"{port}.log")
        started[port].start()
    try:
        yield started
    finally:
        for replica in started.values():
            replica.kill()
        await nats.stop()
        postgres.stop()


async def ready(port: int) -> bool:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
        try:
            asked = health_pb2.HealthCheckRequest(service="readiness")
            answer = await check(asked, timeout=WAIT_SECONDS, wait_for_ready=True)
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == readiness.SERVING)


class Load:
    """Files requests and reads them, through one channel as services have them; whatever fails, fails the test."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._placements = PlacementsServiceStub(channel)
        self.filed: list[str] = []
        self._answered = asyncio.Event()
        self._over = False

    async def write(self) -> None:
        while not self._over:
            filed = await self._placements.CreateRequest(cast.filing(id=""))
            self.filed.append(filed.name)
            self._answered.set()
            assert await self._placements.GetRequest(pb.GetRequestRequest(name=filed.name)) == filed

    async def more(self, number: int) -> None:
        """Returns when so many more were filed."""
        until = len(self.filed) + number
        async with asyncio.timeout(WAIT_SECONDS):
            while len(self.filed) < until:
                self._answered.clear()
                await self._answered.wait()

    def end(self) -> None:
        self._over = True

    async def kept(self) -> list[str]:
        names: list[str] = []
        asked = pb.ListRequestsRequest(page_size=200)
        while True:
            page = await self._placements.ListRequests(asked)
            names += [request.name for request in page.requests]
            asked.page_token = page.next_page_token
            if not asked.page_token:
                return names


async def test_no_call_fails_while_replicas_end_and_come_back_under_load(
    replicas: dict[int, Process], tmp_path: Path
) -> None:
    ports = list(replicas)
    for port in ports:
        await eventually(lambda port=port: ready(port))  # type: ignore[misc]
    signer = access.Signer(access.key_from(tmp_path / "keys" / "token.pem"))
    address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    channel = clients.channel("placements", address, Tokens(signer, cast.COORDINATOR))
    load = Load(channel)
    writers = [asyncio.create_task(load.write()) for _ in range(WRITERS)]
    for turn in range(STOPS):
        port = ports[turn % 2]
        await load.more(BETWEEN)
        assert await asyncio.to_thread(replicas[port].stop) == 0
        await load.more(BETWEEN)
        replicas[port].start()
        await eventually(lambda port=port: ready(port))  # type: ignore[misc]
    load.end()
    await asyncio.gather(*writers)
    assert sorted(await load.kept()) == sorted(load.filed)
    await channel.close()
