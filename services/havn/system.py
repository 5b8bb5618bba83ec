"""The embedded system: nats-server and all services in one process, over one data folder."""

import fcntl
import json
import os
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from services.capacity.api import DEFINITION as CAPACITY
from services.families.api import DEFINITION as FAMILIES
from services.havn.nats_server import NatsServer
from services.matching.api import DEFINITION as MATCHING
from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import access, runtime
from services.shared.clock import Clock, SystemClock
from services.shared.settings import Settings

DEFINITIONS = (PLACEMENTS, FAMILIES, CAPACITY, MATCHING)
"""In the order that they start: who is asked by others comes first."""


class DataInUse(Exception):
    """Another Havn runs on the data folder."""


class System:
    """Starts on entry, ends on exit, whatever happens between."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.nats = NatsServer(settings.data / "nats")
        self.signer = access.Signer(access.key_from(signing_key(settings.data)))
        self.addresses: dict[str, str] = {}
        self.services: list[runtime.Running] = []
        self._clock = clock or SystemClock(settings.time_zone)
        self._lock: TextIOWrapper | None = None

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
        await self.nats.start()
        settings = self.settings.model_copy(update={"nats_url": self.nats.url})
        platform = runtime.Platform(settings, self._clock, self.signer, self.addresses)
        for definition in DEFINITIONS:
            self.services.append(await runtime.start(definition, platform))

    async def stop(self) -> None:
        """Ends the services, those first that ask others, then nats-server."""
        description(self.settings.data).unlink(missing_ok=True)
        while self.services:
            await self.services.pop().stop()
        await self.nats.stop()
        if self._lock:
            self._lock.close()

    def announce(self) -> None:
        """Lets commands find this system: from now on it is ready."""
        path = description(self.settings.data)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps({"pid": os.getpid(), "addresses": self.addresses}))
        part.replace(path)


@dataclass(frozen=True)
class Found:
    """A running system, as a command finds it."""

    pid: int
    addresses: dict[str, str]


def find(data: Path) -> Found | None:
    """The system that runs on a data folder; None where none is ready."""
    try:
        described = json.loads(description(data).read_text())
    except FileNotFoundError:
        return None
    return Found(described["pid"], described["addresses"])


def description(data: Path) -> Path:
    """The file by which commands find the running system."""
    return data / "system.json"


def signing_key(data: Path) -> Path:
    """The key that the embedded system signs tokens with."""
    return data / "keys" / "token.pem"


def _locked(data: Path) -> TextIOWrapper:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise DataInUse(f"Havn runs already on {data}: stop it, or name another folder by HAVN_DATA") from None
    return lock
