"""The end of a process by SIGTERM or Ctrl-C: in order, with 0, and in time whatever hangs."""

import asyncio
import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGTERM, signal.SIGINT)

LEEWAY_SECONDS = 1.5
"""What an end takes beyond the time that calls are given."""


class Stop:
    """Listens from entry on. Asking a second time changes nothing, up to the last moment of the process."""

    def __init__(self, seconds: float) -> None:
        self.asked = False
        self._seconds = seconds + LEEWAY_SECONDS
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._before = {name: signal.signal(name, self._heard) for name in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.asked:
            for name, handler in self._before.items():
                signal.signal(name, handler)

    def ask(self, exit_code: int = 0) -> None:
        """Asks for the end. When its time is up the process is ended: a plan that computes can't be interrupted."""
        self.asked = True
        for name in SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        timer = threading.Timer(self._seconds, os._exit, [exit_code])
        timer.daemon = True
        timer.start()
        if self._loop:
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Returns when the end is asked for."""
        self._loop = asyncio.get_running_loop()
        if not self.asked:
            await self._event.wait()

    async def or_done(self, work: asyncio.Task[None]) -> None:
        """Returns when the end is asked for or the work is done. Raises what the work raised."""
        waiting = asyncio.create_task(self.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if work.done():
            work.result()

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self.ask()
