"""One start of Havn: up, perhaps with the demo and its journeys, ready, and down again."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import grpc
import uvloop
from nats.errors import Error as NatsError

from services.havn.commands.failures import Failed
from services.havn.commands.first_start import is_done, take_in
from services.havn.commands.output import print_document, tell
from services.havn.commands.refusals import failed
from services.havn.connection import Connection, connect
from services.havn.journeys import JOURNEYS
from services.havn.system import DataInUse, System
from services.havn.users import USERS
from services.havn.views.failure import failure, failure_document
from services.havn.views.phrases import Lang
from services.havn.views.started import demo_is_in, ended, first_start, heading, ready, started
from services.shared import logs
from services.shared.settings import Settings

T = TypeVar("T")

# The drain takes 3 of them at most; whatever then still computes has nothing to save.
GONE_SECONDS = 4.5


class Stopped(Exception):
    """Somebody asked Havn to end."""


@dataclass(frozen=True)
class Start:
    """What `havn up` was asked for."""

    settings: Settings
    today: date
    demo: bool
    stay: bool
    lang: Lang
    as_json: bool


def run(start: Start) -> None:
    """Runs Havn from start to end. Raises Failed where it does not come up, or a journey could not be shown."""
    data = start.settings.data
    start.settings.make_data_folder()
    with (data / "havn.log").open("a", buffering=1, encoding="utf-8") as log:
        logs.configure(log)
        uvloop.run(_run(start))


async def _run(start: Start) -> None:
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    begun = time.perf_counter()
    system = System(start.settings)
    await _entered(system, start.settings)
    visit = Visit(start, system, begun)
    try:
        await _until_stopped(stopping, visit.show())
        if start.stay:
            await stopping.wait()
    except Stopped:
        pass
    finally:
        _be_gone_in(GONE_SECONDS)
        visit.close()
        await system.stop()
    if start.stay and not start.as_json:
        tell(ended(start.lang))
    visit.raise_failures()


async def _entered(system: System, settings: Settings) -> None:
    """Starts the system. Raises Failed for what may stand in its way."""
    try:
        await system.__aenter__()
    except DataInUse as error:
        raise Failed(f"{error}.", reason="DATA_IN_USE") from error
    except (RuntimeError, NatsError, OSError) as error:
        raise Failed(f"Havn does not start: {error}. See {settings.data / 'havn.log'}.", "UNAVAILABLE") from error


async def _until_stopped(stopping: asyncio.Event, work: Awaitable[None]) -> None:
    """Does the work. Raises Stopped when it is asked to stop before."""
    doing, stop = asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait())
    await asyncio.wait({doing, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not doing.done():
        doing.cancel()
        raise Stopped
    doing.result()


@dataclass
class Visit:
    """What people are shown of one start. Blocking calls are made in threads, never in that of the event loop."""

    start: Start
    system: System
    begun: float
    document: dict[str, Any] = field(default_factory=dict)
    _connections: dict[str, Connection] = field(default_factory=dict)
    _failures: list[Failed] = field(default_factory=list)
    _closed: bool = False

    def as_user(self, user: str) -> Connection:
        """The connection of a demo user."""
        if user not in self._connections:
            self._connections[user] = connect(self.system.addresses, self.system.signer, USERS[user])
        return self._connections[user]

    async def show(self) -> None:
        """The demo and its journeys, where asked for; then that Havn is ready."""
        self._tell(started(time.perf_counter() - self.begun, self.start.lang))
        if self.start.demo:
            await asyncio.to_thread(self._take_in_demo)
            for name in JOURNEYS:
                await asyncio.to_thread(self._journey, name)
        self.system.announce()
        self._ready(time.perf_counter() - self.begun)

    def close(self) -> None:
        """Ends calls under way; what they can't do then is no failure."""
        self._closed = True
        for connection in self._connections.values():
            connection.close()

    def raise_failures(self) -> None:
        """Raises the first Failed of the journeys, if any."""
        for each in self._failures:
            raise each

    def _take_in_demo(self) -> None:
        data = self.start.settings.data
        if is_done(data):
            return
        begun = time.perf_counter()
        self._tell(first_start(self.start.lang))
        with _refused_as_failed():
            rows = take_in(data, self.start.today, self.as_user)
        self._tell(demo_is_in(rows, data / "demo", time.perf_counter() - begun, self.start.lang))

    def _journey(self, name: str) -> None:
        documents = self.document.setdefault("journeys", {})[name] = []
        try:
            with _refused_as_failed():
                for scene in JOURNEYS[name](self.as_user, self.start.today, self.start.lang):
                    self._tell(heading(scene.heading, scene.command))
                    self._tell(scene.told)
                    documents.append(scene.document)
        except Failed as error:
            if self._closed:
                return
            # People may have changed the demo since: Havn runs all the same.
            self._failures.append(error)
            documents.append(failure_document(error))
            self._tell(failure(error))

    def _ready(self, seconds: float) -> None:
        data = self.start.settings.data
        if self.start.as_json:
            print_document({"data": str(data), "addresses": self.system.addresses, "seconds": seconds} | self.document)
        else:
            tell(ready(data, self.system.addresses, seconds, self.start.stay, self.start.lang))
            sys.stdout.flush()

    def _tell(self, told: Any) -> None:  # noqa: ANN401
        if not self.start.as_json:
            tell(told)
            sys.stdout.flush()


@contextmanager
def _refused_as_failed() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise failed(error) from error


def _be_gone_in(seconds: float) -> None:
    """Ends the process when the time is up: a plan that is being computed can't be interrupted otherwise."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    sys.stdout.flush()
    os._exit(0)
