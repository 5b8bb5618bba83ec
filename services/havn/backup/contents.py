"""What a database holds, so that a copy can be compared with it: its shape, and the rows of each table."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

SERVICES = ("placements", "families", "capacity", "matching")
"""In the order of services.havn.system.DEFINITIONS, whose import takes seconds."""

HEARD_FIRST = ("placements", "families", "capacity", "matching")
"""The same, whoever is heard by others before those who hear."""

HEARD_LATER = (("capacity", "wellbeing"), ("families", "concerns"))
"""What a service hears though its owner comes behind it: it makes records of its own, risk views, and no copy."""

SHAPE_TABLE = "alembic_version"

_CHANGED_BY_RESTORE = {"outbox": "sent_time"}
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Rows:
    """The rows of a table: how many, and a hash of all that they hold, in whatever order."""

    count: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a service's database holds. `shape` is its last migration."""

    shape: str
    tables: dict[str, Rows]

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Contents":
        """As a document told it."""
        return cls(document["shape"], {name: Rows(**rows) for name, rows in document["tables"].items()})

    def document(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(rows.count for rows in self.tables.values())


def contents(connection: Connection) -> Contents:
    """What the database of a connection holds. Raises SQLAlchemyError for one that can't be read."""
    shape = connection.execute(sa.text(f"SELECT version_num FROM {SHAPE_TABLE}")).scalar_one()
    return Contents(shape, {table: _rows(connection, table) for table in tables(connection)})


def tables(connection: Connection) -> list[str]:
    """The tables of the database as they are, but for the one that holds its shape."""
    return sorted(set(sa.inspect(connection).get_table_names()) - {SHAPE_TABLE})


def each_row(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table by its first column, alike from every database."""
    some_at_a_time = sa.text(f'SELECT * FROM "{table}" ORDER BY 1').execution_options(yield_per=_AT_ONCE)
    found = connection.execute(some_at_a_time)
    names = list(found.keys())
    for row in found:
        yield dict(zip(names, map(_plain, row), strict=True))


def _rows(connection: Connection, table: str) -> Rows:
    ignored = _CHANGED_BY_RESTORE.get(table)
    hashes = sorted(_digest(row, ignored) for row in each_row(connection, table))
    return Rows(len(hashes), hashlib.sha256(b"".join(hashes)).hexdigest())


def _digest(row: dict[str, Any], ignored: str | None) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(row.keys() - {ignored}):
        value = row[name]
        content = value if isinstance(value, bytes) else repr(value).encode()
        digest.update(f"{name} {type(value).__name__} {len(content)}:".encode())
        digest.update(content)
    return digest.digest()


def _plain(value: object) -> object:
    match value:
        case bool():
            return int(value)
        case memoryview():
            return bytes(value)
        case _:
            return value
