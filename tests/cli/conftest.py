import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.havn.command_line import run
from tests import databases

STARTED_SECONDS = 300
GONE_SECONDS = 60
"""Until whoever waits gives up; how soon it is gone, tests/cli/test_stopping.py tells."""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["error"]
        return found


Havn = Callable[..., Ran]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("HAVN_DATA", str(folder))
    return folder


@pytest.fixture
def havn(data: Path, capsys: pytest.CaptureFixture[str]) -> Havn:
    """Runs a command on an empty data folder."""

    return caller(capsys)


def caller(capsys: pytest.CaptureFixture[str]) -> Havn:
    """Runs commands on the data folder that HAVN_DATA names."""

    def call(*arguments: str | Path) -> Ran:
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


def process(data: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.havn", *arguments],
        env=os.environ | {"HAVN_DATA": str(data)} | databases.environment(data) | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A data folder with the demo, and what its first start printed; it has ended."""
    folder = tmp_path_factory.mktemp("first") / "data"
    return folder, started(folder)


def started(folder: Path) -> Ran:
    """What the first start with the demo printed; it has ended."""
    first = process(folder, "up", "--demo", "--once")
    out, _ = first.communicate(timeout=STARTED_SECONDS)
    return Ran(first.returncode, out, "")


@pytest.fixture(scope="module")
def running(first_start: tuple[Path, Ran]) -> Iterator[subprocess.Popen[str]]:
    """The same folder's second start, which stays."""
    with staying(first_start[0]) as second:
        yield second


@contextmanager
def staying(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A further start, which stays until the block ends."""
    further = process(folder, "up", "--stay")
    assert further.stdout
    for line in further.stdout:
        if line.startswith("Havn is ready"):
            break
    yield further
    further.terminate()
    further.communicate(timeout=GONE_SECONDS)


@pytest.fixture
def asked(
    first_start: tuple[Path, Ran],
    running: subprocess.Popen[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Havn:
    """Runs a command beside the running system."""
    monkeypatch.setenv("HAVN_DATA", str(first_start[0]))

    return caller(capsys)
