"""What an import took, or what stands in its way."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from services.havn.importing.outcome import CREATED, UNCHANGED, UPDATED, Sent
from services.havn.importing.problems import Problem, Problems
from services.havn.importing.rows import Rows
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import said, table

MOST_SHOWN = 100
MOST_UPDATES = 20
MOST_NOTES = 10


def taken(rows: Rows, sent: Sent, dry_run: bool, lang: Lang) -> Iterator[RenderableType]:
    """Rows by registry, and what happened with them; of a dry run also which columns would change."""
    all_rows = count(sum(rows.counts.values()), "row", lang)
    told = "{rows} can be taken; nothing was written." if dry_run else "{rows} are in Havn."
    yield phrase(told, lang, rows=all_rows)
    counts = table("Registry", "#New", "#Changed", "#Unchanged", lang=lang)
    for registry, found in sent.by_registry().items():
        counts.add_row(registry, *(str(found[word]) for word in (CREATED, UPDATED, UNCHANGED)))
    yield counts
    household = rows.counts.get("household.csv", 0)
    if household:
        yield phrase("household: {rows}, each counted with its family.", lang, rows=count(household, "row", lang))
    if dry_run:
        yield from _updates(sent, lang)
    if rows.notes:
        yield phrase("These name homes that the files do not hold. Is that so?", lang)
        yield _listed(rows.notes[:MOST_NOTES], lang)
    if len(rows.notes) > MOST_NOTES:
        yield phrase("And {number} more: --json tells all.", lang, number=len(rows.notes) - MOST_NOTES)


def _updates(sent: Sent, lang: Lang) -> Iterator[RenderableType]:
    changing = [outcome for outcome in sent.outcomes if outcome.word == UPDATED]
    if not changing:
        return
    rows = table("=File", "#Row", "What would change", lang=lang)
    for outcome in changing[:MOST_UPDATES]:
        rows.add_row(str(outcome.place), str(outcome.row), ", ".join(outcome.columns))
    yield rows
    if len(changing) > MOST_UPDATES:
        yield phrase("And {number} more: --json tells all.", lang, number=len(changing) - MOST_UPDATES)


def _listed(found: Iterable[Problem], lang: Lang) -> RenderableType:
    rows = table("=File", "#Row", "=Column", "What to mend", lang=lang)
    for each in found:
        place = str(each.place) or phrase("(the folder)", lang)
        rows.add_row(place, str(each.row or ""), each.column, said(each.words, lang))
    return rows


def problems(found: Problems, lang: Lang) -> Iterator[RenderableType]:
    """What to mend, by file, row and column."""
    things = count(len(found.found) + found.untold, "thing", lang)
    yield phrase("Nothing was written: {things} to mend.", lang, things=things)
    yield _listed(found.found[:MOST_SHOWN], lang)
    more = len(found.found) - MOST_SHOWN
    if more > 0:
        yield phrase("And {number} more: --errors FILE or --json tells them.", lang, number=more)
    if found.untold:
        yield phrase("And {number} more that come to light when these are mended.", lang, number=found.untold)
