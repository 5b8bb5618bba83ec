"""One start of Havn: up, perhaps with the demo and its journeys, ready, and down again."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

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
from services.havn.users import ROLES, USERS
from services.havn.views.failure import failure, failure_document
from services.havn.views.phrases import Lang
from services.havn.views.started import console, demo_is_in, ended, first_start, heading, ready, started
from services.shared import garbage, logs
from services.shared.clients import Tokens
from services.shared.settings import Settings
from services.shared.stopping import Stop


@dataclass(frozen=True)
class Start:
    """What `havn up` was asked for."""

    settings: Settings
    today: date
    demo: bool
    stay: bool
    lang: Lang
    as_json: bool


def run(start: Start, stop: Stop) -> None:
    """Runs Havn from start to end. Raises Failed where it does not come up, or a journey could not be shown."""
    data = start.settings.data
    start.settings.make_data_folder()
    with (data / "havn.log").open("a", buffering=1, encoding="utf-8") as log:
        logs.configure(log)
        uvloop.run(_run(start, stop))


async def _run(start: Start, stop: Stop) -> None:
    if stop.asked:
        return
    begun = time.perf_counter()
    system = System(start.settings)
    await _entered(system, start.settings)
    garbage.look_seldom()
    visit = Visit(start, system, stop, begun)
    showing = asyncio.create_task(visit.show())
    code = Failed.exit_code
    try:
        await stop.or_done(showing)
        if start.stay:
            await stop.wait()
        code = 0 if start.stay or not visit.failures else code
    finally:
        stop.ask(code)
        await system.stop()
        # Nobody answers it any more, so it ends. Before that its channels must be open, or gRPC crashes the process.
        await asyncio.wait({showing})
        visit.close()
    if not start.stay:
        visit.raise_failures()
    elif not start.as_json:
        tell(ended(start.lang))


async def _entered(system: System, settings: Settings) -> None:
    """Starts the system. Raises Failed for what may stand in its way."""
    try:
        await system.__aenter__()
    except DataInUse as error:
        raise Failed(f"{error}.", reason="DATA_IN_USE") from error
    except (RuntimeError, NatsError, OSError) as error:
        raise Failed(f"Havn does not start: {error}. See {settings.data / 'havn.log'}.", "UNAVAILABLE") from error


@dataclass
class Visit:
    """What people are shown of one start. Blocking calls are made in threads, never in that of the event loop."""

    start: Start
    system: System
    stop: Stop
    begun: float
    document: dict[str, Any] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    _connections: dict[str, Connection] = field(default_factory=dict)

    def as_user(self, user: str) -> Connection:
        """The connection of a demo user."""
        if user not in self._connections:
            self._connections[user] = connect(self.system.addresses, Tokens(self.system.signer, USERS[user]))
        return self._connections[user]

    async def show(self) -> None:
        """The demo and its journeys, where asked for; then that Havn is ready. A stop ends it at its next call."""
        self._tell(started(time.perf_counter() - self.begun, self.start.lang))
        if self.start.demo and not self.stop.asked:
            await asyncio.to_thread(self._demo)
        if not self.stop.asked:
            self.system.announce()
            self._ready(time.perf_counter() - self.begun)

    def close(self) -> None:
        """Lets go of the channels, which nothing may use any more."""
        for connection in self._connections.values():
            connection.close()

    def raise_failures(self) -> None:
        """Raises the first Failed of the journeys, if any."""
        for each in self.failures:
            raise each

    def _demo(self) -> None:
        """What a stop cuts short is no failure."""
        try:
            self._take_in_demo()
        except Failed:
            if not self.stop.asked:
                raise
        for name in JOURNEYS:
            if not self.stop.asked:
                self._journey(name)

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
                    self._tell(heading(scene.heading, scene.command, self.start.lang))
                    self._tell(scene.told)
                    documents.append(scene.document)
        except Failed as error:
            if self.stop.asked:
                return
            # People may have changed the demo since: Havn runs all the same.
            self.failures.append(error)
            documents.append(failure_document(error))
            self._tell(failure(error))

    def _ready(self, seconds: float) -> None:
        data = self.start.settings.data
        if self.start.as_json:
            told = {"data": str(data), "addresses": self.system.addresses, "console": self._console, "seconds": seconds}
            print_document(told | self.document)
        else:
            tell(ready(data, self.system.addresses, seconds, self.start.stay, self.start.lang))
            if self.start.demo:
                tell(console(self._console, ROLES, self.start.lang))
            sys.stdout.flush()

    @property
    def _console(self) -> str:
        return self.system.console.address if self.system.console else ""

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
