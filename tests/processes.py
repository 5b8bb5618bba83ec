"""Programs as processes of their own: started, killed, frozen, started again where they were."""

import random
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.havn.nats_server import dies_with_parent

STOP_SECONDS = 20.0


@dataclass
class Process:
    """One program. What it writes goes to its log, behind what it wrote before it was killed."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    user: Mapping[str, object] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; it ends with the tests."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [*dies_with_parent(), *self.command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.user,  # type: ignore[call-overload]
            )

    @property
    def lives(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def send(self, number: signal.Signals) -> None:
        assert self.running is not None
        self.running.send_signal(number)

    def kill(self) -> None:
        """As kill -9 does, and waits until it is gone."""
        if self.running:
            self.running.kill()
            self.running.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end; its exit code."""
        assert self.running is not None
        self.running.send_signal(signal.SIGCONT)
        self.running.send_signal(by)
        return self.running.wait(STOP_SECONDS)

    def told(self) -> str:
        """The last lines of its log, for when a test fails."""
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-20:])


def free_port() -> int:
    """One below those that the kernel gives away: while its program is dead, nobody else is given its port.

    Nor do tests that run beside these choose it: its twin of UDP is theirs until this process ends.
    """
    while True:
        port = random.randrange(10_000, 32_768)
        with suppress(OSError), socket.socket() as taken, socket.socket(type=socket.SOCK_DGRAM) as twin:
            taken.bind(("127.0.0.1", port))
            twin.bind(("127.0.0.1", port))
            twin.detach()
            return port
