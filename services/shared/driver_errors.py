"""Errors of what was told to a driver past SQLAlchemy."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def as_sqlalchemy_tells(connection: Connection, error: Any) -> BaseException:  # noqa: ANN401  # the drivers' types differ
    """The error as it comes from SQLAlchemy's own execution; a connection that is lost is let go of."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    lost = dialect.is_disconnect(error, driver, None)
    if lost:
        connection.invalidate(error)
    base = dialect.loaded_dbapi.Error
    told: BaseException = DBAPIError.instance(None, None, error, base, connection_invalidated=lost)
    return told
