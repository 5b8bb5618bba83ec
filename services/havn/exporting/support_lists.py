"""The list of agreed actions, which no import takes."""

from havn.families.v1 import support_pb2
from services.havn.exporting.lists import columns
from services.havn.importing.cells import DAY, MOMENT, TEXT
from services.havn.importing.choices import choice
from services.havn.importing.columns import Sheet
from services.havn.importing.family_cells import AUTHORITY

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
