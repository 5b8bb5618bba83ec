"""havn parked."""

import uuid
from collections.abc import Iterator
from typing import Annotated, Any

import grpc
import typer

from havn.operations.v1.operations_pb2 import DismissParkedRequest, ListParkedRequest, ParkedEvent, RetryParkedRequest
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.failures import Failed
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.views.parked import Found, dismissed
from services.havn.views.parked import parked as view
from services.havn.views.parked import retried as view_retried
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Event = Annotated[str, typer.Argument(metavar="EVENT", help="As the list names it, such as matching/3.")]


@app.callback(invoke_without_command=True)
def parked(
    context: typer.Context, as_user: As = User.ADMINISTRATOR, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Events that a service could not apply; each is to be retried or dismissed."""
    if context.invoked_subcommand:
        return
    with asking(as_user) as connection:
        found = list(_all(connection))
    show({"parked_events": [_document(service, event) for service, event in found]}, view(found, lang), json)


@app.command()
def retry(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="As the list names it; all if none is named.")] = "",
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Applies a parked event after all, or each of them; what still can't be applied stays parked."""
    with asking(as_user) as connection:
        if event:
            service, name = _named(event, connection)
            applied, left = [(service, _retried(connection, service, name))], list[Found]()
        else:
            applied, left = _all_retried(connection)
    told = {"applied": [_document(*each) for each in applied], "parked": [_document(*each) for each in left]}
    show(told, view_retried(applied, left, lang), json)
    if left:
        raise typer.Exit(1)


@app.command()
def dismiss(
    event: Event,
    reason: Annotated[str, typer.Option(help="Why nobody needs it; kept with your name.")],
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Gives a parked event up: it is never applied."""
    with asking(as_user) as connection:
        service, name = _named(event, connection)
        request = DismissParkedRequest(name=name, reason=reason, request_id=str(uuid.uuid4()))
        answer = OperationsServiceStub(connection.channels[service]).DismissParked(request)
    show(_document(service, answer), dismissed(service, answer, lang), json)


def _all(connection: Connection) -> Iterator[Found]:
    for service, channel in connection.channels.items():
        found = all_pages(OperationsServiceStub(channel).ListParked, ListParkedRequest())
        yield from ((service, event) for event in found.parked_events)


def _all_retried(connection: Connection) -> tuple[list[Found], list[Found]]:
    """Those that were applied, and those that still could not be."""
    done: list[Found] = []
    left: list[Found] = []
    for service, event in list(_all(connection)):
        try:
            done.append((service, _retried(connection, service, event.name)))
        except grpc.RpcError as error:
            if not isinstance(error, grpc.Call) or error.code() != grpc.StatusCode.FAILED_PRECONDITION:
                raise
            left.append((service, event))
    return done, left


def _retried(connection: Connection, service: str, name: str) -> ParkedEvent:
    request = RetryParkedRequest(name=name, request_id=str(uuid.uuid4()))
    return OperationsServiceStub(connection.channels[service]).RetryParked(request)


def _named(event: str, connection: Connection) -> tuple[str, str]:
    service, _, number = event.partition("/")
    if service not in connection.channels or not number.isdecimal():
        raise Failed(f"{event!r} names no parked event: write it as havn parked lists it.", "NOT_FOUND", "NOT_FOUND")
    return service, f"parkedEvents/{number}"


def _document(service: str, event: ParkedEvent) -> dict[str, Any]:
    return {"service": service} | document(event)
