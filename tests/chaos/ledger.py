"""What clients were told, kept in a file outside all of Havn that is only added to."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from havn.capacity.v1.capacity_pb2 import InstitutionUnit, Vacancy
from havn.families.v1.families_pb2 import FosterFamily
from services.capacity.rules.vacancies import MADE_ON_READING
from services.shared.names import last_part
from services.shared.records import Resource

WORKED_OUT: Mapping[type, tuple[str, ...]] = {
    FosterFamily: ("state", "breaches", "costs", "next_steps"),
    InstitutionUnit: ("rate_today",),
    Vacancy: MADE_ON_READING,
}
"""What answers tell of a record that is not kept, but depends on the day."""


@dataclass(frozen=True)
class Answered:
    """A write that was acknowledged: what it left, and when it was asked for and answered."""

    key: str
    rpc: str
    name: str
    version: int
    digest: str
    asked: float
    answered: float
    attempts: int

    @property
    def seconds(self) -> float:
        """How long the client had to wait."""
        return self.answered - self.asked


@dataclass(frozen=True)
class Failed:
    """An attempt that failed: when, of which RPC, and how gRPC names it."""

    moment: float
    rpc: str
    code: str
    details: str


@dataclass(frozen=True)
class Told:
    """All that a ledger holds."""

    answered: list[Answered]
    unanswered: set[str]
    """Keys of writes that were never acknowledged."""
    refused: dict[str, str]
    """Why, by key: a client that does nothing wrong is never refused."""
    failed: list[Failed]
    """Attempts of which nobody knew what became of them; each was made again."""

    def last(self) -> dict[str, Answered]:
        """The newest write of each fact, by the name of the record that it told."""
        newest = {fact(each.name): each for each in sorted(self.answered, key=lambda each: each.version)}
        return {each.name: each for each in newest.values()}


class Ledger:
    """The file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        self.answer = asyncio.Event()
        """Set by each answer."""

    def asked(self, key: str) -> float:
        """Before anything is sent; the time."""
        self._add(asked=key)
        return time.monotonic()

    def failed(self, rpc: str, code: str, details: str) -> None:
        """An attempt of which nobody knows what became of it."""
        self._add(failed=asdict(Failed(time.monotonic(), rpc, code, details)))

    def refused(self, key: str, why: str) -> None:
        """Havn said no."""
        self._add(refused=key, why=why)

    def answered(self, key: str, rpc: str, answer: Resource, asked: float, attempts: int) -> None:
        """Havn said that it is done."""
        self.answer.set()
        version, now = int(answer.etag), time.monotonic()
        self._add(answered=asdict(Answered(key, rpc, answer.name, version, digest(answer), asked, now, attempts)))

    def read(self) -> Told:
        """What was told so far."""
        answered, asked, failed = [], set(), []
        refused: dict[str, str] = {}
        for line in map(json.loads, self._path.read_text("utf-8").splitlines()):
            match line:
                case {"asked": key}:
                    asked.add(key)
                case {"failed": fields}:
                    failed.append(Failed(**fields))
                case {"refused": key, "why": why}:
                    refused[key] = why
                case {"answered": fields}:
                    answered.append(Answered(**fields))
        return Told(answered, asked - {each.key for each in answered}, refused, failed)

    def _add(self, **line: Any) -> None:  # noqa: ANN401  # what JSON takes
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def fact(name: str) -> str:
    """What a record is a face of: an inquiry is its offer, as the home sees it."""
    return f"offers/{last_part(name)}" if "/inquiries/" in name else name


def digest(message: Resource) -> str:
    """Of a record's content, but for what is worked out anew at each answer."""
    kept: Any = type(message)()
    kept.CopyFrom(message)
    for name in WORKED_OUT.get(type(message), ()):
        kept.ClearField(name)
    return hashlib.sha256(kept.SerializeToString(deterministic=True)).hexdigest()
