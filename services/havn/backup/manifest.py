"""What a backup says of itself: when and by which version it was made, and what each database holds."""

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from services.havn.backup.contents import Contents


@dataclass(frozen=True)
class Copied:
    """A service's database in a backup: its file's size and hash, and what it holds."""

    bytes: int
    sha256: str
    contents: Contents


@dataclass(frozen=True)
class Manifest:
    """A backup's own description. What was changed after `time` is not in it."""

    time: datetime
    version: str
    services: dict[str, Copied]

    @classmethod
    def now(cls, time: datetime, services: dict[str, Copied]) -> "Manifest":
        """Of a backup that this version made."""
        return cls(time, version("havn"), services)

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """As it was written."""
        document = json.loads(text)
        services = {
            name: Copied(told["bytes"], told["sha256"], Contents.of(told["contents"]))
            for name, told in document["services"].items()
        }
        return cls(datetime.fromisoformat(document["time"]), document["version"], services)

    def written(self) -> bytes:
        """As JSON."""
        services = {
            name: {"bytes": copied.bytes, "sha256": copied.sha256, "contents": copied.contents.document()}
            for name, copied in self.services.items()
        }
        document = {"time": self.time.isoformat(), "version": self.version, "services": services}
        return json.dumps(document, indent=1).encode()

    @property
    def row_count(self) -> int:
        """Rows of all tables of all services."""
        return sum(copied.contents.row_count for copied in self.services.values())
