"""Answers calls: the gRPC server of a service, its health, and its end."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.shared import checks, tls
from services.shared.readiness import Readiness
from services.shared.server import Gate, Interceptor
from services.shared.settings import Settings

SPARE_CALLS = 800
CUT_SECONDS = 0.5

Answers = tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]
"""RPCs, and how they are registered."""

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


async def serve(
    gate: Gate, answers: Sequence[Answers], readiness: Readiness, settings: Settings, opened: AsyncExitStack
) -> int:
    """Answers calls, at the port that it gives, until `opened` closes."""
    # The gate refuses in words and lets health through; gRPC's own limit is the net below it.
    most = SPARE_CALLS + settings.calls_at_a_time + settings.streams_at_a_time
    server = grpc.aio.server(interceptors=[Interceptor(gate)], options=_OPTIONS, maximum_concurrent_rpcs=most)
    for _, register in answers:
        register(server)
    health_pb2_grpc.add_HealthServicer_to_server(readiness.health, server)
    told = [*(descriptor.full_name for descriptor, _ in answers), reflection.SERVICE_NAME]
    reflection.enable_server_reflection(told, server)
    if settings.health_port:
        await _serve_health(f"{settings.host}:{settings.health_port}", readiness, opened)
    port = _listen(server, f"{settings.host}:{settings.port(gate.service)}", tls.identity(settings))
    await server.start()
    opened.push_async_callback(_drained, server, gate, readiness, settings)
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


async def _drained(server: grpc.aio.Server, gate: Gate, readiness: Readiness, settings: Settings) -> None:
    """Says that the service ends, still answers while clients and balancers notice, then answers what has begun."""
    await readiness.end()
    await asyncio.sleep(settings.notice_seconds)
    # Calls that are not done in time are told so by the gate, before gRPC would cut them without a word.
    stopping = asyncio.ensure_future(server.stop(settings.drain_seconds + CUT_SECONDS))
    for watched in gate.watched:
        watched.end()
    await gate.calls.over(settings.drain_seconds)
    await stopping
