"""havn rebuild."""

import time
import uuid
from typing import Annotated

import typer

from havn.operations.v1.operations_pb2 import CreateRebuildRequest, GetRebuildRequest
from havn.operations.v1.operations_pb2_grpc import OperationsServiceStub
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show, tell
from services.havn.commands.serve import Service
from services.havn.views.phrases import Lang
from services.havn.views.rebuilt import begun, rebuilt

app = typer.Typer(add_completion=False)

LOOK_SECONDS = 0.2


@app.command()
def rebuild(
    service: Annotated[Service, typer.Argument(help="Whose copies: those of matching, capacity or families.")],
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Makes a service's copies of other services' records anew, from their owners, while calls go on."""
    with asking(as_user) as connection:
        operations = OperationsServiceStub(connection.channels[service])
        answer = operations.CreateRebuild(CreateRebuildRequest(request_id=str(uuid.uuid4())))
        if not json:
            tell(begun(service, lang))
        while not answer.done:
            time.sleep(LOOK_SECONDS)
            answer = operations.GetRebuild(GetRebuildRequest(name=answer.name))
    show(document(answer), rebuilt(answer.record_count, lang), json)
