"""Suggestions for one child: why each place, what it changes for others, and why not the other homes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import Cost, Reason, Suggestion, Suggestions
from services.havn.views.excluded import each_excluded, excluded_by_rule
from services.havn.views.plan import proof, unplaced
from services.havn.views.words import (
    FITS,
    Lang,
    count,
    home,
    indented,
    inner,
    kroner,
    listed,
    points,
    said,
    short,
    table,
    title,
)


@dataclass(frozen=True)
class Detail:
    """How much to tell: the first `top` places, and of the homes that do not fit each one or their number by rule."""

    top: int = 3
    each_home: bool = False


def suggestions(found: Suggestions, lang: Lang, detail: Detail) -> Iterator[RenderableType]:
    """Everything said of one child."""
    yield title(f"Suggestions for {_who(found)}")
    yield proof(list(found.levels))
    if not found.suggestions and not found.excluded_homes:
        yield "No home may be used."
    shown = [each for each in found.suggestions if each.rank <= detail.top or each.in_plan]
    for each in shown:
        yield ""
        yield from suggestion(each, lang)
    left = len(found.suggestions) - len(shown)
    if left > 0:
        yield f"\n{count(left, 'more home fits', 'more homes fit')}: --top {len(found.suggestions)} explains all."
    yield ""
    yield from _otherwise(found, lang)
    if found.excluded_homes:
        yield ""
        told = each_excluded if detail.each_home else excluded_by_rule
        yield from told(found.excluded_homes, lang)
    yield f"\nPolicy {found.policy_version}. Kept as shown: {found.name}"


def one_home(found: Suggestions, lang: Lang) -> Iterator[RenderableType]:
    """What is said of the one home that is left, for the child of the request."""
    yield title(f"For {_who(found)}")
    for each in found.suggestions:
        yield "This home fits:"
        yield from suggestion(each, lang)
    if found.excluded_homes:
        yield from each_excluded(found.excluded_homes, lang)


def suggestion(found: Suggestion, lang: Lang) -> Iterator[RenderableType]:
    """One place: why, what to know, what it changes for others; then figures, the price last."""
    mark = "  [the plan's place]" if found.in_plan else ""
    yield title(f"{found.rank}. {found.home.display_name}, {found.home.town}, step {found.home.step}{mark}")
    yield indented(said(found.summary, lang))
    yield indented(f"{home(found.home.name)}:")
    yield indented(_reasons(found.reasons, lang))
    if found.notes:
        yield indented("To know before asking:")
        yield indented(points(f"{said(note, lang)}." for note in found.notes), 4)
    yield indented(_for_others(found, lang))
    fit = f"Fit {found.fit} of 100 ({FITS.get(found.fit_class, 'unknown')})."
    yield indented(f"{fit} {price(found.cost)}")


def price(cost: Cost) -> str:
    """The public cost a day, with its parts."""
    parts = [(cost.rate, "the home"), (cost.contact_travel, "travel for contact"), (cost.interpreter, "interpreter")]
    known = [f"{kroner(money)} {name}" for money, name in parts if money.units or money.nanos]
    of = f": {', '.join(known)}" if len(known) > 1 else ""
    return f"{kroner(cost.per_day)} a day{of}{'; the rate of the home is not known' if cost.rate_unknown else ''}."


def _who(found: Suggestions) -> str:
    asked, *together = found.requests or [found.request]
    wished = list(found.wished_siblings)
    return "".join(
        [
            asked,
            f", together with {listed(map(short, together))}" if together else "",
            f" (if possible together with {listed(map(short, wished))})" if wished else "",
        ]
    )


def _reasons(reasons: Iterable[Reason], lang: Lang) -> RenderableType:
    rows = table("Why", "#Met", "#Weight")
    for reason in reasons:
        figures = (str(reason.met), str(reason.weight)) if reason.weight else ("", "")
        rows.add_row(f"{said(reason.words, lang)}.", *figures)
    return rows


def _for_others(found: Suggestion, lang: Lang) -> str:
    if found.in_plan:
        return "For others who wait: as the plan has it."
    if not found.effects_known:
        return "For others who wait: not computed for this place."
    if not found.effects:
        return "For others who wait: nothing changes."
    told = listed(inner(said(effect.words, lang)) for effect in found.effects)
    return f"For others who wait, if it is chosen instead of the plan's place: {told}."


def _otherwise(found: Suggestions, lang: Lang) -> Iterator[RenderableType]:
    yield title("Staying where it is")
    yield f"{said(found.staying_put.words, lang)}."
    if found.HasField("unplaced"):
        yield ""
        yield title("No place in the plan")
        yield from unplaced(found.unplaced, lang)
