"""How children are who live in institutions: words first, and no figure without them."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import wellbeing_pb2 as pb
from services.havn.views.phrases import Lang, phrase
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


def _how(observation: pb.WellbeingObservation, lang: Lang) -> str:
    how = f"{said(observation.value_words, lang)} ({observation.value})"
    return f"{how}. {phrase('Less well than usual', lang)}" if observation.fell else how
