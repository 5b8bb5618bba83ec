"""What an import took, or what stands in its way."""

from collections.abc import Iterator

from rich.console import RenderableType

from services.havn.importing.problems import Problems
from services.havn.importing.rows import Rows
from services.havn.importing.sending import Sent
from services.havn.views.words import Lang, count, said, table

MOST_SHOWN = 100


def taken(rows: Rows, sent: Sent, dry_run: bool) -> Iterator[RenderableType]:
    """Rows by file."""
    all_rows = count(sum(rows.counts.values()), "row")
    yield f"{all_rows} can be taken; nothing was written." if dry_run else f"{all_rows} are in Havn."
    counts = table("File", "#Rows")
    for file, number in rows.counts.items():
        counts.add_row(file, str(number))
    yield counts


def problems(found: Problems, lang: Lang) -> Iterator[RenderableType]:
    """What to mend, by file, row and column."""
    yield f"Nothing was written: {count(len(found.found), 'thing')} to mend."
    rows = table("File", "#Row", "Column", "What to mend")
    for each in found.found[:MOST_SHOWN]:
        rows.add_row(each.file or "(the folder)", str(each.row or ""), each.column, said(each.words, lang))
    yield rows
    if len(found.found) > MOST_SHOWN:
        yield f"And {len(found.found) - MOST_SHOWN} more."
