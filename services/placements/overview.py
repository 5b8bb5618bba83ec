"""How much waits for whoever looks, of what it may list: counts alone, which name nobody."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col

from havn.placements.v1 import placements_pb2 as pb
from services.placements.offers_api import of_own_kind
from services.placements.store import (
    INQUIRIES,
    OFFERS,
    RISK_VIEWS,
    InquiryRow,
    OfferRow,
    RiskViewRow,
    sortable,
    still_asked,
)
from services.shared import access
from services.shared.counting import count
from services.shared.records import View

_ASKED_OFFERS, _ASKED_INQUIRIES = (still_asked(table, bindparam("now")) for table in (OfferRow, InquiryRow))
_ACCEPTED = col(OfferRow.state) == pb.OFFER_STATE_ACCEPTED
_OPEN = col(RiskViewRow.state) == pb.RISK_VIEW_STATE_OPEN


def overview(view: View, now: datetime) -> pb.PlacementsOverview:
    """What waits at a moment for the view's caller."""
    found = pb.PlacementsOverview()
    if _may(view, "ListOffers"):
        found.asked_offer_count = count(view, OFFERS, _ASKED_OFFERS, now=sortable(now))
        found.accepted_offer_count = count(view, OFFERS, _ACCEPTED)
    if _may(view, "ListInquiries"):
        own_kind = of_own_kind(view.caller)
        found.asked_inquiry_count = count(view, INQUIRIES, _ASKED_INQUIRIES, *own_kind, now=sortable(now))
    if _may(view, "ListRiskViews"):
        found.open_risk_view_count = count(view, RISK_VIEWS, _OPEN)
    return found


def _may(view: View, rpc: str) -> bool:
    return access.may(view.caller, f"havn.placements.v1.PlacementsService.{rpc}")
