"""Havn as it is run: in one process, as `make run` starts it, and as it is deployed, each replica in one of its own."""

import os
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.imports import Havn
from bench.pages.browserless import Visitor, logged_in
from bench.services.place import SERVICES, Place
from bench.services.processes import running
from services.havn.nats_server import NatsServer
from services.havn.system import DEFINITIONS
from services.havn.users import USERS
from services.shared import access
from services.shared.access import Signer
from services.shared.settings import Settings
from tests.processes import free_port

START_SECONDS = 60.0

CONSOLES = 2
"""Replicas of the console: as many as docker-compose.yml has."""

# One person here stands for ten.
UNLIMITED = {"HAVN_CALLS_PER_SECOND": "10000"}


@dataclass(frozen=True)
class Form:
    """A Havn that runs: where the replicas of its console are, and the processes that it consists of."""

    name: str
    consoles: Sequence[str]
    signer: Signer
    processes: Sequence[int]

    async def visitor(self, user: str) -> Visitor:
        """A demo user who is logged in."""
        return await logged_in(self.consoles, {"token": self.signer.token(USERS[user])})

    def processor_seconds(self) -> float:
        """What all of its processes have computed."""
        return sum(_processor_seconds(process) for process in self.processes)


def embedded(havn: Havn) -> Form:
    """A Havn that `havn up` started: all but NATS in one process."""
    return Form("one process", (havn.console,), _signer(havn.data), (havn.pid,))


@asynccontextmanager
async def distributed(data: Path) -> AsyncIterator[Form]:
    """The services in a process each, and two of the console, over the data of a Havn that ended."""
    nats = NatsServer(data / "nats", {each.name: each.grants() for each in DEFINITIONS})
    await nats.start()
    async with AsyncExitStack() as opened:
        opened.push_async_callback(nats.stop)
        place = Place(data, "", "")
        processes = []
        for service in SERVICES:
            place.nats_url = nats.url(service)
            processes.append(opened.enter_context(place.service(service, UNLIMITED)).child.pid)
        ports = [free_port() for _ in range(CONSOLES)]
        for port in ports:
            console = running(["services.havn", "serve", "console"], _of_console(place, port), data / f"{port}.log")
            processes.append(opened.enter_context(console).pid)
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        for address in addresses:
            _until_it_answers(address)
        yield Form("deployed", addresses, place.signer, processes)


def _of_console(place: Place, port: int) -> Mapping[str, str]:
    addresses = {f"HAVN_{service.upper()}_ADDRESS": place.addresses[service] for service in SERVICES}
    return {
        "HAVN_DATA": str(place.folder),
        "HAVN_KEY_FILE": str(place.key),
        "HAVN_CONSOLE_PORT": str(port),
        **addresses,
    }


def _until_it_answers(console: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{console}/alive").close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _signer(data: Path) -> Signer:
    return Signer(access.key_from(Settings(data=data).signing_key))


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
