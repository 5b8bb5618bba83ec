"""PostgreSQL in backups: rows go into SQLite files of the same shape, and from such files into empty databases."""

from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, NullPool, Table, create_engine, event, make_url

from services.havn.backup.contents import SHAPE_TABLE, contents, each_row, tables
from services.havn.backup.files import sqlite
from services.havn.backup.unusable import Unusable
from services.shared import migrate
from services.shared.access import EVERYWHERE

_AT_ONCE = 1_000


def engine(url: str) -> Engine:
    """An engine whose transactions each see one state, and the rows of all authorities."""
    made = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool, isolation_level="REPEATABLE READ"
    )

    @event.listens_for(made, "begin")
    def see_all(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT set_config('havn.authority', '{EVERYWHERE}', true)")

    return made


def copy_rows(service: str, connection: Connection, path: Path) -> None:
    """Writes what a connection sees to a new SQLite file."""
    path.touch(mode=0o600)
    target = sqlite(path)
    migrate.upgrade(service, target, to=contents_shape(connection))
    with target.begin() as copied:
        _insert_all(connection, copied)


def fill(connection: Connection, copy: Connection) -> None:
    """Writes the rows of a copy into an empty database of the same shape, as the owner of its tables.

    One that holds these rows already is left as it is. Raises Unusable for one that holds others, or has another shape.
    """
    found, wanted = contents(connection), contents(copy)
    if found == wanted:
        return
    if found.shape != wanted.shape:
        raise Unusable(
            f"{connection.engine.url.database}: has shape {found.shape}, not {wanted.shape}: run havn migrate"
        )
    if found.row_count:
        raise Unusable(f"{connection.engine.url.database}: is in use or holds something; name a new database")
    _insert_all(copy, connection)
    for table in tables(connection):
        if "sequence" in {column["name"] for column in sa.inspect(connection).get_columns(table)}:
            numbered = f"SELECT setval(pg_get_serial_sequence('{table}', 'sequence'), max(sequence)) FROM {table}"
            connection.exec_driver_sql(f"{numbered} HAVING count(*) > 0")


def contents_shape(connection: Connection) -> str:
    """The shape of a database."""
    shape: str = connection.execute(sa.text(f"SELECT version_num FROM {SHAPE_TABLE}")).scalar_one()
    return shape


def _insert_all(source: Connection, target: Connection) -> None:
    for name in tables(source):
        table = Table(name, MetaData(), autoload_with=target)
        rows = each_row(source, name)
        while together := list(islice(rows, _AT_ONCE)):
            target.execute(table.insert(), together)
