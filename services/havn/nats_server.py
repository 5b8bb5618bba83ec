"""The embedded nats-server: a child process that is never outlived by its data, nor by its parent."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path

import structlog

log = structlog.get_logger()

START_SECONDS = 10.0
STOP_SECONDS = 3.0
FIRST_WAIT_SECONDS = 0.1
MOST_WAIT_SECONDS = 5.0

# sync_interval "always": with NATS's default of two minutes a power cut takes all that was acknowledged since.
_CONFIG = """\
listen: "127.0.0.1:{port}"
ports_file_dir: "{folder}"
max_payload: 1MB
authorization {{ user: havn, password: "{password}" }}
jetstream {{ store_dir: "{folder}/jetstream", sync_interval: always, max_file_store: 16GB, max_memory_store: 64MB }}
log_file: "{folder}/nats.log"
"""


class NatsServer:
    """One nats-server over one folder. The caller holds the lock on the folder: a second server would harm it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._password = secrets.token_urlsafe(24)
        self._port = -1
        self._child: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where services find it, with the secret made at this start."""
        return f"nats://havn:{self._password}@127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The child's process id; 0 where none runs."""
        return self._child.pid if self._child else 0

    async def start(self) -> None:
        """Starts it, and again whenever it ends. Raises RuntimeError where it does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
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

    async def _spawn(self) -> None:
        config = self._write_config()
        # Not asyncio.create_subprocess_exec: the child must be started by the main thread, whose end it follows.
        # A process group of its own: Ctrl-C is for Havn, which drains before it ends its nats-server.
        self._child = subprocess.Popen(  # noqa: ASYNC220
            [*dies_with_parent(), _binary(), "-c", str(config)], stdin=subprocess.DEVNULL, process_group=0
        )
        self._port = await self._announced_port(self._child)

    def _write_config(self) -> Path:
        path = self._folder / "nats.conf"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(_CONFIG.format(port=self._port, folder=self._folder, password=self._password))
        return path

    async def _announced_port(self, child: subprocess.Popen[bytes]) -> int:
        ports = self._folder / f"nats-server_{child.pid}.ports"
        deadline = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, ValueError, LookupError):
                address: str = json.loads(ports.read_text())["nats"][0]
                return int(address.rsplit(":", 1)[1])
            await asyncio.sleep(0.005)
        raise RuntimeError(f"nats-server did not start: see {self._folder / 'nats.log'}")

    async def _watch(self) -> None:
        """Starts it again when it ends, on the same port so that clients find it, waiting longer each time."""
        wait = FIRST_WAIT_SECONDS
        while True:
            if self._child is None or self._child.poll() is not None:
                log.error("nats.restarted", seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, MOST_WAIT_SECONDS)
                with contextlib.suppress(RuntimeError):
                    await self._spawn()
            await asyncio.sleep(0.1)


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
