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


def find(data: Path) -> Found | None:
    """The system that runs on a data folder; None where none is ready, or where it was killed."""
    try:
        described = json.loads((data / "system.json").read_text())
    except FileNotFoundError:
        return None
    found = Found(described["pid"], described["addresses"])
    return found if _lives(found.pid) else None


def signing_key(data: Path) -> Path:
    """The key that the embedded system signs tokens with."""
    return data / "keys" / "token.pem"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
