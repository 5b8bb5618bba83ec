"""havn withdraw-offer."""

import uuid
from typing import Annotated

import typer

from havn.access.v1.access_pb2 import PURPOSE_FINDING_HOME
from havn.placements.v1.placements_pb2 import GetOfferRequest, WithdrawOfferRequest
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.names import offer_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.offers import withdrawn as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Offer = Annotated[str, typer.Argument(metavar="OFFER", help="offers/1f3a or 1f3a.")]


@app.command()
def withdraw_offer(
    offer: Offer,
    reason: Annotated[str, typer.Option(help="Why; the home does not see it.")],
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Takes an offer back that was not answered, or was accepted."""
    name = offer_name(offer)
    with asking(as_user, PURPOSE_FINDING_HOME) as connection:
        kept = connection.placements.GetOffer(GetOfferRequest(name=name))
        request = WithdrawOfferRequest(name=name, etag=kept.etag, reason=reason, request_id=str(uuid.uuid4()))
        answer = connection.placements.WithdrawOffer(request)
    show(document(answer), view(answer, lang), json)
