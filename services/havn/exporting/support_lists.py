"""Lists of how families are supported, which no import takes: actions, supervision visits, agreements."""

from typing import Any

from havn.families.v1 import support_pb2
from services.havn.exporting.lists import NOT_READ, columns
from services.havn.importing.cells import DAY, MOMENT, TEXT, WHOLE, Cell, listed, told_day
from services.havn.importing.choices import choice
from services.havn.importing.columns import Sheet
from services.havn.importing.escaping import part
from services.havn.importing.family_cells import AUTHORITY


def _told_talk(talk: Any) -> str:  # noqa: ANN401
    held = "held" if talk.held else "not_held"
    return ":".join((part(talk.child), held, "alone" if talk.staff_absent else "not_alone", part(talk.reason)))


def _told_step(step: Any) -> str:  # noqa: ANN401
    return ":".join((told_day(step.planned_date), part(step.what)))


TALK = Cell(str, NOT_READ, _told_talk)
PLANNED = Cell(str, NOT_READ, _told_step)

ACTIONS = Sheet(
    file="agreed_actions.csv",
    da="Aftaler fra opfølgninger, en række for hver",
    en="Actions agreed on at follow-ups, one row each",
    message=support_pb2.AgreedAction,
    row="",
    resource="",
    identity=columns(("family", "", TEXT), ("follow_up", "", TEXT), ("number", "", TEXT)),
    content=columns(
        ("visit_date", "visit_date", DAY),
        ("what", "action.what", TEXT),
        ("owner", "action.owner", TEXT),
        ("due_date", "action.due_date", DAY),
        ("state", "state", choice(support_pb2.ActionState)),
        ("words", "words", TEXT),
        ("settled_by", "settled_by", TEXT),
        ("settled_on", "settle_time", MOMENT),
        ("consultant", "consultant", TEXT),
        ("authority", "authority", AUTHORITY),
    ),
)

SUPERVISION_VISITS = Sheet(
    file="supervision_visits.csv",
    da="Tilsynsbesøg, en række for hvert",
    en="Supervision visits, one row each",
    message=support_pb2.SupervisionVisit,
    row="",
    resource="",
    identity=columns(("family", "", TEXT), ("key", "", TEXT)),
    content=columns(
        ("visit_date", "visit_date", DAY),
        ("visitor", "visitor", TEXT),
        ("note", "note", TEXT),
        ("talks", "talks", listed(TALK)),
        ("logged_on", "create_time", MOMENT),
        ("authority", "authority", AUTHORITY),
    ),
)

SUPPORT_AGREEMENTS = Sheet(
    file="support_agreements.csv",
    da="Aftaler om støtte, en række for hver",
    en="Agreements on support, one row each",
    message=support_pb2.SupportAgreement,
    row="",
    resource="",
    identity=columns(("family", "", TEXT), ("key", "", TEXT)),
    content=columns(
        ("kind", "kind", choice(support_pb2.SupportKind)),
        ("child", "child", TEXT),
        ("what", "what", TEXT),
        ("provider", "provider", TEXT),
        ("from_date", "from_date", DAY),
        ("until_date", "until_date", DAY),
        ("plan", "plan", listed(PLANNED)),
        ("relief_family", "relief_family", TEXT),
        ("days_per_month", "days_per_month", WHOLE),
        ("author", "author", TEXT),
        ("end_reason", "end_reason", TEXT),
        ("ended_by", "ended_by", TEXT),
        ("authority", "authority", AUTHORITY),
    ),
)
