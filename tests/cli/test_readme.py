"""The README's commands, run as they are written."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
COMMANDS = [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
OF_MAKE = [command.removeprefix("make ") for command in COMMANDS if command.startswith("make ")]
OF_HAVN = [command for command in COMMANDS if command.startswith(".venv/bin/havn ")]

# It is about what the README says: the others here run such commands on PostgreSQL, too.
pytestmark = pytest.mark.once

SECONDS = 300


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout to a command, and that a command may write into."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def told_by(command: str, cwd: Path, **environment: str) -> str:
    ran = subprocess.run(
        command,
        shell=True,
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_every_command_of_the_readme_is_one_of_ours() -> None:
    assert len(OF_HAVN) >= 10
    assert len(OF_MAKE) + len(OF_HAVN) == len(COMMANDS)


@pytest.mark.parametrize("target", OF_MAKE)
def test_make_knows_the_target(target: str) -> None:
    assert told_by(f"make --dry-run {target}", ROOT)


def test_make_run_shows_the_journeys_and_is_ready(tmp_path: Path) -> None:
    told = told_by("make run", ROOT, HAVN_DATA=str(tmp_path / "data"), HAVN_ONCE="1")
    journeys = [
        told.index(part) for part in ("Suggestions for", "KRITH follow-up", "An institution reports", "Havn is ready")
    ]
    assert journeys == sorted(journeys)


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("command", OF_HAVN)
def test_a_command_works_beside_a_running_havn(command: str, workplace: Path, first_start: tuple[Path, Ran]) -> None:
    assert told_by(command, workplace, HAVN_DATA=str(first_start[0])).strip()
