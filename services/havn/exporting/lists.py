"""Lists that Havn makes and no import takes: follow-ups, breaches, and the waiting list."""

from typing import Any

from havn.capacity.v1 import capacity_pb2
from havn.families.v1 import families_pb2
from services.havn.importing.cells import DAY, MOMENT, TEXT, UNIT, WHOLE, YES_OR_NO, Cell, listed, told_day
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.escaping import part
from services.havn.importing.family_cells import AUTHORITY, CHILD
from services.havn.importing.problems import words

NO = Needed.NO
NOT_READ = words("læses ikke", "is not read")

PARTS = ("competences", "resources", "involvement", "trust", "everyday_life")


def _told_action(action: Any) -> str:  # noqa: ANN401
    return ":".join((part(action.what), part(action.owner), told_day(action.due_date)))


def columns(*told: tuple[str, str, Cell]) -> tuple[Column, ...]:
    """Columns that nobody fills in: names, fields and how they are told."""
    return tuple(Column(name, field, cell, NO, "", "") for name, field, cell in told)


ACTION = Cell(str, NOT_READ, _told_action)
REASON = Cell(str, NOT_READ, lambda told: str(told.en))

FOLLOW_UPS = Sheet(
    file="follow_ups.csv",
    da="Opfølgninger, en række for hver",
    en="Follow-ups, one row each",
    message=families_pb2.FollowUp,
    row="",
    resource="",
    identity=columns(("family", "", TEXT), ("key", "", TEXT)),
    content=columns(
        ("visit_date", "visit_date", DAY),
        *((f"{name}_note", f"{name}.note", TEXT) for name in PARTS),
        *((f"{name}_child_words", f"{name}.child_words", TEXT) for name in PARTS),
        *((f"{name}_scale", f"{name}.scale", WHOLE) for name in PARTS),
        ("actions", "actions", listed(ACTION)),
        ("children", "children", listed(CHILD)),
        ("concern", "concern", YES_OR_NO),
        ("concern_words", "concern_words", TEXT),
        ("next_visit_date", "next_visit_date", DAY),
        ("later_reason", "later_reason", TEXT),
        ("corrections", "correction.number", WHOLE),
        ("corrected_by", "correction.author", TEXT),
        ("correction_reason", "correction.reason", TEXT),
        ("policy_version", "policy_version", TEXT),
        ("consultant", "consultant", TEXT),
        ("logged_on", "create_time", MOMENT),
        ("authority", "authority", AUTHORITY),
    ),
)

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
    ),
)
