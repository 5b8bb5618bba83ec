"""Finds the system that runs on a data folder. It imports no service: commands are to begin at once."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Found:
    """A running system, as a command finds it."""

    pid: int
    addresses: dict[str, str]


def announce(data: Path, addresses: dict[str, str]) -> None:
    """Lets commands find this process as the system that runs on a data folder: it is ready."""
    path = _description(data)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps({"pid": os.getpid(), "addresses": addresses}))
    part.replace(path)


def renounce(data: Path) -> None:
    """Lets commands find none."""
    _description(data).unlink(missing_ok=True)


def find(data: Path) -> Found | None:
    """The system that runs on a data folder; None where none is ready, or where it was killed."""
    try:
        described = json.loads(_description(data).read_text())
        found = Found(int(described["pid"]), dict(described["addresses"]))
    except (FileNotFoundError, ValueError, TypeError, LookupError):
        # A power cut leaves a file that is empty or holds anything.
        return None
    return found if found.addresses and _lives(found.pid) else None


def _description(data: Path) -> Path:
    return data / "system.json"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return pid > 0
