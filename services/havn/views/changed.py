"""How suggestions changed."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import Suggestion, Suggestions
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import home, short, table


def changed(before: Suggestions, after: Suggestions, lang: Lang) -> Iterator[RenderableType]:
    """The child's list before and after, side by side."""
    fitted, fit = count(len(before.suggestions), "home", lang), len(after.suggestions)
    told = "Before, {before} fitted {request}; now {after} do."
    yield phrase(told, lang, before=fitted, request=short(after.request), after=fit)
    yield ""
    earlier = {each.home.name: each for each in before.suggestions}
    rows = table("#Now", "#Before", "Home", "=Town", "#Step", "The plan's place", lang=lang)
    for each in after.suggestions:
        rows.add_row(*_cells(earlier.pop(each.home.name, None), each, lang))
    for gone in earlier.values():
        rows.add_row(*_cells(gone, None, lang))
    yield rows


def lasted(known_seconds: float, seconds: float, lang: Lang) -> str:
    """How long the change took to arrive."""
    told = (
        "{known} ms from the report until matching knew of it, {all} ms until the changed suggestions were here, the "
        "new plan for all included."
    )
    return phrase(told, lang, known=f"{known_seconds * 1000:.0f}", all=f"{seconds * 1000:.0f}")


def _cells(was: Suggestion | None, now: Suggestion | None, lang: Lang) -> tuple[str, ...]:
    shown = (now or was or Suggestion()).home
    return (
        str(now.rank) if now else phrase("gone", lang),
        str(was.rank) if was else phrase("new", lang),
        f"{home(shown.name)}  {shown.display_name}",
        shown.town,
        str(shown.step),
        _in_plan(was, now, lang),
    )


def _in_plan(was: Suggestion | None, now: Suggestion | None, lang: Lang) -> str:
    before, after = bool(was and was.in_plan), bool(now and now.in_plan)
    if before and after:
        return phrase("still", lang)
    if after:
        return phrase("now", lang)
    return phrase("before", lang) if before else ""
