"""A bare chain outbox, JetStream, inbox: the same steps, batches and durability, and nothing else.

`python -m bench.services.chain outbox|inbox DATABASE URL` runs one end of it.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import nats
import psycopg
import pysqlite3.dbapi2 as sqlite
import uvloop
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from services.shared import pulling, relay
from services.shared.streams import Streams

STREAM = "chain"
CONSUMER = "bare"
POLL_SECONDS = 0.01

_TABLES = {
    "outbox": "outbox (sequence {number} primary key, event_id text unique, body {bytes}, sent integer)",
    "inbox": "inbox (event_id text primary key, body {bytes})",
}
ENDS = tuple(_TABLES)

_SQLITE = {"number": "integer", "bytes": "blob"}
_POSTGRESQL = {"number": "bigserial", "bytes": "bytea"}


class Database:
    """One end's database, as durable as the services' are: an SQLite file, or PostgreSQL by URL."""

    def __init__(self, target: str) -> None:
        self._on_postgres = target.startswith("postgresql:")
        # The drivers' types differ.
        self._connection: Any = psycopg.connect(target, autocommit=True) if self._on_postgres else _file(target)

    def create(self, end: str) -> None:
        """Makes the table of an end."""
        types = _POSTGRESQL if self._on_postgres else _SQLITE
        self._connection.execute(f"create table {_TABLES[end].format(**types)}")
        if end == "outbox":
            # Otherwise its polls would read all that was ever sent, also while others are measured.
            self._connection.execute("create index unsent on outbox (sequence) where sent = 0")

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query gives."""
        found: list[tuple[Any, ...]] = self._connection.execute(self._told(statement), values).fetchall()
        return found

    def together(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Does a statement for each row in one transaction."""
        self._connection.execute("BEGIN" if self._on_postgres else "BEGIN IMMEDIATE")
        self._connection.cursor().executemany(self._told(statement), rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Lets go of it."""
        self._connection.close()

    def _told(self, statement: str) -> str:
        return statement.replace("?", "%s") if self._on_postgres else statement


def _file(path: str) -> Any:  # noqa: ANN401
    connection = sqlite.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def create(end: str, target: str) -> None:
    """Makes the database of an end ready."""
    database = Database(target)
    database.create(end)
    database.close()


def fill(target: str, events: Sequence[tuple[str, bytes]]) -> None:
    """Puts events, by their ids, into the outbox."""
    database = Database(target)
    database.together("insert into outbox (event_id, body, sent) values (?, ?, 0)", events)
    database.close()


async def send(database: Database, jetstream: JetStreamContext) -> None:
    """Publishes what the outbox holds, and marks it once NATS has it."""
    while True:
        waiting = database.rows(
            "select sequence, event_id, body from outbox where sent = 0 order by sequence limit ?", relay.BATCH
        )
        await asyncio.gather(
            *(jetstream.publish(f"havn.{STREAM}.{key}", body, headers={"Nats-Msg-Id": key}) for _, key, body in waiting)
        )
        database.together("update outbox set sent = 1 where sequence = ?", [row[:1] for row in waiting])
        if not waiting:
            await asyncio.sleep(POLL_SECONDS)


async def receive(database: Database, jetstream: JetStreamContext) -> None:
    """Keeps what comes, once each, and acknowledges it."""
    config = ConsumerConfig(durable_name=CONSUMER, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=pulling.BATCH * 2)
    subscription = await jetstream.pull_subscribe(f"havn.{STREAM}.>", durable=CONSUMER, stream=STREAM, config=config)
    while True:
        try:
            messages = await subscription.fetch(pulling.BATCH, timeout=pulling.FETCH_SECONDS)
        except TimeoutError:
            continue
        rows = [((message.headers or {})["Nats-Msg-Id"], message.data) for message in messages]
        database.together("insert into inbox values (?, ?) on conflict do nothing", rows)
        for message in messages:
            await message.ack()


async def run(end: str, target: str, url: str) -> None:
    """Runs one end until it is ended."""
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await Streams(client, replicas=1, megabytes=1024).stream(STREAM)
    await (send if end == "outbox" else receive)(Database(target), jetstream)


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], sys.argv[2], sys.argv[3]))
