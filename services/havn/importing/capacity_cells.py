"""Cells of institutions and units that hold several facts, with a colon between them."""

from typing import Any

from havn.capacity.v1 import capacity_pb2 as pb
from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import Cell, NotAllowed, day, key, money, text, told_day, told_money, whole
from services.havn.importing.choices import choice, choices
from services.havn.importing.escaping import part, pieces, plain
from services.havn.importing.meanings import explained
from services.havn.importing.problems import words


def _rate(cell: str) -> pb.DailyRate:
    first, amount, *source = pieces(cell, 3)
    return pb.DailyRate(from_date=day(first), amount=money(amount), source=_words(source, 0))


def _told_rate(rate: pb.DailyRate) -> str:
    return _told(told_day(rate.from_date), told_money(rate.amount), part(rate.source))


def _promise(cell: str) -> pb.PromisedService:
    named, service, first, *last = pieces(cell, 4)
    promised = pb.PromisedService(key=key(named), service=text(plain(service)), from_date=day(first))
    if last and last[0]:
        promised.until_date.CopyFrom(day(last[0]))
    return promised


def _told_promise(promised: pb.PromisedService) -> str:
    last = told_day(promised.until_date) if promised.HasField("until_date") else ""
    return _told(promised.key, part(promised.service), told_day(promised.from_date), last)


def _document(cell: str) -> pb.Document:
    dated, title, reference = pieces(cell, 3)
    return pb.Document(dated_date=day(dated), title=text(plain(title)), reference=text(plain(reference)))


def _told_document(document: pb.Document) -> str:
    return _told(told_day(document.dated_date), part(document.title), part(document.reference))


REASONS: Any = choice(pb.BlockReason)


def _blocked(cell: str) -> pb.BlockedPlaces:
    count, reason, *more = pieces(cell, 4)
    blocked = pb.BlockedPlaces(place_count=whole(count), reason=REASONS.parse(reason), note=_words(more, 1))
    if more and more[0]:
        blocked.until_date.CopyFrom(day(more[0]))
    return blocked


def _told_blocked(blocked: pb.BlockedPlaces) -> str:
    last = told_day(blocked.until_date) if blocked.HasField("until_date") else ""
    return _told(str(blocked.place_count), REASONS.tell(blocked.reason), last, part(blocked.note))


def _words(found: list[str], position: int) -> str:
    return text(plain(found[position])) if position < len(found) else ""


def _told(*facts: str) -> str:
    """Facts with colons between them; what is empty at the end is left out."""
    return ":".join(facts).rstrip(":") if not facts[-1] else ":".join(facts)


def _cell(parse: Any, allowed: terms_pb2.Words, tell: Any) -> Cell:  # noqa: ANN401  # one for each message
    def parsed(cell: str) -> object:
        try:
            return parse(cell)
        except ValueError:
            # Too few facts.
            raise NotAllowed from None

    return Cell(parsed, allowed, tell)


RATE = _cell(
    _rate,
    words(
        "første dag, kroner og evt. kilde, som 2026-01-01:2740:Takstblad 2026",
        "first day, kroner and perhaps a source, such as 2026-01-01:2740:Rates of 2026",
    ),
    _told_rate,
)
PROMISE = _cell(
    _promise,
    words(
        "nøgle, ydelse, første dag og evt. sidste dag, som p1:Ugentlig samtale:2026-01-01:2026-12-31",
        "key, service, first day and perhaps last day, such as p1:A talk each week:2026-01-01:2026-12-31",
    ),
    _told_promise,
)
BLOCKED = _cell(
    _blocked,
    words(
        "pladser, grund og evt. sidste dag og note, som 1:building:2026-03-31:Vandskade; grund: "
        + ", ".join(map(explained, choices(pb.BlockReason))),
        "places, reason and perhaps last day and note, such as 1:building:2026-03-31:Water damage; reasons: "
        + ", ".join(choices(pb.BlockReason)),
    ),
    _told_blocked,
)
DOCUMENT = _cell(
    _document,
    words(
        "dato, titel og journalnummer eller link, som 2026-01-01:Kontrakt:2026-0012",
        "date, title and number in the journal or link, such as 2026-01-01:Contract:2026-0012",
    ),
    _told_document,
)
