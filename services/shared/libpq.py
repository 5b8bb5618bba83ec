"""Commands that go to PostgreSQL through libpq alone."""

from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from sqlalchemy import Connection

from services.shared.statements import as_sqlalchemy_tells

_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


def tell(connection: Connection, command: str) -> None:
    """Tells a command through libpq alone: the cursor that it needs no values from would take twice as long."""
    driver: Any = connection.connection.dbapi_connection
    try:
        told = driver.pgconn.exec_(command.encode())
        if told.status not in _DONE:
            raise refusal(driver, told)
    except psycopg.Error as error:
        raise as_sqlalchemy_tells(connection, error) from error


def refusal(driver: Any, told: Any) -> psycopg.Error:  # noqa: ANN401  # libpq's types have two makers
    """What PostgreSQL says against a command.

    Without its code nobody said anything: the connection is lost, even where libpq takes it for a good one still.
    """
    if told.error_field(DiagnosticField.SQLSTATE):
        return error_from_result(told)
    driver.close()
    return psycopg.OperationalError("the connection was lost")
