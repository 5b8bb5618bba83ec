"""A second wall around records: PostgreSQL's own rules show each transaction the rows of its caller's scope only.

The first wall is `records.View`. SQLite has no such rules.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from psycopg.sql import quote
from sqlalchemy import Connection

from services.shared import libpq
from services.shared.access import EVERYWHERE, Caller

_ALL = Caller("", authority=EVERYWHERE)

OPENED = "opened with"
"""In the info of a session and of its connection: the command that its transaction begins with, if any."""

FORGET = "select set_config('havn.authority', '', true), set_config('havn.own', '', true)"
"""What shows nothing of anybody's from then on in a transaction."""

# A transaction that names no caller has empty settings, and so sees nothing.
_AUTHORITY = f"current_setting('havn.authority', true) IN ('{EVERYWHERE}', authority)"
_KNOWN = "coalesce(current_setting('havn.authority', true), '') <> ''"
_OWN = """(
    SELECT coalesce(bool_and(name = own OR starts_with(name, own || '/')), true)
    FROM regexp_split_to_table(nullif(current_setting('havn.own', true), ''), ' ') AS own
)"""


def on_postgres(connection: Connection) -> bool:
    """Whether the connection is one to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def narrow(connection: Connection, caller: Caller) -> None:
    """Shows what the caller sees, from now to the transaction's end."""
    if on_postgres(connection):
        libpq.tell(connection, opening(caller))


@lru_cache(1_000)
def opening(caller: Caller) -> str:
    """The command that does so, which a transaction may begin with: alone it takes as long as what is read then."""
    authority, own = quote(caller.authority), quote(" ".join(caller.narrowed()))
    return f"SET LOCAL havn.authority TO {authority}; SET LOCAL havn.own TO {own}"


@contextmanager
def everywhere(connection: Connection, caller: Caller) -> Iterator[None]:
    """Shows all rows for a moment, to see whether a name is free; then again what the caller sees."""
    narrow(connection, _ALL)
    yield
    narrow(connection, caller)


def wall(table: str, open_to_all: bool) -> list[str]:
    """The statements that build the wall around a table of records, which holds for the table's owner too.

    Frozen, as migrations are: another wall is another function.
    """
    seen = f"{_KNOWN if open_to_all else _AUTHORITY} AND {_OWN}"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} USING ({seen}) WITH CHECK ({seen})",
    ]
