"""Services in processes of their own are killed while requests are filed: what was answered is there, once."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest_asyncio

from havn.capacity.v1 import capacity_pb2 as capacity
from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceStub
from havn.placements.v1 import placements_pb2 as placements
from havn.placements.v1.placements_pb2_grpc import PlacementsServiceStub
from services.shared import access
from tests import cast, databases
from tests.bus import OpenServer
from tests.conftest import eventually
from tests.processes import free_port

if TYPE_CHECKING:
    from havn.capacity.v1.capacity_pb2_grpc import CapacityServiceAsyncStub
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

WRITERS = 4
WRITES = 30
"""Of each writer."""

DEADLINE = 45.0


@dataclass
class Processes:
    """placements and capacity, each in a process that can be killed and started again on its port."""

    environment: dict[str, str]
    nats_urls: dict[str, str]
    ports: dict[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, service: str) -> None:
        log = Path(self.environment["HAVN_DATA"]) / f"{service}.log"
        with log.open("ab") as stream:
            self.running[service] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}"],
                env=self.environment | {"HAVN_NATS_URL": self.nats_urls[service]},
                stderr=stream,
            )

    def kill(self, service: str) -> None:
        self.running[service].kill()
        self.running[service].wait()

    def terminate(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            assert process.wait(DEADLINE) == 0


@dataclass
class Coordinator:
    """Files requests, each until it is answered, and keeps a ledger of the answers."""

    placements: "PlacementsServiceAsyncStub"
    capacity: "CapacityServiceAsyncStub"
    token: tuple[tuple[str, str], ...]
    ledger: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def file(self) -> None:
        request = cast.filing(id="")
        while True:
            try:
                filed = await self.placements.CreateRequest(
                    request, metadata=self.token, timeout=DEADLINE, wait_for_ready=True
                )
            except grpc.aio.AioRpcError:
                self.repeated += 1
                continue
            self.ledger[request.request_id] = filed.name
            self.answered.set()
            return

    async def file_many(self) -> None:
        for _ in range(WRITES):
            await self.file()

    async def filed(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while len(self.ledger) < count:
                self.answered.clear()
                await self.answered.wait()

    async def requests(self) -> Counter[str]:
        names: Counter[str] = Counter()
        asked = placements.ListRequestsRequest(page_size=200)
        while True:
            page = await self.placements.ListRequests(asked, metadata=self.token, timeout=DEADLINE, wait_for_ready=True)
            names.update(request.name for request in page.requests)
            asked.page_token = page.next_page_token
            if not asked.page_token:
                return names

    async def waiting(self) -> Counter[str]:
        names: Counter[str] = Counter()
        asked = capacity.ListWaitingListRequest(page_size=200)
        while True:
            page = await self.capacity.ListWaitingList(
                asked, metadata=self.token, timeout=DEADLINE, wait_for_ready=True
            )
            names.update(entry.request for entry in page.entries)
            asked.page_token = page.next_page_token
            if not asked.page_token:
                return names


@pytest_asyncio.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    nats = OpenServer(tmp_path / "nats")
    await nats.start()
    ports = {service: free_port() for service in ("placements", "capacity")}
    access.key_from(tmp_path / "keys" / "token.pem")
    environment = os.environ | {
        "HAVN_DATA": str(tmp_path),
        **databases.environment(tmp_path),
        "HAVN_PLACEMENTS_ADDRESS": f"127.0.0.1:{ports['placements']}",
        **{f"HAVN_{service.upper()}_PORT": str(port) for service, port in ports.items()},
    }
    started = Processes(environment, nats.urls, ports)
    try:
        for service in ports:
            started.start(service)
        yield started
        await asyncio.to_thread(started.terminate)
    finally:
        for process in started.running.values():
            process.kill()
        await nats.stop()


@pytest_asyncio.fixture
async def coordinator(processes: Processes, tmp_path: Path) -> AsyncIterator[Coordinator]:
    signer = access.Signer(access.key_from(tmp_path / "keys" / "token.pem"))
    soon = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=soon) for port in processes.ports.values()]
    token = (("authorization", f"Bearer {signer.token(cast.COORDINATOR)}"),)
    yield Coordinator(PlacementsServiceStub(channels[0]), CapacityServiceStub(channels[1]), token)
    for channel in channels:
        await channel.close()


async def test_what_was_answered_before_a_kill_is_there_once_and_waits_once(
    processes: Processes, coordinator: Coordinator
) -> None:
    async def all_wait() -> bool:
        return set(coordinator.ledger.values()) <= set(await coordinator.waiting())

    writers = [asyncio.create_task(coordinator.file_many()) for _ in range(WRITERS)]
    everything = WRITERS * WRITES
    for number, service in enumerate(("capacity", "placements"), start=1):
        await coordinator.filed(number * everything // 3)
        await asyncio.to_thread(processes.kill, service)
        processes.start(service)
    await asyncio.gather(*writers)
    await eventually(all_wait)

    answered = Counter(coordinator.ledger.values())
    assert len(answered) == everything
    assert coordinator.repeated > 0
    assert await coordinator.requests() == answered
    assert await coordinator.waiting() == answered
