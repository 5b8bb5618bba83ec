"""Institutions as suppliers: what they cost, promise and deliver, and what came of placements."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import DISPOSALS, day, kroner, moment, said, short, table, title, unit

OWNERS = {
    pb.OWNER_TYPE_UNSPECIFIED: "unknown",
    pb.OWNER_TYPE_SELF_GOVERNMENT: "the Self-Government",
    pb.OWNER_TYPE_SELF_OWNED: "self-owned",
    pb.OWNER_TYPE_MUNICIPAL: "municipal",
    pb.OWNER_TYPE_PRIVATE: "private",
}
KINDS = {
    pb.INSTITUTION_KIND_UNSPECIFIED: "unknown",
    pb.INSTITUTION_KIND_OPEN: "open",
    pb.INSTITUTION_KIND_PARTLY_CLOSED: "open with partly closed places",
    pb.INSTITUTION_KIND_SECURE: "secure",
}
UNIT_KINDS = {
    pb.UNIT_KIND_UNSPECIFIED: "unknown",
    pb.UNIT_KIND_RESIDENTIAL: "residential",
    pb.UNIT_KIND_FAMILY_DEPARTMENT: "family department",
    pb.UNIT_KIND_EMERGENCY: "emergency",
}
OUTCOMES = (
    ("started_count", "began"),
    ("ended_count", "ended"),
    ("ended_as_planned_count", "ended by the plan"),
    ("ended_otherwise_count", "ended before the plan"),
    ("ended_without_plan_count", "ended without a plan"),
    ("moved_on_count", "moved to another home"),
)


def suppliers(answer: pb.ListInstitutionsResponse, lang: Lang) -> Iterator[RenderableType]:
    """All institutions."""
    yield phrase("{institutions}.", lang, institutions=count(len(answer.institutions), "institution", lang))
    if not answer.institutions:
        return
    yield ""
    rows = table("=Key", "Institution", "Town", "Owner", "How open", "#Promises", lang=lang)
    for each in answer.institutions:
        owner, kind = phrase(OWNERS[each.owner_type], lang), phrase(KINDS[each.kind], lang)
        promised = str(len(each.promised_services))
        rows.add_row(short(each.name), each.display_name, each.town, owner, kind, promised)
    yield rows


def units(answer: pb.ListUnitsResponse, lang: Lang) -> Iterator[RenderableType]:
    """Units, each with what it is and for whom."""
    yield f"{count(len(answer.units), 'unit', lang)}."
    rows = table("=Unit", "Name", "=What it is", "#Step", "#Places", "=Ages", "#A day", "Disposes", lang=lang)
    for each in answer.units:
        kind, disposal = phrase(UNIT_KINDS[each.kind], lang), phrase(DISPOSALS[each.disposal], lang)
        rate = kroner(each.rate_today, lang) if each.HasField("rate_today") else "–"
        ages = f"{each.age_min}–{each.age_max}"
        places = str(each.place_count)
        rows.add_row(unit(each.name), each.display_name, kind, str(each.step), places, ages, rate, disposal)
    if answer.units:
        yield rows


def deliveries(answer: pb.ListDeliveriesResponse, lang: Lang) -> Iterator[RenderableType]:
    """What was delivered, with who noted it."""
    yield f"{count(len(answer.deliveries), 'delivery', lang)}."
    rows = table("=Institution", "=Service", "=On", "What", "Noted by", lang=lang)
    for each in answer.deliveries:
        institution, on = each.name.split("/")[1], day(each.delivered_date)
        rows.add_row(institution, each.promised_service, on, each.what, short(each.recorded_by))
    if answer.deliveries:
        yield rows


def sheet(answer: pb.SupplierSheet, lang: Lang) -> Iterator[RenderableType]:
    """One institution's sheet."""
    of = answer.institution
    yield title(f"{of.display_name}, {of.town}")
    first, last = day(answer.from_date), day(answer.until_date)
    percent = answer.occupancy_percent
    yield phrase(
        "From {first} to {last} {percent} % of all place-days were used.", lang, first=first, last=last, percent=percent
    )
    yield ""
    yield _units(answer, lang)
    yield ""
    yield _promises(answer, lang)
    yield ""
    yield _outcomes(answer, lang)
    yield ""
    yield _wellbeing(answer, lang)
    for document in of.documents:
        told = {"title": document.title, "day": day(document.dated_date), "reference": document.reference}
        yield phrase("{title}, {day}: {reference}", lang, **told)


def delivered(delivery: pb.Delivery, lang: Lang) -> Iterator[RenderableType]:
    """One delivery, as just noted."""
    service, on = delivery.promised_service, day(delivery.delivered_date)
    yield phrase("Delivered of {service} on {day}: {what}", lang, service=service, day=on, what=delivery.what)


def breaches(answer: pb.ListBreachesResponse, lang: Lang) -> Iterator[RenderableType]:
    """Unapproved places in use."""
    yield phrase(
        "{breaches} of the rule that places are approved.", lang, breaches=count(len(answer.breaches), "breach", lang)
    )
    if not answer.breaches:
        return
    yield ""
    rows = table("=Where", "#Places", "=From", "What it is", "Noticed", "By", "What came of it", "=Name", lang=lang)
    for each in answer.breaches:
        too_many = phrase("More children than approved places", lang) if each.too_many else ""
        what = each.what or too_many or short(each.placement)
        ended = moment(each.notice_time), short(each.noticed_by), each.close_reason, each.name
        rows.add_row(unit(each.home), str(each.place_count), day(each.from_date), what, *ended)
    yield rows


def _units(answer: pb.SupplierSheet, lang: Lang) -> RenderableType:
    rows = table("=Unit", "#A day", "#Places", "#Used", "#Blocked", "#Free", "#Held", "#Used in the year", lang=lang)
    for each in answer.units:
        rate = kroner(each.rate_today, lang) if each.HasField("rate_today") else "–"
        of = each.occupancy
        places = of.place_count, of.used_place_count, of.blocked_place_count, of.free_place_count, of.held_place_count
        rows.add_row(unit(each.unit), rate, *map(str, places), f"{each.occupancy_percent} %")
    return rows


def _promises(answer: pb.SupplierSheet, lang: Lang) -> RenderableType:
    rows = table("=Key", "Promised", "#Delivered", "=Last delivery", lang=lang)
    for each in answer.promises:
        rows.add_row(each.promised.key, each.promised.service, str(each.delivery_count), day(each.last_delivery_date))
    return rows


def _outcomes(answer: pb.SupplierSheet, lang: Lang) -> RenderableType:
    rows = table("Placements in the year", "#Of one's own", "#Of all", lang=lang)
    for name, what in OUTCOMES:
        told = (_told(answer.own_outcomes, name), _told(answer.all_outcomes, name))
        rows.add_row(phrase(what, lang), *told)
    return rows


def _wellbeing(answer: pb.SupplierSheet, lang: Lang) -> RenderableType:
    """Words first, and no figure without them."""
    rows = table("=From", "How the middle child was", "#Children", lang=lang)
    for each in answer.wellbeing:
        how = f"{said(each.value_words, lang)} ({each.value})" if each.value else "–"
        rows.add_row(day(each.from_date), how, str(each.child_count or "–"))
    return rows


def _told(outcomes: pb.Outcomes, name: str) -> str:
    """A count, or that others' few are in it."""
    return str(getattr(outcomes, name)) if outcomes.HasField(name) else "–"  # type: ignore[arg-type]  # a field's name
