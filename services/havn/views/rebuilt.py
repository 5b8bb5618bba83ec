"""Copies made anew."""

from collections.abc import Iterator

from rich.console import RenderableType

from services.havn.views.phrases import Lang, count, phrase


def begun(service: str, lang: Lang) -> Iterator[RenderableType]:
    """It takes a while."""
    yield phrase("{service} makes its copies anew from their owners; it goes on without you ...", lang, service=service)


def rebuilt(records: int, lang: Lang) -> Iterator[RenderableType]:
    """It is done."""
    yield phrase("Done: {records} are as their owners have them.", lang, records=count(records, "record", lang))
