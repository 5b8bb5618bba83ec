"""Processes as they run alone: how long until one serves, how much memory and how much of a processor it takes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

START_SECONDS = 60.0
POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Served:
    """A process that serves."""

    child: subprocess.Popen[bytes]
    address: str
    start_seconds: float

    def megabytes(self) -> float:
        """The memory that it holds."""
        return int(self._told("rss")) / 1024

    def processor_seconds(self) -> float:
        """What it has computed, on all processors together; of other systems than Linux whole seconds are told."""
        try:
            stat = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            minutes, seconds = self._told("time").rsplit(":", 1)
            return int(minutes) * 60 + float(seconds)
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def _told(self, what: str) -> str:
        command = ["ps", "-o", f"{what}=", "-p", str(self.child.pid)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def running(arguments: Sequence[str], settings: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a module until the end of the block."""
    with log.open("ab") as out:
        child = subprocess.Popen([sys.executable, "-m", *arguments], env=os.environ | settings, stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


@contextmanager
def served(arguments: Sequence[str], address: str, settings: Mapping[str, str], log: Path) -> Iterator[Served]:
    """Runs a module that serves at an address until the end of the block; it is there when its health says so."""
    began = time.perf_counter()
    with running(arguments, settings, log) as child:
        deadline = time.monotonic() + START_SECONDS
        while not _is_well(address):
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(arguments)} does not serve:\n{log.read_text()}")
            time.sleep(POLL_SECONDS)
        yield Served(child, address, time.perf_counter() - began)


def free_address() -> str:
    """An address that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def _is_well(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        # gRPC would wait for a second before it tries again.
        socket.create_connection((host, int(port))).close()
        with grpc.insecure_channel(address) as channel:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # missing in the stubs
            answer = check(health_pb2.HealthCheckRequest(), timeout=1)
    except (OSError, grpc.RpcError):
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
