"""Cells of families, and those that hold several facts of one message."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from havn.families.v1 import families_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import DAY, MOMENT, TEXT, WHOLE, Cell, NotAllowed, listed, reference
from services.havn.importing.choices import choice, spoken_language
from services.havn.importing.columns import field_path, made
from services.havn.importing.escaping import part, pieces, plain
from services.havn.importing.problems import words

NEED_LEVEL = choice(terms_pb2.NeedLevel)
COMPETENCES = listed(choice(terms_pb2.Competence))
ACCESSIBILITY = listed(choice(terms_pb2.Accessibility))
LANGUAGES = listed(spoken_language())
AUTHORITY = reference("authorities", "sermersooq")
CHILD = reference("children", "k-12")
AUTHORITIES = listed(AUTHORITY)
USER = reference("users", "consultant")
CARE = choice(families_pb2.CareKind)


def facts(message: type[Message], allowed: terms_pb2.Words, cells: Mapping[str, Cell]) -> Cell:
    """A message in one cell: the facts of these paths with colons between them; what is empty is not there."""
    kinds = [(field_path(field), kind) for field, kind in cells.items()]

    def parse(cell: str) -> Message:
        filled = [each for each in zip(kinds, pieces(cell, len(kinds)), strict=False) if each[1]]
        found = made(message, [(place, kind.parse(plain(piece))) for (place, kind), piece in filled])
        if not found.ListFields():
            raise NotAllowed
        return found

    def tell(value: Message) -> str:
        told = [_told(value, path, kind) for path, kind in cells.items()]
        while told and not told[-1]:
            told.pop()
        return ":".join(told)

    return Cell(parse, allowed, tell)


def _told(message: Any, path: str, kind: Cell) -> str:  # noqa: ANN401  # a message of any type
    *above, last = path.split(".")
    for name in above:
        if not message.HasField(name):
            return ""
        message = getattr(message, name)
    field = message.DESCRIPTOR.fields_by_name[last]
    if field.message_type is not None and not message.HasField(last):
        return ""
    value = getattr(message, last)
    is_said = value or field.cpp_type == field.CPPTYPE_INT32
    return part(kind.tell(value)) if is_said else ""


VISITS = listed(
    facts(
        families_pb2.HomeVisit,
        words(
            "dato, hvem der kom, og evt. hvad der blev set, som 2026-01-31:Konsulenten:God plads",
            "date, who came, and perhaps what was seen, such as 2026-01-31:The consultant:Room enough",
        ),
        {"visit_date": DAY, "visitor": TEXT, "note": TEXT},
    )
)

_APPROVAL: Mapping[str, Cell] = {
    "reference": TEXT,
    "place_count": WHOLE,
    "ages.min": WHOLE,
    "ages.max": WHOLE,
    "need_level": NEED_LEVEL,
    "valid_from_date": DAY,
    "valid_until_date": DAY,
    "child": CHILD,
    "care": CARE,
    "conditions": TEXT,
    "approved_by": TEXT,
}

CONFLICTS = listed(
    facts(
        families_pb2.Conflict,
        words(
            "fakta, hvad familien siger, hvem og hvornår (kolon skrives \\:), hvad konsulenten siger, hvem og hvornår, "
            "afklaring, af hvem og hvornår; som pets:To hunde:users/f:2026-01-31:Ingen dyr",
            "fact, what the family says, who and when (a colon is written \\:), what the consultant says, who and "
            "when, resolution, by whom and when; such as pets:Two dogs:users/f:2026-01-31:No animals",
        ),
        {
            "fact": choice(families_pb2.ProfileFact),
            "family_says": TEXT,
            "family_said_by": TEXT,
            "family_said_time": MOMENT,
            "consultant_says": TEXT,
            "consultant_said_by": TEXT,
            "consultant_said_time": MOMENT,
            "resolution": TEXT,
            "resolved_by": TEXT,
            "resolved_time": MOMENT,
        },
    )
)

HISTORY = listed(
    facts(
        families_pb2.FamilyStep,
        words(
            "skridt, tidspunkt (kolon skrives \\:), af hvem, evt. hvorfor, pausens sidste dag og godkendelsen: "
            "reference, børn, yngste, ældste, behov, fra, til, barn, slags, vilkår, af hvem; som "
            "approved:2026-01-31:Konsulenten:Vurderet",
            "step, time (a colon is written \\:), by whom, perhaps why, last day of the pause, and the approval: "
            "reference, children, youngest, oldest, need, from, through, child, kind, conditions, by whom; such as "
            "approved:2026-01-31:The consultant:Assessed",
        ),
        {
            "kind": choice(families_pb2.FamilyStepKind),
            "taken_time": MOMENT,
            "taken_by": TEXT,
            "reason": TEXT,
            "until_date": DAY,
            **{f"approval.{path}": cell for path, cell in _APPROVAL.items()},
        },
    )
)
