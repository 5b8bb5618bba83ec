"""How children are who live in institutions: words first, and no figure without them."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType

from havn.capacity.v1 import wellbeing_pb2 as pb
from services.havn.importing.outcome import CREATED, UNCHANGED, UPDATED, Sent
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, said, short, table


def scale(known: pb.WellbeingScale, lang: Lang) -> Iterator[RenderableType]:
    """The steps, the lowest first."""
    rows = table("#Step", "In words", lang=lang)
    for step in known.steps:
        rows.add_row(str(step.value), said(step.words, lang))
    yield rows


def observations(answer: pb.ListWellbeingResponse, lang: Lang) -> Iterator[RenderableType]:
    """What was observed, the latest first."""
    if not answer.observations:
        yield phrase("Nothing was observed that you may see.", lang)
        return
    rows = table("=Day", "=Child", "How it is", "What was seen", "In its own words", lang=lang)
    for each in answer.observations:
        rows.add_row(day(each.observed_date), short(each.child), _how(each, lang), each.note, each.child_words)
    yield rows


def recorded(observation: pb.WellbeingObservation, lang: Lang) -> Iterator[RenderableType]:
    """One observation, as just kept."""
    told = "{child} on {day}: {how}"
    yield phrase(
        told, lang, child=short(observation.child), day=day(observation.observed_date), how=_how(observation, lang)
    )


def taken(sent: Sent, dry_run: bool, lang: Lang) -> Iterator[RenderableType]:
    """What an import did, or would do."""
    told = "{rows} can be taken; nothing was written." if dry_run else "{rows} are in Havn."
    yield phrase(told, lang, rows=count(len(sent.outcomes), "row", lang))
    counts = table("#New", "#Changed", "#Unchanged", lang=lang)
    counts.add_row(*(str(sent.count(word)) for word in (CREATED, UPDATED, UNCHANGED)))
    yield counts


def written(file: Path, rows: int, lang: Lang) -> Iterator[RenderableType]:
    """A file that was written."""
    yield phrase("{file}: {rows}.", lang, file=str(file), rows=count(rows, "row", lang))


def _how(observation: pb.WellbeingObservation, lang: Lang) -> str:
    how = f"{said(observation.value_words, lang)} ({observation.value})"
    return f"{how}. {phrase('Less well than usual', lang)}" if observation.fell else how
