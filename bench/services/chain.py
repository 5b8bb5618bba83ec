"""A bare chain outbox, JetStream, inbox: the same steps, batches and durability, and nothing else.

`python -m bench.services.chain outbox|inbox DATABASE URL` runs one end of it.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nats
import pysqlite3.dbapi2 as sqlite
import uvloop
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from services.shared import consumers, relay
from services.shared.streams import Streams

STREAM = "chain"
CONSUMER = "bare"
POLL_SECONDS = 0.01

_TABLES = {
    "outbox": "create table outbox (sequence integer primary key, event_id text unique, body blob, sent integer)",
    "inbox": "create table inbox (event_id text primary key, body blob)",
}


def opened(end: str, path: Path) -> Any:  # noqa: ANN401  # the driver has no types
    """A connection to one end's database, as durable as the services' are."""
    database = sqlite.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(_TABLES[end].replace("table", "table if not exists"))
    return database


def fill(path: Path, events: Sequence[tuple[str, bytes]]) -> None:
    """Puts events, by their ids, into the outbox."""
    database = opened("outbox", path)
    _together(database, "insert into outbox (event_id, body, sent) values (?, ?, 0)", events)
    database.close()


async def send(database: Any, jetstream: JetStreamContext) -> None:  # noqa: ANN401
    """Publishes what the outbox holds, and marks it once NATS has it."""
    while True:
        waiting = database.execute(
            "select sequence, event_id, body from outbox where sent = 0 order by sequence limit ?", (relay.BATCH,)
        ).fetchall()
        await asyncio.gather(
            *(jetstream.publish(f"havn.{STREAM}.{key}", body, headers={"Nats-Msg-Id": key}) for _, key, body in waiting)
        )
        _together(database, "update outbox set sent = 1 where sequence = ?", [row[:1] for row in waiting])
        if not waiting:
            await asyncio.sleep(POLL_SECONDS)


async def receive(database: Any, jetstream: JetStreamContext) -> None:  # noqa: ANN401
    """Keeps what comes, once each, and acknowledges it."""
    config = ConsumerConfig(durable_name=CONSUMER, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=consumers.BATCH * 2)
    subscription = await jetstream.pull_subscribe(f"havn.{STREAM}.>", durable=CONSUMER, stream=STREAM, config=config)
    while True:
        try:
            messages = await subscription.fetch(consumers.BATCH, timeout=consumers.FETCH_SECONDS)
        except TimeoutError:
            continue
        rows = [((message.headers or {})["Nats-Msg-Id"], message.data) for message in messages]
        _together(database, "insert or ignore into inbox values (?, ?)", rows)
        for message in messages:
            await message.ack()


def _together(database: Any, statement: str, rows: Sequence[Sequence[object]]) -> None:  # noqa: ANN401
    """Does a statement for each row in one transaction."""
    database.execute("BEGIN IMMEDIATE")
    database.executemany(statement, rows)
    database.execute("COMMIT")


async def run(end: str, path: Path, url: str) -> None:
    """Runs one end until it is ended."""
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await Streams(client, replicas=1, megabytes=1024).stream(STREAM)
    await (send if end == "outbox" else receive)(opened(end, path), jetstream)


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
