"""havn central-list: Socialstyrelsen's list, and what a municipality applies for there."""

import uuid
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.capacity.v1 import waiting_pb2 as pb
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.failures import Failed
from services.havn.commands.names import request_name, unit_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.views import central_list as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The central list of places in institutions.")

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="The request, such as r-001.")]
Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="The entry, as the list names it.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@app.command("list")
def list_entries(
    left: Annotated[bool, typer.Option("--left", help="Those who left it instead, and why.")] = False,
    as_user: As = User.CENTRAL_LIST,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """All who wait for a place in an institution, of all municipalities, in order."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.waiting.ListCentralList, pb.ListCentralListRequest(left=left))
    show(document(answer), view.left(answer, lang) if left else view.central_list(answer, lang), json)


@app.command()
def applications(as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """What the municipality applied for, and where it stands."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.waiting.ListCentralListApplications, pb.ListCentralListApplicationsRequest())
    show(document(answer), view.applications(answer, lang), json)


@app.command()
def apply(request: Request, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """Puts one who waits on the central list too."""
    asked = pb.ApplyToCentralListRequest(request=request_name(request), request_id=str(uuid.uuid4()))
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = connection.waiting.ApplyToCentralList(asked)
    show(document(answer), view.applied(answer, lang), json)


@app.command()
def withdraw(
    request: Request, reason: Reason, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Takes a request off the central list; it stays on the municipality's own."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        application = _application(connection, request_name(request))
        answer = connection.waiting.WithdrawCentralListApplication(
            pb.WithdrawCentralListApplicationRequest(
                name=application.name, etag=application.etag, reason=reason, request_id=str(uuid.uuid4())
            )
        )
    show(document(answer), view.withdrawn(answer, lang), json)


@app.command()
def remove(
    entry: Entry,
    reason: Reason,
    as_user: As = User.CENTRAL_LIST,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes an entry off the central list; its municipality reads the reason."""
    name = entry_name(entry)
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        asked = pb.RemoveFromCentralListRequest(
            name=name, etag=_etag(connection, name), reason=reason, request_id=str(uuid.uuid4())
        )
        answer = connection.waiting.RemoveFromCentralList(asked)
    show(document(answer), view.removed(answer, lang), json)


@app.command()
def places(as_user: As = User.CENTRAL_LIST, lang: Language = Lang.EN, json: Json = False) -> None:
    """The units that the central list disposes of, and how many of their places it may still assign."""
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        answer = all_pages(connection.waiting.ListAssignablePlaces, pb.ListAssignablePlacesRequest())
    show(document(answer), view.places(answer, lang), json)


@app.command()
def assign(
    entry: Entry,
    home: Annotated[str, typer.Argument(metavar="UNIT", help="The unit, such as i-nuuk-01/a.")],
    reason: Annotated[str, typer.Option(help="Why this one, where others come first; its municipality reads it.")] = "",
    as_user: As = User.CENTRAL_LIST,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Assigns a place to an entry: its municipality may ask for that place from then on."""
    name = entry_name(entry)
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        asked = pb.AssignPlaceRequest(
            name=name,
            etag=_etag(connection, name),
            home=unit_name(home),
            reason=reason,
            request_id=str(uuid.uuid4()),
        )
        answer = connection.waiting.AssignPlace(asked)
    show(document(answer), view.assigned(answer, lang), json)


@app.command()
def take_back(
    entry: Entry, reason: Reason, as_user: As = User.CENTRAL_LIST, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Takes an assigned place back; the municipality reads the reason."""
    name = entry_name(entry)
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        asked = pb.TakePlaceBackRequest(
            name=name, etag=_etag(connection, name), reason=reason, request_id=str(uuid.uuid4())
        )
        answer = connection.waiting.TakePlaceBack(asked)
    show(document(answer), view.taken_back(answer, lang), json)


def entry_name(entry: str) -> str:
    """The name of an entry, given whole or as the list shows it."""
    return f"centralListEntries/{entry.removeprefix('centralListEntries/')}"


def _etag(connection: Connection, name: str) -> str:
    """The etag of an entry, or one that none has where the list has it no more."""
    listed = all_pages(connection.waiting.ListCentralList, pb.ListCentralListRequest())
    return next((each.etag for each in listed.entries if each.name == name), "1")


def _application(connection: Connection, request: str) -> pb.CentralListApplication:
    """The application of a request that is on the central list. Raises Failed where there is none."""
    asked = pb.ListCentralListApplicationsRequest(request=request, state=pb.CENTRAL_LIST_STATE_WAITING)
    found = connection.waiting.ListCentralListApplications(asked).applications
    if not found:
        raise Failed(f"{request} is not on the central list.", code="NOT_FOUND", reason="NOT_FOUND")
    return found[0]
