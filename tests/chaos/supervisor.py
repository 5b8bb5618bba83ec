"""Starts again what has ended, as Kubernetes does, unless it is to stay away for a while."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

LOOK_SECONDS = 0.1
AGAIN_SECONDS = 0.5
"""At least, between two starts of the same process."""

UNHEALTHY_SECONDS = 15.0
"""So long a process may say that it is not healthy before it is killed, as by a liveness probe."""


class Runs(Protocol):
    """A program that can be started again where it was."""

    name: str

    def start(self) -> None:
        """Starts it; not waiting until it answers."""

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""

    @property
    def pid(self) -> int:
        """Of the running program."""

    def healthy(self) -> bool:
        """What a liveness probe is told; it may wait two seconds for an answer."""

    def kill(self) -> None:
        """As kill -9 does, and waits until it is gone."""


class Supervisor:
    """Keeps programs running."""

    def __init__(self, programs: Iterable[Runs]) -> None:
        self.programs = {program.name: program for program in programs}
        self._away: Counter[str] = Counter()
        self.starts = 0
        self._started: dict[str, float] = {}
        self._unhealthy_since: dict[str, float] = {}

    @contextmanager
    def leaving_alone(self, names: Iterable[str]) -> Iterator[None]:
        """Lets programs be dead or frozen for as long as the block lasts."""
        self._away.update(names)
        try:
            yield
        finally:
            self._away.subtract(names)

    async def run(self) -> None:
        """Looks after all of them, each by itself, until it is cancelled."""
        await asyncio.gather(*(self._look_after(program) for program in self.programs.values()))

    async def _look_after(self, program: Runs) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._away[program.name]:
                self._unhealthy_since.pop(program.name, None)
            elif not program.lives:
                self._start(program)
            elif not await asyncio.to_thread(program.healthy):
                self._judge(program)
            else:
                self._unhealthy_since.pop(program.name, None)

    def _start(self, program: Runs) -> None:
        now = time.monotonic()
        if now - self._started.get(program.name, 0.0) >= AGAIN_SECONDS:
            self._started[program.name] = now
            self.starts += 1
            # By this thread, whose end it follows.
            program.start()

    def _judge(self, program: Runs) -> None:
        since = self._unhealthy_since.setdefault(program.name, time.monotonic())
        if time.monotonic() - since > UNHEALTHY_SECONDS and not self._away[program.name]:
            del self._unhealthy_since[program.name]
            program.kill()


def signal_all(pid: int, number: signal.Signals) -> None:
    """Sends a signal to a process and all that it has started: parents first to freeze, so that they start no more."""
    for each in (pid, *descendants(pid)):
        try:
            os.kill(each, number)
        except ProcessLookupError:
            continue


def descendants(pid: int) -> Iterator[int]:
    """What a process has started, and what those have."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from descendants(child)
