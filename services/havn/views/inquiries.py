"""Inquiries: what a home is asked."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.havn.views.offers import STATES
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, home, listed, moment, short, table
from services.shared.names import parent

GENDERS = {
    terms.GENDER_UNSPECIFIED: "unknown",
    terms.GENDER_GIRL: "girl",
    terms.GENDER_BOY: "boy",
}
NEEDS = {
    terms.NEED_LEVEL_UNSPECIFIED: "unknown",
    terms.NEED_LEVEL_LIGHT: "light needs",
    terms.NEED_LEVEL_MODERATE: "moderate needs",
    terms.NEED_LEVEL_SEVERE: "severe needs",
}


def inquiries(answer: pb.ListInquiriesResponse, lang: Lang) -> Iterator[RenderableType]:
    """All inquiries, the newest first."""
    awaited = sum(inquiry.state == pb.OFFER_STATE_ASKED for inquiry in answer.inquiries)
    asked = count(len(answer.inquiries), "inquiry", lang)
    yield phrase("{inquiries}, {awaited} of them to be answered.", lang, inquiries=asked, awaited=awaited)
    if not answer.inquiries:
        return
    yield ""
    rows = table("=Inquiry", "For whom", "=From", "=Authority", "=State", "Answer by", lang=lang)
    for each in answer.inquiries:
        children = listed((_child(child, lang) for child in each.children), lang)
        in_danger = phrase("{children}, in danger", lang, children=children) if each.in_danger else children
        stands, by = phrase(STATES[each.state], lang), moment(each.answer_by_time)
        rows.add_row(each.name, in_danger, day(each.from_date), short(each.asking_authority), stands, by)
    yield rows


def answered(inquiry: pb.Inquiry, lang: Lang) -> Iterator[RenderableType]:
    """One inquiry, as just answered."""
    place = home(parent(inquiry.name))
    if inquiry.state != pb.OFFER_STATE_ACCEPTED:
        yield phrase("{home} has said no.", lang, home=place)
        return
    yield phrase("{home} has said yes. Who comes:", lang, home=place)
    yield ""
    rows = table("=Child", "=Town", "School", "=Request", lang=lang)
    for child in inquiry.accepted_children:
        rows.add_row(short(child.child), child.town, child.school.school, short(child.request))
    yield rows


def _child(child: pb.InquiredChild, lang: Lang) -> str:
    gender, needs = phrase(GENDERS[child.gender], lang), phrase(NEEDS[child.need_level], lang)
    return phrase("{gender} of {age} with {needs}", lang, gender=gender, age=child.age, needs=needs)
