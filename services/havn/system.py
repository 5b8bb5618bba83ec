"""The embedded system: nats-server, all services and the console in one process, over one data folder."""

import asyncio
import fcntl
from contextlib import AsyncExitStack
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from services.capacity.api import DEFINITION as CAPACITY
from services.console import server as console
from services.families.api import DEFINITION as FAMILIES
from services.havn import running
from services.havn.nats_server import NatsServer
from services.havn.users import USERS
from services.matching.api import DEFINITION as MATCHING
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import access, measuring, runtime, traces
from services.shared.clock import Clock, SystemClock
from services.shared.settings import TLS_FILES, Settings

DEFINITIONS = (PLACEMENTS, FAMILIES, CAPACITY, MATCHING)
"""In the order that they start: who is asked by others comes first."""


class DataInUse(Exception):
    """Another Havn runs on the data folder."""


class System:
    """Starts on entry, ends on exit, whatever happens between."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        settings.make_data_folder()
        self.settings = settings
        self.nats = NatsServer(settings.data / "nats", {each.name: each.grants() for each in DEFINITIONS})
        self.signer = access.Signer(access.key_from(settings.signing_key))
        self.addresses: dict[str, str] = {}
        self.services: list[runtime.Running] = []
        self.console: console.Running | None = None
        self._clock = clock or SystemClock(settings.time_zone)
        self._lock: TextIOWrapper | None = None
        self._seen = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._lock = _locked(self.settings.data)
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _start(self) -> None:
        self._seen.enter_context(traces.sent(self.settings))
        await self.nats.start()
        # On one machine's loopback nobody listens in: no certificates are needed.
        plain = dict.fromkeys(TLS_FILES)
        settings = self.settings.model_copy(update=plain)
        urls = {each.name: self.nats.url(each.name) for each in DEFINITIONS}
        platform = runtime.Platform(settings, self._clock, self.signer, self.addresses, urls)
        for definition in DEFINITIONS:
            self.services.append(await runtime.start(definition, platform))
        self.console = await console.start(platform, USERS)
        await self._seen.enter_async_context(
            measuring.served(self.settings, lambda: [service.sources for service in self.services])
        )

    async def stop(self) -> None:
        """Ends the console, the services, all at once, then nats-server."""
        running.renounce(self.settings.data)
        if self.console:
            await self.console.stop()
            self.console = None
        await asyncio.gather(*(service.stop() for service in self.services))
        await self._seen.aclose()
        self.services.clear()
        await self.nats.stop()
        if self._lock:
            self._lock.close()

    def announce(self) -> None:
        """Lets commands find this system: from now on it is ready."""
        running.announce(self.settings.data, self.addresses)


def _locked(data: Path) -> TextIOWrapper:
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise DataInUse(f"Havn runs already on {data}: stop it, or name another folder by HAVN_DATA") from None
    return lock
