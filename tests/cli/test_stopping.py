"""A stop at any moment is in order: it ends with 0, in time, and asking twice changes nothing."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, process

PATIENCE_SECONDS = 45
"""Beyond any busy machine's doubt; what hangs would take longer."""

FIRST = ["Havn starts", "First start"]
LATER = ["asks for a plan", "An institution reports", "Havn is ready"]

# Its work takes longer than anybody waits, and can't be interrupted.
HANGING = """
import asyncio, sys, time
from services.shared import stopping

async def run(stop):
    stop.ask(int(sys.argv[1]))
    await stop.wait()
    await asyncio.to_thread(time.sleep, 1000)

stopping.LEEWAY_SECONDS = 0.1
with stopping.Stop(0) as stop:
    asyncio.run(run(stop))
"""


def await_line(running: subprocess.Popen[str], text: str) -> None:
    assert running.stdout
    assert any(text in line for line in running.stdout), running.wait()


def stopped(running: subprocess.Popen[str], name: signal.Signals) -> str:
    running.send_signal(name)
    running.send_signal(name)
    told, _ = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 0, told
    return told


@pytest.mark.parametrize("moment", LATER)
def test_a_stop_amid_the_journeys_is_no_failure(moment: str, first_start: tuple[Path, Ran]) -> None:
    havn = process(first_start[0], "up", "--demo", "--stay")
    await_line(havn, moment)
    told = stopped(havn, signal.SIGTERM)
    assert told.endswith("Havn has ended.\n")
    assert "does not answer" not in told
    assert not (first_start[0] / "system.json").exists()


@pytest.mark.parametrize("moment", FIRST)
def test_a_first_start_that_is_stopped_is_no_failure(moment: str, tmp_path: Path) -> None:
    havn = process(tmp_path / "data", "up", "--demo", "--stay")
    await_line(havn, moment)
    assert "does not answer" not in stopped(havn, signal.SIGINT)


def test_a_service_that_waits_for_nats_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVN_NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("HAVN_FAMILIES_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("HAVN_CAPACITY_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("HAVN_DRAIN_SECONDS", "0")
    service = process(tmp_path / "data", "serve", "placements")
    await_line(service, "nats.disturbed")
    stopped(service, signal.SIGTERM)


@pytest.mark.parametrize("code", [0, 1])
def test_what_hangs_is_ended_with_the_code_that_was_due(code: int) -> None:
    hanging = subprocess.run([sys.executable, "-c", HANGING, str(code)], timeout=PATIENCE_SECONDS, check=False)
    assert hanging.returncode == code
