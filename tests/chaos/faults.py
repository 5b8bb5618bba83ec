"""What can go wrong, each as it begins and ends."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.shared.production import CONSOLE
from tests.chaos.disk import Disk
from tests.chaos.landscape import DATABASE, REPLICAS, SERVICES, Landscape
from tests.chaos.supervisor import descendants, signal_all
from tests.chaos.witness import NAME as WITNESS
from tests.nodes import NAMES as NODES

FROZEN_SECONDS = (0.5, 6.0)
LONG = "replica frozen for long"
LONG_SECONDS = 12.0
"""Longer than a consumer may take to acknowledge: what was given to the frozen one is given to another, too."""

AWAY_SECONDS = 3.0
FULL_SECONDS = 5.0

REPLICAS_OF_ALL = tuple(f"{name}-{n}" for name in (*SERVICES, CONSOLE, WITNESS) for n in range(1, REPLICAS + 1))


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one or more programs; nothing else that is `alone` may go wrong beside it."""

    kind: str
    targets: Sequence[str]
    run: Callable[[], Awaitable[None]]
    alone: bool = False


class Faults:
    """All kinds, for one landscape."""

    def __init__(self, landscape: Landscape, chance: random.Random) -> None:
        self._landscape = landscape
        self._supervisor = landscape.supervisor
        self._chance = chance

    def kinds(self) -> dict[str, Callable[[], Fault]]:
        """Each kind, and how to make one of it."""
        found: dict[str, Callable[[], Fault]] = {
            "replica killed": lambda: self._killed("replica killed", self._one(REPLICAS_OF_ALL)),
            "replica frozen": lambda: self._frozen("replica frozen", self._one(REPLICAS_OF_ALL)),
            LONG: lambda: self._frozen(LONG, self._long(), LONG_SECONDS),
            "NATS node killed": lambda: self._killed("NATS node killed", self._one(NODES)),
            "NATS node frozen": lambda: self._frozen("NATS node frozen", self._one(NODES)),
            "NATS away": lambda: self._gone("NATS away", NODES),
            "PostgreSQL killed": lambda: self._killed("PostgreSQL killed", [DATABASE]),
            "PostgreSQL session killed": self._session_killed,
            "PostgreSQL frozen": lambda: self._frozen("PostgreSQL frozen", [DATABASE]),
            "PostgreSQL away": lambda: self._gone("PostgreSQL away", [DATABASE]),
        }
        if not self.left_out:
            found |= {f"disk of {name} full": lambda name=name: self._full(name) for name in self._landscape.disks} | {
                "power cut": self._power_cut
            }
        return found

    @property
    def left_out(self) -> str:
        """Why no disk can be harmed here; empty where it can."""
        return next((disk.why_not for disk in self._landscape.disks.values() if disk.why_not), "")

    def _one(self, names: Sequence[str]) -> list[str]:
        return [self._chance.choice(names)]

    def _long(self) -> list[str]:
        """A replica of the witness, and another one."""
        witnesses = [name for name in REPLICAS_OF_ALL if name.startswith(WITNESS)]
        others = [name for name in REPLICAS_OF_ALL if name not in witnesses]
        return [self._chance.choice(witnesses), self._chance.choice(others)]

    def _killed(self, kind: str, targets: Sequence[str]) -> Fault:
        async def run() -> None:
            for name in targets:
                await asyncio.to_thread(self._supervisor.programs[name].kill)

        return Fault(kind, targets, run)

    def _session_killed(self) -> Fault:
        """PostgreSQL then ends all its other sessions too, and recovers."""

        async def run() -> None:
            sessions = list(descendants(self._supervisor.programs[DATABASE].pid))
            if sessions:
                with suppress(ProcessLookupError):
                    os.kill(self._chance.choice(sessions), signal.SIGKILL)

        return Fault("PostgreSQL session killed", [DATABASE], run)

    def _frozen(self, kind: str, targets: Sequence[str], seconds: float = 0.0) -> Fault:
        seconds = seconds or self._chance.uniform(*FROZEN_SECONDS)

        async def run() -> None:
            with self._supervisor.leaving_alone(targets):
                self._signal(targets, signal.SIGSTOP)
                try:
                    await asyncio.sleep(seconds)
                finally:
                    self._signal(targets, signal.SIGCONT)

        return Fault(kind, targets, run)

    def _gone(self, kind: str, targets: Sequence[str]) -> Fault:
        async def run() -> None:
            with self._supervisor.leaving_alone(targets):
                await self._kill(targets)
                await asyncio.sleep(AWAY_SECONDS)

        return Fault(kind, targets, run)

    def _full(self, name: str) -> Fault:
        disk = self._landscape.disks[name]

        async def run() -> None:
            await asyncio.to_thread(disk.fill)
            try:
                await asyncio.sleep(FULL_SECONDS)
            finally:
                disk.free()

        return Fault(f"disk of {name} full", [name], run, alone=True)

    def _power_cut(self) -> Fault:
        """All stands still, and goes on from what is on the disks."""
        disks: list[Disk] = list(self._landscape.disks.values())
        targets = list(self._supervisor.programs)

        async def run() -> None:
            with self._supervisor.leaving_alone(targets):
                # Nobody writes while the images are copied, and nobody is told that anything was done.
                self._signal(targets, signal.SIGSTOP)
                for disk in disks:
                    await asyncio.to_thread(disk.copy)
                await self._kill(targets)
                for disk in disks:
                    await asyncio.to_thread(disk.lose)

        return Fault("power cut", targets, run, alone=True)

    async def _kill(self, targets: Sequence[str]) -> None:
        for name in targets:
            program = self._supervisor.programs[name]
            if program.lives:
                # A database's own processes end with it, but not at once.
                signal_all(program.pid, signal.SIGKILL)
                await asyncio.to_thread(program.kill)

    def _signal(self, targets: Sequence[str], number: signal.Signals) -> None:
        for name in targets:
            program = self._supervisor.programs[name]
            if program.lives:
                signal_all(program.pid, number)
