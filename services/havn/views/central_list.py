"""The central list, and applications to it."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import waiting_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, moment, said, short, table

STATES = {
    pb.CENTRAL_LIST_STATE_UNSPECIFIED: "unknown",
    pb.CENTRAL_LIST_STATE_WAITING: "on the list",
    pb.CENTRAL_LIST_STATE_WITHDRAWN: "withdrawn",
    pb.CENTRAL_LIST_STATE_REMOVED: "removed",
    pb.CENTRAL_LIST_STATE_CLOSED: "waits no more",
}


def central_list(answer: pb.ListCentralListResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who waits, in order."""
    if not answer.entries:
        yield phrase("Nobody waits.", lang)
        return
    yield phrase("{children}, in this order:", lang, children=count(len(answer.entries), "child waits", lang))
    yield ""
    rows = table("#", "=Entry", "=Municipality", "#Age", "#Step", "=Place by", "Why here", lang=lang, gap=1)
    for entry in answer.entries:
        place = (str(entry.age), str(entry.need_step), day(entry.place_by_date), said(entry.reason_words, lang))
        rows.add_row(str(entry.position), short(entry.name), short(entry.authority), *place)
    yield rows


def left(answer: pb.ListCentralListResponse, lang: Lang) -> Iterator[RenderableType]:
    """Who left it, the latest first."""
    if not answer.entries:
        yield phrase("Nobody left the list.", lang)
        return
    rows = table("=Entry", "=Municipality", "=State", "=Left", "Reason", lang=lang)
    for entry in answer.entries:
        stands = phrase(STATES[entry.state], lang)
        rows.add_row(short(entry.name), short(entry.authority), stands, moment(entry.close_time), entry.closing_reason)
    yield rows


def applications(answer: pb.ListCentralListApplicationsResponse, lang: Lang) -> Iterator[RenderableType]:
    """A municipality's applications, the latest first."""
    if not answer.applications:
        yield phrase("No request is on the central list.", lang)
        return
    rows = table("=Request", "=State", "#Position", "=Applied", "Reason", lang=lang)
    for each in answer.applications:
        stands, position = phrase(STATES[each.state], lang), str(each.position or "")
        rows.add_row(short(each.request), stands, position, moment(each.create_time), each.closing_reason)
    yield rows


def applied(application: pb.CentralListApplication, lang: Lang) -> Iterator[RenderableType]:
    """One application, as just made."""
    yield phrase("{request} is on the central list too.", lang, request=short(application.request))


def withdrawn(application: pb.CentralListApplication, lang: Lang) -> Iterator[RenderableType]:
    """One application, as just taken back."""
    yield phrase("{request} is off the central list.", lang, request=short(application.request))


def removed(entry: pb.CentralListEntry, lang: Lang) -> Iterator[RenderableType]:
    """One entry, as just removed."""
    yield phrase("{entry} is off the central list.", lang, entry=short(entry.name))
