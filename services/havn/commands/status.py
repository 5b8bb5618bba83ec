"""havn status."""

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.havn.commands.asking import running
from services.havn.commands.options import Json
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.status import status as view

app = typer.Typer(add_completion=False)

ANSWER_SECONDS = 2.0
SERVING = health_pb2.HealthCheckResponse.ServingStatus.Name(health_pb2.HealthCheckResponse.SERVING)


@app.command()
def status(json: Json = False) -> None:
    """The health of each service; ends with 0 only when all serve."""
    found_settings = settings()
    found = running(found_settings)
    services = [
        {"name": name, "address": address, "status": health(address)} for name, address in found.addresses.items()
    ]
    told = {"data": str(found_settings.data), "pid": found.pid, "services": services}
    show(told, view(str(found_settings.data), services), json)
    if any(service["status"] != SERVING for service in services):
        raise typer.Exit(1)


def health(address: str) -> str:
    """What the service at an address says of itself: SERVING, NOT_SERVING, or the code of the error."""
    with grpc.insecure_channel(address) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # missing in the stubs
            answer = check(health_pb2.HealthCheckRequest(), timeout=ANSWER_SECONDS)
        except grpc.RpcError as error:
            return error.code().name if isinstance(error, grpc.Call) else "UNKNOWN"
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
