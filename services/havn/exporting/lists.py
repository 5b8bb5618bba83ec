"""Lists that Havn makes and no import takes: offers, breaches, the waiting lists, and what happened to free places."""

from typing import Any

from havn.capacity.v1 import capacity_pb2, waiting_pb2
from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.capacity_cells import BLOCKED
from services.havn.importing.cells import DAY, HOME, MOMENT, TEXT, UNIT, WHOLE, YES_OR_NO, Cell, listed, reference
from services.havn.importing.choices import Enumeration, choices
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import AUTHORITY, CHILD, COMPETENCES, LANGUAGES, NEED_LEVEL
from services.havn.importing.problems import words

NO = Needed.NO
NOT_READ = words("læses ikke", "is not read")


def columns(*told: tuple[str, str, Cell]) -> tuple[Column, ...]:
    """Columns that nobody fills in: names, fields and how they are told."""
    return tuple(Column(name, field, cell, NO, "", "") for name, field, cell in told)


def word(enum: Enumeration[Any]) -> Cell:
    """One word of an enum."""
    told = {number: word for word, number in choices(enum).items()}
    return Cell(str, NOT_READ, told.__getitem__)


REASON = Cell(str, NOT_READ, lambda told: str(told.en))
REQUEST = reference("requests", "r-1")
STATE = word(placements_pb2.OfferState)
GENDER = word(terms_pb2.Gender)

BREACHES = Sheet(
    file="breaches.csv",
    da="Ikke godkendte pladser i brug, en række for hver",
    en="Unapproved places in use, one row each",
    message=capacity_pb2.Breach,
    row="",
    resource="",
    identity=columns(("key", "", TEXT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("home", "home", TEXT),
        ("placement", "placement", TEXT),
        ("places", "place_count", WHOLE),
        ("used_since", "from_date", DAY),
        ("what", "what", TEXT),
        ("noticed_by", "noticed_by", TEXT),
        ("noticed_on", "notice_time", MOMENT),
        ("too_many", "too_many", YES_OR_NO),
        ("close_reason", "close_reason", TEXT),
        ("closed_by", "closed_by", TEXT),
        ("closed_on", "close_time", MOMENT),
    ),
)

WAITING_LIST = Sheet(
    file="waiting_list.csv",
    da="Hvem der venter, i rækkefølge",
    en="Who waits, in order",
    message=capacity_pb2.WaitingListEntry,
    row="",
    resource="",
    identity=columns(("request", "", UNIT)),
    content=columns(
        ("position", "position", WHOLE),
        ("reason", "reason_words", REASON),
        ("authority", "authority", AUTHORITY),
        ("child", "child", CHILD),
        ("age", "age", WHOLE),
        ("town", "town", TEXT),
        ("need_step", "need_step", WHOLE),
        ("parent_with_child", "parent_with_child", YES_OR_NO),
        ("in_danger", "in_danger", YES_OR_NO),
        ("siblings", "sibling_count", WHOLE),
        ("waiting_since", "waiting_since_date", DAY),
        ("days_waited", "days_waited", WHOLE),
        ("place_by", "place_by_date", DAY),
        ("days_overdue", "days_overdue", WHOLE),
        ("gender", "gender", GENDER),
        ("languages", "languages", LANGUAGES),
        ("need_level", "need_level", NEED_LEVEL),
        ("needed_competences", "needed_competences", COMPETENCES),
        ("step_down", "step_down", YES_OR_NO),
        ("lives_meanwhile", "interim_solution", word(capacity_pb2.InterimSolution)),
        ("unsafe_meanwhile", "interim_unsafe", YES_OR_NO),
    ),
)

WAITING_LIST_EXITS = Sheet(
    file="waiting_list_exits.csv",
    da="Hvem der ikke venter længere, og hvorfor, de seneste først",
    en="Who waits no more, and why, the latest first",
    message=capacity_pb2.WaitingListExit,
    row="",
    resource="",
    identity=columns(("request", "", UNIT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("child", "child", CHILD),
        ("reason", "reason", word(capacity_pb2.ExitReason)),
        ("words", "words", TEXT),
        ("left_on", "leave_time", MOMENT),
        ("waiting_since", "waiting_since_date", DAY),
        ("days_waited", "days_waited", WHOLE),
    ),
)

CENTRAL_LIST_APPLICATIONS = Sheet(
    file="central_list_applications.csv",
    da="Ansøgninger til den centrale venteliste, de seneste først",
    en="Applications to the central list, the latest first",
    message=waiting_pb2.CentralListApplication,
    row="",
    resource="",
    identity=columns(("key", "", TEXT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("request", "request", REQUEST),
        ("applied_by", "applied_by", TEXT),
        ("applied_on", "create_time", MOMENT),
        ("state", "state", word(waiting_pb2.CentralListState)),
        ("position", "position", WHOLE),
        ("closing_reason", "closing_reason", TEXT),
        ("closed_by", "closed_by", TEXT),
        ("closed_on", "close_time", MOMENT),
    ),
)

CENTRAL_LIST = Sheet(
    file="central_list.csv",
    da="Den centrale venteliste, i rækkefølge",
    en="The central list, in order",
    message=waiting_pb2.CentralListEntry,
    row="",
    resource="",
    identity=columns(("key", "", TEXT)),
    content=columns(
        ("position", "position", WHOLE),
        ("reason", "reason_words", REASON),
        ("authority", "authority", AUTHORITY),
        ("age", "age", WHOLE),
        ("gender", "gender", GENDER),
        ("languages", "languages", LANGUAGES),
        ("need_step", "need_step", WHOLE),
        ("need_level", "need_level", NEED_LEVEL),
        ("needed_competences", "needed_competences", COMPETENCES),
        ("siblings", "sibling_count", WHOLE),
        ("parent_with_child", "parent_with_child", YES_OR_NO),
        ("in_danger", "in_danger", YES_OR_NO),
        ("place_by", "place_by_date", DAY),
        ("days_overdue", "days_overdue", WHOLE),
        ("applied_by", "applied_by", TEXT),
        ("applied_on", "create_time", MOMENT),
    ),
)

OFFERS = Sheet(
    file="offers.csv",
    da="Hjem, der er spurgt, og hvad de svarede, de nyeste først",
    en="Homes that were asked, and what they answered, the newest first",
    message=placements_pb2.Offer,
    row="",
    resource="",
    identity=columns(("key", "", TEXT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("request", "request", REQUEST),
        ("sibling_requests", "sibling_requests", listed(REQUEST)),
        ("home", "home", HOME),
        ("places", "place_count", WHOLE),
        ("held_places", "held_place_count", WHOLE),
        ("reason", "reason", TEXT),
        ("suggestions", "suggestions", TEXT),
        ("asked_by", "asked_by", TEXT),
        ("asked_on", "create_time", MOMENT),
        ("answer_by", "answer_by_time", MOMENT),
        ("state", "state", STATE),
        ("answer_reason", "answer_reason", TEXT),
        ("answered_by", "answered_by", TEXT),
        ("answered_on", "answer_time", MOMENT),
        ("withdrawal_reason", "withdrawal_reason", TEXT),
    ),
)

RISK_VIEWS = Sheet(
    file="risk_views.csv",
    da="Anbringelser, nogen skal se på igen, og hvad der kom ud af det",
    en="Placements that somebody has to look at again, and what came of it",
    message=placements_pb2.RiskView,
    row="",
    resource="",
    identity=columns(("placement", "", TEXT), ("key", "", TEXT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("child", "child", CHILD),
        ("home", "home", HOME),
        ("source", "source", TEXT),
        ("reasons", "reasons", listed(word(placements_pb2.RiskReason))),
        ("told_on", "told_date", DAY),
        ("state", "state", word(placements_pb2.RiskViewState)),
        ("came_on", "create_time", MOMENT),
        ("closed_by", "closed_by", TEXT),
        ("closed_on", "close_time", MOMENT),
        ("words", "words", TEXT),
    ),
)

VACANCY_CHANGES = Sheet(
    file="vacancy_changes.csv",
    da="Hvad der skete med afdelingernes ledige pladser, og hvem der gjorde det, en række for hver ændring",
    en="What happened to units' free places, and who did it, one row for each change",
    message=capacity_pb2.VacancyChange,
    row="",
    resource="",
    identity=columns(("unit", "", UNIT), ("key", "", TEXT)),
    content=columns(
        ("authority", "authority", AUTHORITY),
        ("what", "kind", word(capacity_pb2.VacancyChangeKind)),
        ("changed_on", "change_time", MOMENT),
        ("changed_by", "changed_by", TEXT),
        ("free_places", "free_place_count", WHOLE),
        ("free_from", "from_date", DAY),
        ("blocked", "blocked", listed(BLOCKED)),
    ),
)
