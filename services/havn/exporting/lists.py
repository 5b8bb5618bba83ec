"""Lists that Havn makes and no import takes: breaches, and the waiting list."""

from havn.capacity.v1 import capacity_pb2
from services.havn.importing.cells import DAY, MOMENT, TEXT, UNIT, WHOLE, YES_OR_NO, Cell
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import AUTHORITY, CHILD
from services.havn.importing.problems import words

NO = Needed.NO
NOT_READ = words("læses ikke", "is not read")


def columns(*told: tuple[str, str, Cell]) -> tuple[Column, ...]:
    """Columns that nobody fills in: names, fields and how they are told."""
    return tuple(Column(name, field, cell, NO, "", "") for name, field, cell in told)


REASON = Cell(str, NOT_READ, lambda told: str(told.en))

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
    ),
)
