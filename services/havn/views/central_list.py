"""The central list, and applications to it."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import waiting_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, moment, said, short, table, unit

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
    rows = table("#", "=Entry", "=Municipality", "#Age", "#Step", "=Place by", "=Place", "Why here", lang=lang, gap=1)
    for entry in answer.entries:
        sought = (str(entry.age), str(entry.need_step), day(entry.place_by_date))
        place = (unit(entry.assigned.home), said(entry.reason_words, lang))
        rows.add_row(str(entry.position), short(entry.name), short(entry.authority), *sought, *place)
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
    rows = table("=Request", "=State", "#Position", "=Applied", "=Place", "Reason", lang=lang)
    for each in answer.applications:
        stands, position = phrase(STATES[each.state], lang), str(each.position or "")
        told = (moment(each.create_time), unit(each.assigned.home), _reason(each))
        rows.add_row(short(each.request), stands, position, *told)
    yield rows


def places(answer: pb.ListAssignablePlacesResponse, lang: Lang) -> Iterator[RenderableType]:
    """What may be assigned."""
    if not answer.places:
        yield phrase("The central list disposes of no unit.", lang)
        return
    rows = table("=Unit", "#Free", "#Step", "=Age", "=Town", "Name", lang=lang)
    for each in answer.places:
        ages = f"{each.age_min}–{each.age_max}"
        rows.add_row(unit(each.home), str(each.place_count), str(each.step), ages, each.town, each.display_name)
    yield rows


def assigned(entry: pb.CentralListEntry, lang: Lang) -> Iterator[RenderableType]:
    """One entry, to which a place was just assigned."""
    told = {"entry": short(entry.name), "home": unit(entry.assigned.home)}
    yield phrase("{entry} has a place of {home}: its municipality may ask for it.", lang, **told)


def taken_back(entry: pb.CentralListEntry, lang: Lang) -> Iterator[RenderableType]:
    """One entry, whose place was just taken back."""
    yield phrase("{entry} waits for a place again.", lang, entry=short(entry.name))


def _reason(application: pb.CentralListApplication) -> str:
    """The last reason that was given."""
    taken_back = application.taken_back[-1].take_back_reason if application.taken_back else ""
    return application.closing_reason or application.assigned.reason or taken_back


def applied(application: pb.CentralListApplication, lang: Lang) -> Iterator[RenderableType]:
    """One application, as just made."""
    yield phrase("{request} is on the central list too.", lang, request=short(application.request))


def withdrawn(application: pb.CentralListApplication, lang: Lang) -> Iterator[RenderableType]:
    """One application, as just taken back."""
    yield phrase("{request} is off the central list.", lang, request=short(application.request))


def removed(entry: pb.CentralListEntry, lang: Lang) -> Iterator[RenderableType]:
    """One entry, as just removed."""
    yield phrase("{entry} is off the central list.", lang, entry=short(entry.name))
