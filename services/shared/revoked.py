"""Tokens that are refused before they end, as a file lists them.

One line for each: the id of a token; or a caller and a moment, for all tokens that the caller was given until then:

    4f1c0d2b8a7e4c55b7d0f0a1c2d3e4f5
    users/coordinator 2026-11-22T08:15:00+00:00
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog

from services.shared.errors import TokenInvalid, TokenRevoked

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""So long a change of the file may go unseen."""


class Revoked:
    """The list, read again when the file changes. While it can't be read every token is refused."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._looked = -LOOK_SECONDS
        self._file: tuple[int, ...] = ()
        self._until: dict[str, float] | None = {}

    def refuse(self, claims: Mapping[str, object]) -> None:
        """Passes the claims of a token that stands. Raises TokenRevoked, and TokenInvalid while nobody knows."""
        if self._path and self._clock() >= self._looked + LOOK_SECONDS:
            self._looked = self._clock()
            self._look(self._path)
        if self._until is None:
            raise TokenInvalid("the list of revoked tokens can't be read: tell the operator")
        subject, token = str(claims["sub"]), str(claims["jti"])
        if token in self._until or float(str(claims["iat"])) <= self._until.get(subject, 0.0):
            raise TokenRevoked(subject)

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
            file = (found.st_ino, found.st_mtime_ns, found.st_size)
            if file != self._file:
                self._until = read(path.read_text("utf-8"))
                self._file = file
        except FileNotFoundError:
            self._file, self._until = (), {}
        except (OSError, ValueError) as error:
            self._file, self._until = (), None
            log.error("revoked.unreadable", exception=error)


def read(text: str) -> dict[str, float]:
    """The moment, in seconds, until which each caller's tokens are refused; of a token's id it means nothing.

    Raises ValueError for a moment that is none, and for a caller without one.
    """
    until: dict[str, float] = {}
    for line in text.splitlines():
        what, _, moment = line.strip().partition(" ")
        seconds = _seconds(moment) if "/" in what else 0.0
        until[what] = max(until.get(what, 0.0), seconds)
    until.pop("", None)
    return until


def add(path: Path, what: str, now: datetime) -> None:
    """Revokes a token by its id, or all that a caller such as "users/coordinator" was given until now, for good."""
    line = f"{what} {now.astimezone(UTC).isoformat()}\n" if "/" in what else f"{what}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _seconds(moment: str) -> float:
    found = datetime.fromisoformat(moment)
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found.timestamp()
