"""What an import took, or what stands in its way."""

from collections.abc import Iterator

from rich.console import RenderableType

from services.havn.importing.problems import Problems
from services.havn.importing.rows import Rows
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import said, table

MOST_SHOWN = 100


def taken(rows: Rows, dry_run: bool, lang: Lang) -> Iterator[RenderableType]:
    """Rows by file."""
    all_rows = count(sum(rows.counts.values()), "row", lang)
    told = "{rows} can be taken; nothing was written." if dry_run else "{rows} are in Havn."
    yield phrase(told, lang, rows=all_rows)
    counts = table("File", "#Rows", lang=lang)
    for file, number in rows.counts.items():
        counts.add_row(file, str(number))
    yield counts


def problems(found: Problems, lang: Lang) -> Iterator[RenderableType]:
    """What to mend, by file, row and column."""
    things = count(len(found.found), "thing", lang)
    yield phrase("Nothing was written: {things} to mend.", lang, things=things)
    rows = table("=File", "#Row", "=Column", "What to mend", lang=lang)
    for each in found.found[:MOST_SHOWN]:
        file = each.file or phrase("(the folder)", lang)
        rows.add_row(file, str(each.row or ""), each.column, said(each.words, lang))
    yield rows
    if len(found.found) > MOST_SHOWN:
        yield phrase("And {number} more: --json tells all.", lang, number=len(found.found) - MOST_SHOWN)
