"""Starts a service and ends it: database, streams, consumers, then calls; and in the other order."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import MetaData

from services.shared import access, clients, ending, events, migrate, postgres, sqlite, tls
from services.shared.audit_api import AuditApi
from services.shared.audit_heads import Heads
from services.shared.clock import Clock
from services.shared.consumers import Bus, Consumer, Subscription
from services.shared.courtesy import Courtesy
from services.shared.database import Database
from services.shared.grants import Grants, Listens, grants
from services.shared.limits import Calls, Rates
from services.shared.measuring import Sources
from services.shared.needs import Needing
from services.shared.operations import OperationsApi
from services.shared.parking import Parking
from services.shared.readiness import Readiness
from services.shared.rebuilding import Copies, Copy, Rebuilding
from services.shared.relay import Relay
from services.shared.revoked import Revoked
from services.shared.server import Gate
from services.shared.serving import Answers, serve
from services.shared.settings import Settings
from services.shared.store import Store
from services.shared.streams import Drifted, Streams
from services.shared.watching import Watched

log = structlog.get_logger()

TASK_RETRY_SECONDS = 1.0

Task = Callable[[], Coroutine[Any, Any, None]]
"""Runs beside the calls until it is cancelled."""


@dataclass
class Platform:
    """What every service is given: settings, the time, the key for tokens, and where the others are."""

    settings: Settings
    clock: Clock
    signer: access.Signer
    addresses: dict[str, str] = field(default_factory=dict)
    nats_urls: Mapping[str, str] = field(default_factory=dict)
    """Of each service with its own password, where Havn runs NATS itself; else the settings tell it."""
    courtesy: Courtesy = field(default_factory=Courtesy)
    """Towards the callers of all services of the process."""

    def channel(self, service: str, to: str) -> grpc.aio.Channel:
        """A channel from one service to another, signed as the first."""
        tokens = clients.Tokens(self.signer, access.service(service))
        return clients.channel(to, self.addresses[to], tokens, tls.identity(self.settings))


@dataclass(frozen=True)
class Parts:
    """What a service is made of: what answers calls, what it hears, what runs beside, whom it asks, what it copies.

    `also` answers further RPCs in the same process; `watched` is what its streams show.
    """

    descriptor: ServiceDescriptor
    register: Callable[[grpc.aio.Server], None]
    subscriptions: Sequence[Subscription] = ()
    tasks: Sequence[Task] = ()
    channels: Sequence[grpc.aio.Channel] = ()
    copies: Sequence[Copy] = ()
    watched: Sequence[Watched[Any]] = ()
    also: Sequence[Answers] = ()


@dataclass(frozen=True)
class Definition:
    """A service by name: its tables, how it is built, and what it may listen to."""

    name: str
    records: MetaData
    build: Callable[[Platform, Store], Parts]
    listens: Listens = ()

    def grants(self) -> Grants:
        """What it may do at NATS."""
        return grants(self.name, self.listens)


@dataclass
class Running:
    """A service that answers calls."""

    definition: Definition
    address: str
    store: Store
    readiness: Readiness
    sources: Sources
    _database: Database
    _opened: AsyncExitStack

    async def stop(self) -> None:
        """Takes no new calls, lets those under way end, then lets go of streams and files."""
        await self._opened.aclose()
        log.info("service.stopped", service=self.definition.name)


async def start(definition: Definition, platform: Platform) -> Running:
    """A service that answers calls at an address that the platform then knows.

    Raises LookupError for an RPC without permission, OSError for a port that is taken, NatsError without NATS; then
    nothing stays open.
    """
    async with AsyncExitStack() as opened:
        running = await _opened(definition, platform, opened)
        running._opened = opened.pop_all()
    log.info("service.started", service=definition.name, port=int(running.address.rpartition(":")[2]))
    return running


async def _opened(definition: Definition, platform: Platform, opened: AsyncExitStack) -> Running:
    """The service, whose parts `opened` closes, the last first: calls, tasks, channels, NATS, database."""
    settings, name = platform.settings, definition.name
    ground = await _ground(name, platform, opened)
    parts = definition.build(platform, ground.store)
    for channel in parts.channels:
        opened.push_async_callback(channel.close)
    readiness = Readiness(parts.descriptor.full_name)
    checks = ground.needing(platform).checks()
    await readiness.look(checks)
    consumers = [Consumer(name, subscription, ground.bus) for subscription in parts.subscriptions]
    copies = Copies(
        name, access.service(name), parts.copies, partial(platform.channel, name), platform.addresses, ground.store
    )
    rebuilding, heads = Rebuilding(copies), Heads(name, platform.signer, platform.clock)
    runners = [*ground.runners(platform), *(consumer.run for consumer in consumers), *parts.tasks]
    runners += [rebuilding.run] if parts.copies else []
    runners += [watched.run for watched in parts.watched]
    runners += [partial(heads.tell_daily, ground.database), readiness.beat, partial(readiness.watch, checks)]
    opened.push_async_callback(ending.cancelled, [asyncio.create_task(_forever(name, run)) for run in runners])
    named = {consumer.name: consumer for consumer in consumers}
    operations = OperationsApi(ground.store, ground.bus.parking, named, rebuilding)
    answers = [
        (parts.descriptor, parts.register),
        *parts.also,
        AuditApi(ground.database, heads).answers(),
        operations.answers(),
    ]
    gate = _gate(name, platform, ground.store, answers, parts.watched)
    port = await serve(gate, answers, readiness, settings, opened)
    platform.addresses[name] = address = f"{settings.host}:{port}"
    sources = Sources(
        name, ground.database, ground.connection.jetstream(), readiness, consumers, ground.bus.parking, platform.clock
    )
    return Running(definition, address, ground.store, readiness, sources, ground.database, opened)


@dataclass(frozen=True)
class Ground:
    """What every service stands on: its database, and its way to NATS."""

    service: str
    database: Database
    store: Store
    connection: Client
    bus: Bus

    def needing(self, platform: Platform) -> Needing:
        """What looks at whether it is all there."""
        limit, streams = platform.settings.outbox_limit, self.bus.streams
        return Needing(self.service, self.store, self.database, self.connection, streams, platform.clock, limit)

    def runners(self, platform: Platform) -> list[Task]:
        """What publishes events, and hears of the changes of other replicas."""
        relay = Relay(self.service, self.database, self.bus, platform.clock)
        self.store.on_change(relay.wake)
        url = platform.settings.database(self.service)
        return [relay.run, partial(postgres.hear, url, self.store.changed)] if url else [relay.run]


async def _ground(name: str, platform: Platform, opened: AsyncExitStack) -> Ground:
    settings = platform.settings
    database = await asyncio.to_thread(_database, settings, name)
    opened.push_async_callback(asyncio.to_thread, database.close)
    database.measure(name)
    store = Store(database, platform.clock)
    connection = await events.connect(platform.nats_urls.get(name, settings.nats_url), name, tls.identity(settings))
    opened.push_async_callback(events.close, connection)
    jetstream = connection.jetstream()
    streams = Streams(connection, settings.stream_replicas, settings.stream_megabytes)
    # A cluster that is choosing its leader answers nothing: the relay goes on trying, and until then this is not ready.
    with suppress(Drifted, NatsError):
        await streams.stream(name)
    bus = Bus(connection, streams, Parking(name, jetstream, streams, store), store, platform.courtesy)
    return Ground(name, database, store, connection, bus)


def _gate(
    name: str, platform: Platform, store: Store, answers: Sequence[Answers], watched: Sequence[Watched[Any]]
) -> Gate:
    settings = platform.settings
    permissions = access.permissions([descriptor for descriptor, _ in answers])
    verifier = platform.signer.verifier(Revoked(settings.revoked_tokens))
    calls = Calls(settings.calls_at_a_time, settings.streams_at_a_time)
    rates = Rates(settings.calls_per_second)
    return Gate(name, verifier, permissions, store, calls, rates, watched, platform.courtesy)


def _database(settings: Settings, service: str) -> Database:
    """A service's database in its newest shape: a file, or what the settings name, which its owner migrates."""
    if not (url := settings.database(service)):
        file = sqlite.database(settings.data / f"{service}.sqlite")
        migrate.upgrade(service, file.engine)
        return file
    database = postgres.database(url)
    try:
        migrate.require_current(service, database.engine)
    except BaseException:
        database.close()
        raise
    return database


async def _forever(service: str, run: Task) -> None:
    """Runs a task that is never to end, and begins it again when a fault ends it."""
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001  # a stopped relay or consumer would lose events in silence
            log.error("task.failed", service=service, exception=error)
            await asyncio.sleep(TASK_RETRY_SECONDS)
