"""A service that does nothing: the gate before it is the services' own. python -m bench.services.echo."""

import sys

import grpc
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from havn.access.v1 import access_pb2
from havn.placements.v1.placements_pb2 import GetRequestRequest
from services.shared import access, logs
from services.shared.limits import Calls, Rates
from services.shared.server import Context, Gate, Interceptor
from services.shared.settings import Settings

PATH = "/havn.bench.Echo/Echo"


async def echo(request: GetRequestRequest, context: Context) -> GetRequestRequest:
    """What it was sent."""
    return request


async def serve(settings: Settings, address: str) -> None:
    """Serves until it is ended."""
    verifier = access.Signer(access.key_from(settings.signing_key)).verifier()
    permission = access_pb2.Permission(roles=[access_pb2.ROLE_COORDINATOR])
    # No store: nothing is read that would have to be recorded.
    calls = Calls(settings.calls_at_a_time, settings.streams_at_a_time)
    rates = Rates(settings.calls_per_second)
    gate = Gate("echo", verifier, {PATH: permission}, None, calls, rates)  # type: ignore[arg-type]
    server = grpc.aio.server(interceptors=[Interceptor(gate)])
    handler = grpc.unary_unary_rpc_method_handler(
        echo, GetRequestRequest.FromString, GetRequestRequest.SerializeToString
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("havn.bench.Echo", {"Echo": handler})])
    checker = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checker, server)
    server.add_insecure_port(address)
    await server.start()
    await checker.set("", health_pb2.HealthCheckResponse.SERVING)
    await server.wait_for_termination()


if __name__ == "__main__":
    logs.configure()
    uvloop.run(serve(Settings(), sys.argv[1]))
