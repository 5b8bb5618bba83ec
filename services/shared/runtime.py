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
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from nats.errors import Error as NatsError
from sqlalchemy import MetaData

from services.shared import access, checks, clients, events, migrate, postgres, sqlite, tls
from services.shared.audit_api import AuditApi
from services.shared.audit_heads import Heads
from services.shared.clock import Clock
from services.shared.consumers import Bus, Consumer, Subscription
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
from services.shared.server import Gate, Interceptor
from services.shared.settings import Settings
from services.shared.store import Store
from services.shared.streams import Drifted, Streams

log = structlog.get_logger()

TASK_RETRY_SECONDS = 1.0
SPARE_CALLS = 800
CUT_SECONDS = 0.5
CANCEL_AGAIN_SECONDS = 0.2

_OPTIONS: Sequence[tuple[str, Any]] = (
    ("grpc.max_receive_message_length", checks.MAX_MESSAGE_BYTES),
    # gRPC refuses at random between the two, unless they are one.
    ("grpc.max_metadata_size", checks.MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", checks.MAX_METADATA_BYTES),
    # Otherwise two servers may share a port in silence.
    ("grpc.so_reuseport", 0),
    # Clients ask every 10 seconds whether a quiet call still has somebody at its other end.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    # Clients look up addresses anew, so that new replicas get their share; calls under way are let end.
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 3_600_000),
)


Task = Callable[[], Coroutine[Any, Any, None]]
"""Runs beside the calls until it is cancelled."""


Answers = tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]
"""RPCs, and how they are registered."""


@dataclass
class Platform:
    """What every service is given: settings, the time, the key for tokens, and where the others are."""

    settings: Settings
    clock: Clock
    signer: access.Signer
    addresses: dict[str, str] = field(default_factory=dict)
    nats_urls: Mapping[str, str] = field(default_factory=dict)
    """Of each service with its own password, where Havn runs NATS itself; else the settings tell it."""

    def channel(self, service: str, to: str) -> grpc.aio.Channel:
        """A channel from one service to another, signed as the first."""
        tokens = clients.Tokens(self.signer, access.service(service))
        return clients.channel(to, self.addresses[to], tokens, tls.identity(self.settings))


@dataclass(frozen=True)
class Parts:
    """What a service is made of: what answers calls, what it hears, what runs beside, whom it asks, what it copies."""

    descriptor: ServiceDescriptor
    register: Callable[[grpc.aio.Server], None]
    subscriptions: Sequence[Subscription] = ()
    tasks: Sequence[Task] = ()
    channels: Sequence[grpc.aio.Channel] = ()
    copies: Sequence[Copy] = ()


@dataclass(frozen=True)
class Definition:
    """A service by name: its tables, how it is built, and the streams that it may listen to, each with the purpose."""

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
    bus = Bus(jetstream, streams, Parking(name, jetstream, streams, store), store)
    parts = definition.build(platform, store)
    for channel in parts.channels:
        opened.push_async_callback(channel.close)
    readiness = Readiness(parts.descriptor.full_name)
    checks = Needing(name, store, database, connection, streams, platform.clock, settings.outbox_limit).checks()
    await readiness.look(checks)
    relay = Relay(name, database, jetstream, streams, platform.clock)
    store.on_change(relay.wake)
    consumers = [Consumer(name, subscription, bus) for subscription in parts.subscriptions]
    reach = partial(platform.channel, name)
    rebuilding = Rebuilding(Copies(name, access.service(name), parts.copies, reach, platform.addresses, store))
    named = {consumer.name: consumer for consumer in consumers}
    operations = OperationsApi(store, bus.parking, named, rebuilding)
    runners: list[Task] = [relay.run, *(consumer.run for consumer in consumers), *parts.tasks]
    if parts.copies:
        runners.append(rebuilding.run)
    heads = Heads(name, platform.signer, platform.clock)
    runners += [partial(heads.tell_daily, database), readiness.beat, partial(readiness.watch, checks)]
    if url := settings.database(name):
        runners.append(partial(postgres.hear, url, store.changed))
    opened.push_async_callback(_cancelled, [asyncio.create_task(_forever(name, run)) for run in runners])
    answers = [(parts.descriptor, parts.register), AuditApi(database, heads).answers(), operations.answers()]
    port = await _serve(definition, platform, store, answers, readiness, opened)
    platform.addresses[name] = address = f"{settings.host}:{port}"
    sources = Sources(name, database, jetstream, readiness, consumers, bus.parking, platform.clock)
    return Running(definition, address, store, readiness, sources, database, opened)


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


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    """Returns when all have ended. Python 3.11's wait_for, which nats-py uses, may swallow a cancellation."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)


async def _forever(service: str, run: Task) -> None:
    """Runs a task that is never to end, and begins it again when a fault ends it."""
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001  # a stopped relay or consumer would lose events in silence
            log.error("task.failed", service=service, exception=error)
            await asyncio.sleep(TASK_RETRY_SECONDS)


async def _serve(
    definition: Definition,
    platform: Platform,
    store: Store,
    answers: Sequence[Answers],
    readiness: Readiness,
    opened: AsyncExitStack,
) -> int:
    """Answers calls, at the port that it gives, until `opened` closes."""
    settings, descriptors = platform.settings, [descriptor for descriptor, _ in answers]
    permissions = access.permissions(descriptors)
    calls, rates = Calls(settings.calls_at_a_time), Rates(settings.calls_per_second)
    verifier = platform.signer.verifier(Revoked(settings.revoked_tokens))
    gate = Gate(definition.name, verifier, permissions, store, calls, rates)
    # The gate refuses in words and lets health through; gRPC's own limit is the net below it.
    most = SPARE_CALLS + settings.calls_at_a_time
    server = grpc.aio.server(interceptors=[Interceptor(gate)], options=_OPTIONS, maximum_concurrent_rpcs=most)
    for _, register in answers:
        register(server)
    health_pb2_grpc.add_HealthServicer_to_server(readiness.health, server)
    told = [*(descriptor.full_name for descriptor in descriptors), reflection.SERVICE_NAME]
    reflection.enable_server_reflection(told, server)
    if settings.health_port:
        await _serve_health(f"{settings.host}:{settings.health_port}", readiness, opened)
    port = _listen(server, f"{settings.host}:{settings.port(definition.name)}", tls.identity(settings))
    await server.start()
    opened.push_async_callback(_drained, server, calls, readiness, settings)
    return port


async def _serve_health(address: str, readiness: Readiness, opened: AsyncExitStack) -> None:
    """Answers health alone, without TLS: Kubernetes has no certificate, and there is nothing to hide in it."""
    server = grpc.aio.server(options=_OPTIONS)
    health_pb2_grpc.add_HealthServicer_to_server(readiness.health, server)
    server.add_insecure_port(address)
    await server.start()
    opened.push_async_callback(server.stop, None)


def _listen(server: grpc.aio.Server, address: str, identity: tls.Identity | None) -> int:
    """Lets a server listen, over TLS where it has an identity; the port."""
    if identity is None:
        return server.add_insecure_port(address)
    return server.add_secure_port(address, identity.server_credentials())


async def _drained(server: grpc.aio.Server, calls: Calls, readiness: Readiness, settings: Settings) -> None:
    """Says that the service ends, still answers while clients and balancers notice, then answers what has begun."""
    await readiness.end()
    await asyncio.sleep(settings.notice_seconds)
    # Calls that are not done in time are told so by the gate, before gRPC would cut them without a word.
    stopping = asyncio.ensure_future(server.stop(settings.drain_seconds + CUT_SECONDS))
    await calls.over(settings.drain_seconds)
    await stopping
