"""havn suppliers."""

import uuid
from datetime import date
from typing import Annotated

import typer

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.commands import supplier_registry
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import authority_name, institution_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.importing.cells import WHOLE_MAX
from services.havn.views.phrases import Lang
from services.havn.views.suppliers import breaches as view_breaches
from services.havn.views.suppliers import delivered as view_delivered
from services.havn.views.suppliers import deliveries as view_deliveries
from services.havn.views.suppliers import sheet as view_sheet
from services.havn.views.suppliers import suppliers as view
from services.shared.wire import date_message

app = typer.Typer(add_completion=False)
app.command()(supplier_registry.units)
app.command()(supplier_registry.profile)
app.command()(supplier_registry.create)
app.command()(supplier_registry.update)

Institution = Annotated[str, typer.Argument(metavar="INSTITUTION", help="institutions/i or i.")]


@app.callback(invoke_without_command=True)
def suppliers(
    context: typer.Context, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False
) -> None:
    """Institutions: who owns them, how open they are, what they promised."""
    if context.invoked_subcommand:
        return
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListInstitutions, pb.ListInstitutionsRequest())
    show(document(answer), view(answer, lang), json)


@app.command()
def sheet(
    institution: Institution, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False
) -> None:
    """An institution's price, occupancy, promises and deliveries, and what came of placements there."""
    request = pb.GetSupplierSheetRequest(name=institution_name(institution))
    with asking(as_user) as connection:
        answer = connection.capacity.GetSupplierSheet(request)
    show(document(answer), view_sheet(answer, lang), json)


@app.command()
def deliver(
    institution: Institution,
    service: Annotated[str, typer.Option(help="Key of the promised service, as the sheet tells it.")],
    what: Annotated[str, typer.Option(help="What was delivered, without names.")],
    on: Annotated[date | None, typer.Option(help="When; today if not given.", parser=day, metavar="DATE")] = None,
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Notes what an institution delivered of a service that it promised."""
    delivery = pb.Delivery(promised_service=service, what=what, delivered_date=date_message(on or today(settings())))
    request = pb.RecordDeliveryRequest(
        parent=institution_name(institution), delivery=delivery, request_id=str(uuid.uuid4())
    )
    with asking(as_user) as connection:
        answer = connection.capacity.RecordDelivery(request)
    show(document(answer), view_delivered(answer, lang), json)


@app.command()
def deliveries(
    institution: Annotated[
        str, typer.Argument(metavar="INSTITUTION", help="institutions/i or i; all where none is named.")
    ] = "",
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """What institutions delivered of what they promised, the newest first."""
    request = pb.ListDeliveriesRequest(parent=institution_name(institution) if institution else "")
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListDeliveries, request)
    show(document(answer), view_deliveries(answer, lang), json)


@app.command()
def breach(
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help="Who is responsible: kujalleq, or in full.")],
    what: Annotated[str, typer.Option(help="What it is, without names.")],
    places: Annotated[int, typer.Option(min=1, max=WHOLE_MAX, help="How many places.")] = 1,
    at: Annotated[str, typer.Option(metavar="HOME", help="i or i/u; left out where it is in no registry.")] = "",
    since: Annotated[date | None, typer.Option(help="Today if not given.", parser=day, metavar="DATE")] = None,
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Records that a place is used that nobody approved; it makes the place no option."""
    found = pb.Breach(
        authority=authority_name(authority),
        home=supplier_registry.supplier_name(at) if at else "",
        place_count=places,
        from_date=date_message(since or today(settings())),
        what=what,
    )
    with asking(as_user) as connection:
        recorded = connection.capacity.RecordBreach(pb.RecordBreachRequest(breach=found, request_id=str(uuid.uuid4())))
    answer = pb.ListBreachesResponse(breaches=[recorded])
    show(document(answer), view_breaches(answer, lang), json)


@app.command("close-breach")
def close_breach(
    breach: Annotated[str, typer.Argument(metavar="BREACH", help="Its name, as `havn suppliers breaches` tells it.")],
    reason: Annotated[str, typer.Option(help="What came of it, without names.")],
    as_user: As = User.LEADER,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Says, once, what came of a breach; it stays in the list."""
    # What somebody closed meanwhile is not closed again: only an open one is as it was.
    request = pb.CloseBreachRequest(name=breach, etag="1", reason=reason, request_id=str(uuid.uuid4()))
    with asking(as_user) as connection:
        answer = pb.ListBreachesResponse(breaches=[connection.capacity.CloseBreach(request)])
    show(document(answer), view_breaches(answer, lang), json)


@app.command()
def breaches(as_user: As = User.LEADER, lang: Language = Lang.EN, json: Json = False) -> None:
    """Unapproved places that are or were used."""
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListBreaches, pb.ListBreachesRequest())
    show(document(answer), view_breaches(answer, lang), json)
