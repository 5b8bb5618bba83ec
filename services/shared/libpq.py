"""What goes to PostgreSQL through libpq alone: by psycopg's cursor it takes twice as long, with more waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, Format
from sqlalchemy import Connection

from services.shared.driver_errors import as_sqlalchemy_tells

_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

_FORGOTTEN = b"26000"
"""PostgreSQL's code for a statement that it does not know."""

_KNOWN = "statements that are known"
"""In the info of a connection."""


@dataclass(frozen=True)
class _Known:
    """The statements that PostgreSQL keeps for a connection, and what reads their answers."""

    reader: Any
    names: dict[str, bytes] = field(default_factory=dict)


class Answer:
    """What a statement found or changed, told as a driver's cursor tells it."""

    def __init__(self, told: Any, reader: Any) -> None:  # noqa: ANN401  # psycopg's and libpq's have two makers
        self._told = told
        self._reader = reader

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        changed: int | None = self._told.command_tuples
        return changed or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that it found."""
        self._reader.set_pgresult(self._told)
        rows: list[tuple[Any, ...]] = self._reader.load_rows(0, self._told.ntuples, tuple)
        return rows


def tell(connection: Connection, command: str) -> None:
    """Tells one command, or several, without values.

    Whatever undoes something is told by this: after one of its own psycopg has all statements forgotten.
    """
    driver: Any = connection.connection.dbapi_connection
    try:
        _checked(driver, driver.pgconn.exec_(command.encode()))
    except psycopg.Error as error:
        raise as_sqlalchemy_tells(connection, error) from error


def ask(connection: Connection, statement: str, values: Sequence[object]) -> Answer:
    """Asks a statement with values for $1, $2 and so on, which PostgreSQL plans once for each connection."""
    driver: Any = connection.connection.dbapi_connection
    known: _Known = connection.info.get(_KNOWN) or connection.info.setdefault(_KNOWN, _Known(Transformer(driver)))
    try:
        name = known.names.get(statement) or _prepared(driver, known, statement)
        formats = [Format.TEXT if isinstance(value, int | float) else Format.BINARY for value in values]
        told = driver.pgconn.exec_prepared(name, [_given(value) for value in values], formats, Format.BINARY)
        return Answer(_checked(driver, told), known.reader)
    except psycopg.Error as error:
        raise as_sqlalchemy_tells(connection, error) from error


def _prepared(driver: Any, known: _Known, statement: str) -> bytes:  # noqa: ANN401
    name = f"statement_{len(known.names)}".encode()
    _checked(driver, driver.pgconn.prepare(name, statement.encode()))
    known.names[statement] = name
    return name


def _given(value: object) -> bytes | None:
    """A value as libpq takes it: words as bytes too, since what ends at a zero byte would be cut off in silence."""
    if value is None or isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else str(value).encode()


def _checked(driver: Any, told: Any) -> Any:  # noqa: ANN401
    if told.status not in _DONE:
        raise refusal(driver, told)
    return told


def refusal(driver: Any, told: Any) -> psycopg.Error:  # noqa: ANN401
    """What PostgreSQL says against a command.

    Without its code nobody said anything: the connection is lost, even where libpq takes it for a good one still. So is
    one of which PostgreSQL forgot the statements.
    """
    if told.error_field(DiagnosticField.SQLSTATE) not in (None, _FORGOTTEN):
        return error_from_result(told)
    driver.close()
    return psycopg.OperationalError("the connection was lost")
