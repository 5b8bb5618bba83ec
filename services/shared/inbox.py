"""The inbox: which events each consumer is done with, be they applied or dismissed."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, text
from sqlmodel import Session

from services.shared.statements import Statement

Settled = tuple[str, str]
"""A consumer and the id of an event that it is done with."""

_GIVEN = {
    "sqlite": "SELECT value FROM json_each(:event_ids)",
    "postgresql": "SELECT json_array_elements_text(CAST(:event_ids AS json)) AS value",
}
"""Ids that come as one value, as rows."""

_MARK = {
    kind: Statement(
        text(f"INSERT INTO inbox (consumer, event_id, time) SELECT :consumer, value, :time FROM ({given}) AS given"),
        " WHERE true ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id",
    )
    for kind, given in _GIVEN.items()
}
_MARKED = {
    kind: Statement(text(f"SELECT event_id FROM inbox WHERE consumer = :consumer AND event_id IN ({given})"))
    for kind, given in _GIVEN.items()
}


def mark(session: Session, consumer: str, event_ids: Collection[str], now: datetime) -> list[str]:
    """Writes that a consumer is done with events, and gives those that it was not done with yet, in their order."""
    connection = session.connection()
    values = {"consumer": consumer, "time": now.isoformat(), "event_ids": json.dumps(list(event_ids))}
    new = {event_id for (event_id,) in _MARK[connection.dialect.name].rows(connection, values)}
    return [event_id for event_id in event_ids if event_id in new]


def settled(session: Session, events: Iterable[Settled]) -> set[Settled]:
    """Those of the events that their consumers are done with."""
    asked: dict[str, list[str]] = {}
    for consumer, event_id in events:
        asked.setdefault(consumer, []).append(event_id)
    return {
        (consumer, event_id)
        for consumer, event_ids in asked.items()
        for event_id in _marked(session.connection(), consumer, event_ids)
    }


def _marked(connection: Connection, consumer: str, event_ids: Collection[str]) -> list[str]:
    values = {"consumer": consumer, "event_ids": json.dumps(list(event_ids))}
    return [event_id for (event_id,) in _MARKED[connection.dialect.name].rows(connection, values)]
