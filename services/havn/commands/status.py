"""havn status."""

from typing import Any

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.havn.commands.asking import running
from services.havn.commands.options import Json
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings
from services.havn.views.status import status as view
from services.shared.clients import plain_channel
from services.shared.readiness import NEEDS, READINESS
from services.shared.tls import identity

app = typer.Typer(add_completion=False)

ANSWER_SECONDS = 2.0
SERVING, NOT_SERVING = "SERVING", "NOT_SERVING"


@app.command()
def status(json: Json = False) -> None:
    """The health of each service and what it lacks; ends with 0 only when all are ready."""
    found_settings = settings()
    found = running(found_settings)
    services = [
        {"name": name, "address": address, **health(plain_channel(name, address, identity(found_settings)))}
        for name, address in found.addresses.items()
    ]
    here = {"data": str(found_settings.data), "pid": found.pid} if found.pid else {}
    show({**here, "services": services}, view(str(here.get("data", "")), services), json)
    if any(service["status"] != SERVING for service in services):
        raise typer.Exit(1)


def health(channel: grpc.Channel) -> dict[str, Any]:
    """What the service at a channel's end says of itself.

    "status" is SERVING, NOT_SERVING, or the code of the error; "lacking" the needs that are not met.
    """
    with channel:
        said = _asked(channel, READINESS)
        lacking = [need for need in NEEDS if said == NOT_SERVING and _asked(channel, f"{READINESS}/{need}") == said]
    return {"status": said, "lacking": lacking}


def _asked(channel: grpc.Channel, name: str) -> str:
    check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # missing in the stubs
    try:
        answer = check(health_pb2.HealthCheckRequest(service=name), timeout=ANSWER_SECONDS)
    except grpc.RpcError as error:
        return error.code().name if isinstance(error, grpc.Call) else "UNKNOWN"
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
