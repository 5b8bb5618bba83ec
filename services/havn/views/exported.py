"""What an export wrote."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import RenderableType

from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import table


def exported(folder: Path, counts: Mapping[str, int], withheld: list[str], lang: Lang) -> Iterator[RenderableType]:
    """Rows by registry, and what the user may not see."""
    yield phrase("{rows} are in {folder}.", lang, rows=count(sum(counts.values()), "row", lang), folder=folder)
    rows = table("Registry", "#Rows", lang=lang)
    for registry, number in counts.items():
        rows.add_row(registry, str(number))
    yield rows
    if withheld:
        yield phrase("Your roles may not see: {registries}.", lang, registries=", ".join(withheld))
