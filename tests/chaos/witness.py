"""Two witnesses of all events, in a process of its own: python -m tests.chaos.witness.

Both count how often they apply each event, which no service does: a service's effects may be repeated without harm.
One receives as services do. The other one forgets what it has applied: the storm must double events there, or it shows
nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import uvloop
from google.protobuf.message import Message
from sqlalchemy import Engine
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from havn.capacity.v1.events_pb2 import (
    BreachClosed,
    BreachRecorded,
    DeliveryChanged,
    InstitutionChanged,
    UnitChanged,
    VacancyConfirmationAsked,
    VacancyReported,
    WellbeingFell,
    WellbeingRecorded,
)
from havn.families.v1.events_pb2 import ConcernRaised, FollowUpCorrected, FollowUpLogged, FosterFamilyChanged
from havn.matching.v1.events_pb2 import MatchRunFinished
from havn.placements.v1.events_pb2 import OfferChanged, PlacementChanged, PlacementRequestChanged, RiskViewChanged
from services.shared import events, logs, postgres, sqlite, tls
from services.shared.access import Caller
from services.shared.clock import SystemClock
from services.shared.consumers import Bus, Consumer, Effect, Subscription
from services.shared.database import Database
from services.shared.inbox import Settled
from services.shared.parking import Parking
from services.shared.records import Change
from services.shared.settings import Settings
from services.shared.store import Store
from services.shared.streams import Streams
from services.shared.tables import NUMBER, Shared

NAME, FORGETFUL = "witness", "forgetful"

KINDS: Mapping[str, tuple[type[Message], ...]] = {
    "placements": (PlacementRequestChanged, PlacementChanged, OfferChanged, RiskViewChanged),
    "families": (FosterFamilyChanged, FollowUpLogged, FollowUpCorrected, ConcernRaised),
    "capacity": (
        InstitutionChanged,
        UnitChanged,
        DeliveryChanged,
        VacancyReported,
        VacancyConfirmationAsked,
        BreachRecorded,
        BreachClosed,
        WellbeingRecorded,
        WellbeingFell,
    ),
    "matching": (MatchRunFinished,),
}
"""All events, by the stream that they come on."""

CONSEQUENCES = (ConcernRaised, RiskViewChanged, BreachRecorded, VacancyConfirmationAsked)
"""What services announce besides, of what somebody wrote."""


class Witnessed(SQLModel, registry=registry()):
    """Base of the witnesses' table."""


class Seen(Witnessed, table=True):
    """An event was applied, once more."""

    __tablename__ = "seen"

    number: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    witness: str = Field(index=True)
    event: str


class Forgetful(Store):
    """A memory without an inbox. Nothing in Havn can be set to be so."""

    async def receive(self, consumer: str, caller: Caller, effects: Mapping[str, Callable[[Change], object]]) -> None:
        """Applies the effects of events, however often they come."""
        now = self._clock.now()

        def apply(session: Session) -> None:
            for effect in effects.values():
                effect(Change(session, caller, now))

        await self._database.write(apply)

    async def settled(self, events: Iterable[Settled]) -> set[Settled]:
        """None: it remembers nothing."""
        return set()


def told(event: Message) -> str:
    """What an event tells of: a record's name and its version, of which there is one event."""
    record: Any = next((value for field, value in event.ListFields() if field.message_type), event)
    kind = f"{event.DESCRIPTOR.name} of " if isinstance(event, CONSEQUENCES) else ""
    return f"{kind}{record.name}@{event.version}"  # type: ignore[attr-defined]  # each event has one


def make_tables(engine: Engine, role: str = "") -> None:
    """The tables that the witnesses need, for a role of PostgreSQL, where it is one."""
    Shared.metadata.create_all(engine)
    Witnessed.metadata.create_all(engine)
    if role:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
            connection.exec_driver_sql(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")


async def see(witness: str, event: Message) -> Effect:
    """Notes that an event was applied."""
    return lambda change: change.session.add(Seen(witness=witness, event=told(event)))


def subscription(witness: str, stream: str) -> Subscription:
    """All events of a stream, noted."""
    return Subscription(events.Listening(stream, stream), {kind: partial(see, witness) for kind in KINDS[stream]})


def _database(settings: Settings) -> Database:
    url = settings.database(NAME)
    return postgres.database(url) if url else sqlite.database(settings.data / f"{NAME}.sqlite")


async def watch(settings: Settings) -> None:
    """Watches for good. A fault ends the process, and its supervisor starts it again."""
    database, clock = _database(settings), SystemClock(settings.time_zone)
    connection = await events.connect(settings.nats_url, NAME, tls.identity(settings))
    jetstream = connection.jetstream()
    streams = Streams(connection, settings.stream_replicas, settings.stream_megabytes)
    async with asyncio.TaskGroup() as running:
        for name, store in ((NAME, Store(database, clock)), (FORGETFUL, Forgetful(database, clock))):
            bus = Bus(connection, streams, Parking(NAME, jetstream, streams, store), store)
            for stream in KINDS:
                running.create_task(Consumer(name, subscription(name, stream), bus).run())


if __name__ == "__main__":
    logs.configure()
    uvloop.run(watch(Settings()))
