"""The embedded nats-server: a child process that is never outlived by its data, nor by its parent."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path

import structlog

from services.shared.grants import Grants, users

log = structlog.get_logger()

START_SECONDS = 10.0
STOP_SECONDS = 3.0
FIRST_WAIT_SECONDS = 0.1
MOST_WAIT_SECONDS = 5.0
WELL_SECONDS = 60.0
LOOK_SECONDS = 1.0
ILL_SECONDS = 5.0
"""So long nats-server may say that it is not well: one whose disk was full takes nothing more until it starts anew."""

# sync_interval "always": with NATS's default of two minutes a power cut takes all that was acknowledged since.
_CONFIG = """\
listen: "127.0.0.1:{port}"
http: "127.0.0.1:-1"
ports_file_dir: "{folder}"
max_payload: 1MB
authorization {{ users: [
{users}
] }}
jetstream {{ store_dir: "{folder}/jetstream", sync_interval: always, max_file_store: 16GB, max_memory_store: 64MB }}
log_file: "{folder}/nats.log"
"""


class NatsServer:
    """One nats-server over one folder.

    A second one on the same folder would harm it. The lock is held by the child too: a Havn that comes right after one
    that was killed waits until its nats-server has ended as well.
    """

    def __init__(self, folder: Path, granted: Mapping[str, Grants]) -> None:
        """`granted` has its users, by name: each is given a password, made at this start and kept in memory."""
        self._folder = folder
        self._granted = granted
        self._passwords = {user: secrets.token_urlsafe(24) for user in granted}
        self._port = -1
        self._health_port = -1
        self._looked = self._well = 0.0
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._lock: TextIOWrapper | None = None

    def url(self, user: str) -> str:
        """Where a user finds it, with the password."""
        return f"nats://{user}:{self._passwords[user]}@127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The child's process id; 0 where none runs."""
        return self._child.pid if self._child else 0

    async def start(self) -> None:
        """Starts it, and again whenever it ends. Raises RuntimeError where it does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = await _locked(self._folder / "lock")
        await self._spawn()
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ends it."""
        if self._watcher:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._child:
            self._child.terminate()
            await asyncio.to_thread(_wait_or_kill, self._child)
        if self._lock:
            self._lock.close()

    async def _spawn(self) -> None:
        config = self._write_config()
        # Not asyncio.create_subprocess_exec: the child must be started by the main thread, whose end it follows.
        # A process group of its own: Ctrl-C is for Havn, which drains before it ends its nats-server.
        command = [*dies_with_parent(), _binary(), "-c", str(config)]
        held = [self._lock.fileno()] if self._lock else []
        self._child = subprocess.Popen(  # noqa: ASYNC220
            command, stdin=subprocess.DEVNULL, process_group=0, pass_fds=held
        )
        self._port, self._health_port = await self._announced_ports(self._child)
        self._looked = self._well = time.monotonic()

    def _write_config(self) -> Path:
        path = self._folder / "nats.conf"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(
            _CONFIG.format(port=self._port, folder=self._folder, users=users(self._granted, self._passwords))
        )
        return path

    async def _announced_ports(self, child: subprocess.Popen[bytes]) -> tuple[int, int]:
        ports = self._folder / f"nats-server_{child.pid}.ports"
        deadline = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ValueError, LookupError):
                told = json.loads(ports.read_text())
                return _port(told["nats"]), _port(told["monitoring"])
            await asyncio.sleep(0.005)
        child.kill()
        raise RuntimeError(f"nats-server did not start: see {self._folder / 'nats.log'}")

    async def _watch(self) -> None:
        """Starts it again when it ends, on the same port so that clients find it, waiting longer each time.

        One that ran for a minute was well: what ends it then is nothing that waiting helps. One that is ill is ended.
        """
        wait, started = FIRST_WAIT_SECONDS, time.monotonic()
        while True:
            if self._child is None or self._child.poll() is not None:
                wait = FIRST_WAIT_SECONDS if time.monotonic() > started + WELL_SECONDS else wait
                log.error("nats.restarted", seconds=wait)
                await asyncio.sleep(wait)
                wait, started = min(wait * 2, MOST_WAIT_SECONDS), time.monotonic()
                with contextlib.suppress(RuntimeError):
                    await self._spawn()
            elif await self._stays_ill():
                self._child.kill()
            await asyncio.sleep(0.1)

    async def _stays_ill(self) -> bool:
        """Whether it said that it is ill, for some time, whenever it was asked."""
        now = time.monotonic()
        if now < self._looked + LOOK_SECONDS:
            return False
        self._looked = now
        if not await self._is_ill():
            self._well = now
        return now > self._well + ILL_SECONDS

    async def _is_ill(self) -> bool:
        """Whether it says so itself. One that says nothing may be busy."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._health_port)
                with contextlib.closing(writer):
                    writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                    return b" 503 " in await reader.readline()
        except (OSError, TimeoutError):
            return False


def _port(addresses: list[str]) -> int:
    return int(addresses[0].rsplit(":", 1)[1])


def _binary() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise RuntimeError("nats-server is missing: run make setup")
    return found


def dies_with_parent() -> list[str]:
    """Linux's way to end a child when its parent is killed; without it a killed Havn leaves its nats-server behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv and os.name == "posix" else []


def _wait_or_kill(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


async def _locked(path: Path) -> TextIOWrapper:
    """The lock, once whoever has it lets go. Raises RuntimeError where they don't."""
    lock, deadline = path.open("w"), time.monotonic() + START_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > deadline:
                lock.close()
                raise RuntimeError(f"another nats-server runs on {path.parent}: end it") from None
            await asyncio.sleep(FIRST_WAIT_SECONDS)
