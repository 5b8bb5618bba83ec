"""Brings a service's database to the newest shape, with Alembic."""

import hashlib
import importlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from services.shared import scope
from services.shared.tables import NUMBER, SORTED, Shared

SERVICES = Path(__file__).parents[1]

_RIGHTS = {
    "alembic_version": "SELECT",
    "answers": "SELECT, INSERT",
    "audit": "SELECT, INSERT",
    "inbox": "SELECT, INSERT",
}
"""Of a service's role on tables that are not changed once they are written."""


def upgrade(service: str, engine: Engine, to: str = "head") -> None:
    """Runs the migrations of a service that its database lacks, up to a revision, in one transaction."""
    config = _config(service)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def is_current(service: str, connection: Connection) -> bool:
    """Whether a database lacks no migration of this version; one that a newer version migrated lacks none."""
    kept = set(MigrationContext.configure(connection).get_current_heads())
    return kept == set(_scripts(service).get_heads()) or bool(kept - shapes(service))


def shapes(service: str) -> set[str]:
    """All shapes that a service's database had, up to the newest, as Alembic names them."""
    return {script.revision for script in _scripts(service).walk_revisions()}


@cache
def _scripts(service: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(service))


def require_current(service: str, engine: Engine) -> None:
    """Passes a database that lacks no migration. Raises RuntimeError for another, which its owner has to migrate."""
    with engine.connect() as connection:
        if not is_current(service, connection):
            raise RuntimeError(f"its database lacks migrations: run havn migrate {service}")


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    return config


def allow(service: str, engine: Engine, role: str) -> None:
    """Lets a role of PostgreSQL serve: it reads and writes, and neither deletes nor changes what was written for good.

    Copies of other services' records alone may be deleted: their owners have them.

    The tables belong to another role, so that row-level security binds the one that serves.
    """
    quoted = engine.dialect.identifier_preparer.quote_identifier(role)
    rights_on = _RIGHTS | dict.fromkeys(_copies(service), "SELECT, INSERT, UPDATE, DELETE")
    with engine.begin() as connection:
        for table in sa.inspect(connection).get_table_names():
            rights = rights_on.get(table, "SELECT, INSERT, UPDATE")
            connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {quoted}")
            connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {quoted}")
        connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")


def _copies(service: str) -> list[str]:
    store = importlib.import_module(f"services.{service}.store")
    return [str(kind.table.__tablename__) for kind in getattr(store, "COPIES", ())]


def trace_events() -> None:
    """Lets an event keep the trace that it belongs to. Frozen."""
    op.add_column("outbox", sa.Column("traceparent", sa.String, nullable=False, server_default=""))


def see_everything() -> None:
    """Lets the rest of a migration see the rows that the walls of PostgreSQL would hide from it. Frozen."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('havn.authority', '*', true)")


def run(records: MetaData) -> None:
    """What each service's migrations/env.py does: runs them on the connection that `upgrade` opened."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=[Shared.metadata, records],
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def create_shared_tables() -> None:
    """The tables that every service's first migration makes. Frozen: a later shape is a later migration."""
    op.create_table(
        "answers",
        sa.Column("caller", sa.String, primary_key=True),
        sa.Column("rpc", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("names", sa.String, nullable=False),
        sa.Column("time", sa.String, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("sequence", NUMBER, primary_key=True),
        sa.Column("event_id", sa.String, nullable=False, unique=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.String, nullable=False),
        sa.Column("sent_time", sa.String),
    )
    op.create_index("ix_outbox_unsent", "outbox", ["sent_time", "sequence"])
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("time", sa.String, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", NUMBER, primary_key=True),
        sa.Column("time", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False, index=True),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("authority", sa.String, nullable=False),
        sa.Column("rpc", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("names", sa.String, nullable=False),
    )


def create_record_table(name: str, *columns: sa.Column[Any]) -> None:
    """A table of records with columns of its own, as first migrations make them. Frozen."""
    op.create_table(
        name,
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("authority", sa.String, nullable=False, index=True),
        sa.Column("sort_key", SORTED, nullable=False, index=True, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        *columns,
    )


def seal_audit() -> None:
    """Makes the audit trail a chain of hashes to which rows are only added. Frozen.

    Rows that are there are sealed as they are found: the chain says nothing of what was done to them before.
    """
    with op.batch_alter_table("audit") as audit:
        for name in ("purpose", "outcome"):
            audit.add_column(sa.Column(name, sa.String, nullable=False, server_default=""))
        for name in ("previous_hash", "hash"):
            audit.add_column(sa.Column(name, sa.LargeBinary, nullable=False, server_default=""))
    _seal_rows(op.get_bind())
    with op.batch_alter_table("audit") as audit:
        for name in ("purpose", "outcome", "previous_hash", "hash"):
            audit.alter_column(name, server_default=None)
    for statement in _ONLY_ADDED[op.get_bind().dialect.name]:
        op.execute(statement)


def _seal_rows(connection: sa.Connection) -> None:
    kept = "sequence, time, subject, roles, authority, rpc, reference, action, names"
    rows = connection.execute(sa.text(f"SELECT {kept} FROM audit ORDER BY sequence")).all()
    sealing = sa.text(
        "UPDATE audit SET outcome='OK', names=:names, previous_hash=:before, hash=:hash WHERE sequence=:at"
    )
    # What a repeated write will say; whose records they are was not kept.
    connection.execute(sa.text("UPDATE answers SET names = '{\"\": ' || names || '}'"))
    before = bytes(32)
    for sequence, *who, action, names in rows:
        by_authority = json.dumps({who[3]: json.loads(names)})
        content = [before.hex(), sequence, *who, "", action, "OK", by_authority]
        digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()
        connection.execute(sealing, {"names": by_authority, "before": before, "hash": digest, "at": sequence})
        before = digest


_ONLY_ADDED = {
    "sqlite": (
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'rows of the audit trail are only added'); END",
        "CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'rows of the audit trail are only added'); END",
        # INSERT OR REPLACE would change a row past the other two.
        "CREATE TRIGGER audit_at_end BEFORE INSERT ON audit "
        "WHEN NEW.sequence <= (SELECT max(sequence) FROM audit) "
        "BEGIN SELECT RAISE(ABORT, 'rows of the audit trail are only added'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'rows of the audit trail are only added'; END $$",
        "CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()",
    ),
}
"""Statements that refuse to change or delete a row of the audit trail."""


def create_leases() -> None:
    """The table of leases. Frozen."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
    )


def build_wall(*tables: str, open_to_all: bool = False) -> None:
    """Row-level security for tables of records, where the database is PostgreSQL. Frozen."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in (each for table in tables for each in scope.wall(table, open_to_all)):
            op.execute(statement)
