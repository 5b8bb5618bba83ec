"""havn answer."""

import uuid
from typing import Annotated

import typer

from havn.placements.v1.placements_pb2 import (
    OFFER_ANSWER_ACCEPT,
    OFFER_ANSWER_DECLINE,
    AnswerOfferRequest,
    GetInquiryRequest,
)
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.views.inquiries import answered as view
from services.havn.views.phrases import Lang

app = typer.Typer(add_completion=False)

Inquiry = Annotated[str, typer.Argument(metavar="INQUIRY", help="Its name, as `havn inquiries` tells it.")]


@app.command()
def answer(
    inquiry: Inquiry,
    accept: Annotated[bool, typer.Option("--accept/--decline", help="Yes or no.")],
    reason: Annotated[str, typer.Option(help="Why; a no needs one.")] = "",
    as_user: As = User.INSTITUTION,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """A home's answer to what it is asked. Whoever says yes is told who the child is."""
    with asking(as_user) as connection:
        asked = connection.placements.GetInquiry(GetInquiryRequest(name=inquiry))
        request = AnswerOfferRequest(
            name=inquiry,
            etag=asked.etag,
            answer=OFFER_ANSWER_ACCEPT if accept else OFFER_ANSWER_DECLINE,
            reason=reason,
            request_id=str(uuid.uuid4()),
        )
        found = connection.placements.AnswerOffer(request)
    show(document(found), view(found, lang), json)
