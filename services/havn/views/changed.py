"""How suggestions changed."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import Suggestion, Suggestions
from services.havn.views.words import count, home, table


def changed(before: Suggestions, after: Suggestions, known_seconds: float, seconds: float) -> Iterator[RenderableType]:
    """The child's list before and after, side by side, and how long that took."""
    fitted = count(len(before.suggestions), "home", "homes")
    yield f"Before, {fitted} fitted {after.request}; now {len(after.suggestions)} do."
    yield ""
    earlier = {each.home.name: each for each in before.suggestions}
    rows = table("#Now", "#Before", "Home", "Town", "#Step", "The plan's place")
    for each in after.suggestions:
        was = earlier.pop(each.home.name, None)
        name = f"{each.home.display_name} ({home(each.home.name)})"
        before_rank = str(was.rank) if was else "new"
        rows.add_row(str(each.rank), before_rank, name, each.home.town, str(each.home.step), _in_plan(was, each))
    for gone in earlier.values():
        name = f"{gone.home.display_name} ({home(gone.home.name)})"
        rows.add_row("gone", str(gone.rank), name, gone.home.town, str(gone.home.step), _in_plan(gone, None))
    yield rows
    yield (
        f"{known_seconds * 1000:.0f} ms from the report until matching knew of it, "
        f"{seconds * 1000:.0f} ms until the changed suggestions were here, the new plan for all included."
    )


def _in_plan(was: Suggestion | None, now: Suggestion | None) -> str:
    before, after = bool(was and was.in_plan), bool(now and now.in_plan)
    if before and after:
        return "still"
    return "now" if after else "before" if before else ""
