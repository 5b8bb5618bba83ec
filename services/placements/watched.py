"""What the stream of offers shows: that offers or inquiries are others, to those who may see them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import func, select

from havn.placements.v1 import placements_pb2 as pb
from services.placements.store import InquiryRow, OfferRow
from services.shared import access
from services.shared.access import Caller
from services.shared.records import View

_METHODS = pb.DESCRIPTOR.services_by_name["PlacementsService"].methods_by_name

Totals = Mapping[tuple[str, str], int]
"""The versions of records, summed by authority and home: each change makes a sum greater."""


@dataclass(frozen=True)
class Versions:
    """Of all offers, and of all inquiries."""

    offers: Totals
    inquiries: Totals


def versions(view: View) -> Versions:
    """Those now."""
    return Versions(_totals(view, OfferRow), _totals(view, InquiryRow))


def version_for(caller: Caller, known: Versions) -> str:
    """The version of what the caller may read."""
    return f"{_seen(caller, 'ListOffers', known.offers)}-{_seen(caller, 'ListInquiries', known.inquiries)}"


def _totals(view: View, table: type[OfferRow] | type[InquiryRow]) -> Totals:
    summed = select(table.authority, table.home, func.sum(table.version)).group_by(table.authority, table.home)
    return {(authority, home): total for authority, home, total in view.session.exec(summed)}


def _seen(caller: Caller, by: str, totals: Totals) -> int:
    """The sum of those that the caller sees, where it may call the RPC that lists them."""
    if caller.roles.isdisjoint(access.permission(_METHODS[by]).roles):
        return 0
    return sum(total for (authority, home), total in totals.items() if caller.sees(authority, home))
