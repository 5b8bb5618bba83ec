"""A storm over the embedded form: one process over SQLite files, on a disk that fills up, and whose power goes."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import grpc
import pytest
from sqlmodel import Session

from services.shared import access, clients
from services.shared.access import Caller
from services.shared.settings import SERVICES
from tests.chaos import witness
from tests.chaos.disk import Disk
from tests.chaos.ledger import Ledger
from tests.chaos.load import Office, Person
from tests.chaos.supervisor import signal_all
from tests.chaos.test_judge import Files, judging
from tests.conftest import eventually
from tests.processes import Process, free_port

PEOPLE = 3
FULL_SECONDS = 3.0
DISK_MEGABYTES = 100
PATIENCE_SECONDS = 120.0


class Embedded:
    """`havn up` on a disk of its own."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self.disk = disk
        self.data = disk.folder / "data"
        self._ports = {service: free_port() for service in SERVICES}
        # One that was just made may be lost with the power; this machine has been up for a while.
        self._signer = access.Signer(access.key_from(self.data / "keys" / "token.pem"))
        disk.sync()
        ports = {f"HAVN_{service.upper()}_PORT": str(port) for service, port in self._ports.items()}
        environment = os.environ | {"HAVN_DATA": str(self.data), "HAVN_PLAN_SECONDS": "1"} | ports
        command = [sys.executable, "-m", "services.havn", "up", "--stay"]
        self.process = Process("havn", command, environment, folder / "log")

    def channels(self, caller: Caller) -> dict[str, grpc.aio.Channel]:
        """The services as somebody calls them."""
        tokens = clients.Tokens(self._signer, caller)
        return {name: clients.channel(name, f"127.0.0.1:{port}", tokens) for name, port in self._ports.items()}

    async def killed(self) -> None:
        """As kill -9 does; it is started again at once."""
        await asyncio.to_thread(self.process.kill)
        self.process.start()

    async def full(self) -> None:
        """No room for a while. Nothing is started again."""
        await asyncio.to_thread(self.disk.fill)
        await asyncio.sleep(FULL_SECONDS)
        self.disk.free()

    async def cut(self) -> None:
        """The power goes: what is not on the disk is lost."""
        assert self.process.running
        pid = self.process.running.pid
        signal_all(pid, signal.SIGSTOP)
        await asyncio.to_thread(self.disk.copy)
        signal_all(pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.kill)
        await asyncio.to_thread(self.disk.lose)
        self.process.start()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Embedded]:
    disk = Disk(tmp_path / "image", tmp_path / "disk", DISK_MEGABYTES)
    disk.make()
    if disk.why_not:
        pytest.skip(disk.why_not)
    havn = Embedded(disk, tmp_path)
    havn.process.start()
    try:
        yield havn
    finally:
        havn.process.kill()
        disk.remove()


async def settled(data: Path, ledger: Ledger) -> None:
    """Returns once the judge finds nothing wrong: nothing lost, doubled, made up, or waiting to be sent."""
    engine = Files(data).engine(witness.NAME)
    witness.make_tables(engine)
    with judging(data) as judge:

        def clean() -> bool:
            # Nobody but the services listens here: what was written counts as seen.
            with Session(engine) as session:
                session.add_all(witness.Seen(witness=witness.NAME, event=event) for event in judge.unseen())
                session.commit()
            found = judge.judge(ledger.read())
            judge.check_audit(found)
            print(found.counts)
            return found.clean

        await eventually(lambda: asyncio.to_thread(clean))
    engine.dispose()


async def test_nothing_that_was_answered_is_lost_or_doubled_and_all_events_arrive(
    embedded: Embedded, tmp_path: Path
) -> None:
    ledger, over = Ledger(tmp_path / "ledger"), asyncio.Event()
    office = Office(embedded.channels, ledger)
    people = [Person(number, office, random.Random(number)) for number in range(PEOPLE)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(person.settle_in() for person in people))
    working = [asyncio.create_task(person.work(over)) for person in people]
    faults: list[Callable[[], Awaitable[None]]] = [embedded.killed, embedded.full, embedded.cut, embedded.full]
    for fault in faults:
        await asyncio.sleep(1)
        await fault()
        async with asyncio.timeout(PATIENCE_SECONDS):
            ledger.answer.clear()
            await ledger.answer.wait()
    over.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*working)
    await settled(embedded.data, ledger)
