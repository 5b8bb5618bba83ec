"""A second wall around records: PostgreSQL's own rules show each transaction the rows of its caller's scope only.

The first wall is `records.View`. SQLite has no such rules.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session

from services.shared.access import EVERYWHERE, Caller

_ALL = Caller("", authority=EVERYWHERE)

_SETTINGS = "select set_config('havn.authority', :authority, true), set_config('havn.own', :own, true)"

FORGET = "select set_config('havn.authority', '', true), set_config('havn.own', '', true)"
"""What shows nothing of anybody's from then on in a transaction."""

# A transaction that names no caller has empty settings, and so sees nothing.
_AUTHORITY = f"current_setting('havn.authority', true) IN ('{EVERYWHERE}', authority)"
_KNOWN = "coalesce(current_setting('havn.authority', true), '') <> ''"
_OWN = """(
    SELECT coalesce(bool_and(name = own OR starts_with(name, own || '/')), true)
    FROM regexp_split_to_table(nullif(current_setting('havn.own', true), ''), ' ') AS own
)"""


def on_postgres(session: Session) -> bool:
    """Whether the session is one of PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def narrow(session: Session, caller: Caller) -> None:
    """Shows what the caller sees, from now to the transaction's end."""
    if on_postgres(session):
        settings = {"authority": caller.authority, "own": " ".join(caller.narrowed())}
        session.connection().execute(sa.text(_SETTINGS), settings)


@contextmanager
def everywhere(session: Session, caller: Caller) -> Iterator[None]:
    """Shows all rows for a moment, to see whether a name is free; then again what the caller sees."""
    narrow(session, _ALL)
    yield
    narrow(session, caller)


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
