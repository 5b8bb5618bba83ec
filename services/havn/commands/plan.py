"""havn plan."""

import uuid
from collections.abc import Iterator

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.matching.v1.matching_pb2 import RUN_STATE_FAILED, CreateMatchRunRequest, MatchRun, WatchMatchRunRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.failures import Failed
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.views.phrases import Lang
from services.havn.views.plan import plan as view

app = typer.Typer(add_completion=False)

WATCH_SECONDS = 120.0


@app.command()
def plan(as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """Plans for all who wait in the authority: which place for which child, and how sure that is the best."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        run = planned(connection)
    show(document(run), view(run, lang), json)


def planned(connection: Connection) -> MatchRun:
    """A new match run, when it is over. Raises Failed where it made no plan."""
    run = connection.matching.CreateMatchRun(CreateMatchRunRequest(request_id=str(uuid.uuid4())))
    for changed in _watched(connection, run.name):
        run = changed
    if run.state == RUN_STATE_FAILED:
        raise Failed(f"{run.name} made no plan: the log in the data folder says why.", "INTERNAL", "RUN_FAILED")
    return run


def _watched(connection: Connection, name: str) -> Iterator[MatchRun]:
    return connection.matching.WatchMatchRun(WatchMatchRunRequest(name=name), timeout=WATCH_SECONDS)
