"""Suggestions for one child: why each place, what it changes for others, and why not the other homes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import Cost, Reason, Suggestion, Suggestions
from services.havn.views.excluded import each_excluded, excluded_by_rule
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.plan import proof, unplaced
from services.havn.views.words import (
    FITS,
    home,
    indented,
    inner,
    kroner,
    listed,
    place,
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
    yield title(phrase("Suggestions for {who}", lang, who=_who(found, lang)))
    yield proof(list(found.levels), lang)
    if not found.suggestions and not found.excluded_homes:
        yield phrase("No home may be used.", lang)
    yield from _first(found, lang, detail.top)
    yield ""
    yield from _otherwise(found, lang)
    if found.excluded_homes:
        yield ""
        told = each_excluded if detail.each_home else excluded_by_rule
        yield from told(found.excluded_homes, lang)
    yield ""
    yield phrase("Policy {policy}. Kept as shown: {name}", lang, policy=found.policy_version, name=found.name)


def one_home(found: Suggestions, lang: Lang) -> Iterator[RenderableType]:
    """What is said of the one home that is left, for the child of the request."""
    yield title(phrase("For {who}", lang, who=_who(found, lang)))
    for each in found.suggestions:
        yield phrase("This home fits:", lang)
        yield from suggestion(each, lang)
    if found.excluded_homes:
        yield from each_excluded(found.excluded_homes, lang)


def suggestion(found: Suggestion, lang: Lang) -> Iterator[RenderableType]:
    """One place: why, what to know, what it changes for others; then figures, the price last."""
    mark = ["", phrase("[the plan's place]", lang)] if found.in_plan else []
    yield title(" ".join([f"{found.rank}.", home(found.home.name), "", place(found.home, lang), *mark]))
    yield indented(said(found.summary, lang))
    yield indented(_reasons(found.reasons, lang))
    if found.notes:
        yield indented(phrase("To know before asking:", lang))
        yield indented(points(f"{said(note, lang)}." for note in found.notes), 4)
    yield indented(_for_others(found, lang))
    fit_class = phrase(FITS[found.fit_class], lang)
    fit = phrase("Fit {fit} of 100 ({fit_class}).", lang, fit=found.fit, fit_class=fit_class)
    yield indented(f"{fit} {price(found.cost, lang)}")


def price(cost: Cost, lang: Lang) -> str:
    """The public cost a day, with its parts."""
    parts = [(cost.rate, "the home"), (cost.contact_travel, "travel for contact"), (cost.interpreter, "interpreter")]
    known = [f"{kroner(money, lang)} {phrase(name, lang)}" for money, name in parts if money.units or money.nanos]
    of = f": {', '.join(known)}" if len(known) > 1 else ""
    unknown = f"; {phrase('the rate of the home is not known', lang)}" if cost.rate_unknown else ""
    return phrase("{price} a day{parts}.", lang, price=kroner(cost.per_day, lang), parts=f"{of}{unknown}")


def _first(found: Suggestions, lang: Lang, top: int) -> Iterator[RenderableType]:
    shown = [each for each in found.suggestions if each.rank <= top or each.in_plan]
    for each in shown:
        yield ""
        yield from suggestion(each, lang)
    if left := len(found.suggestions) - len(shown):
        homes = count(left, "more home fits", lang)
        yield ""
        yield phrase("{homes}: --top {top} explains all.", lang, homes=homes, top=len(found.suggestions))


def _who(found: Suggestions, lang: Lang) -> str:
    asked, *together = map(short, found.requests or [found.request])
    wished = [short(request) for request in found.wished_siblings]
    if together:
        asked = phrase("{first}, together with {others}", lang, first=asked, others=listed(together, lang))
    if wished:
        others = listed(wished, lang)
        asked = phrase("{first} (if possible together with {others})", lang, first=asked, others=others)
    return asked


def _reasons(reasons: Iterable[Reason], lang: Lang) -> RenderableType:
    rows = table("How it fits", "#Met", "#Weight", lang=lang)
    for reason in reasons:
        figures = (str(reason.met), str(reason.weight)) if reason.weight else ("", "")
        rows.add_row(f"{said(reason.words, lang)}.", *figures)
    return rows


def _for_others(found: Suggestion, lang: Lang) -> str:
    if found.in_plan:
        return phrase("For others who wait: as the plan has it.", lang)
    if not found.effects_known:
        return phrase("For others who wait: not computed for this place.", lang)
    if not found.effects:
        return phrase("For others who wait: nothing changes.", lang)
    effects = listed((inner(said(effect.words, lang)) for effect in found.effects), lang)
    told = "For others who wait, if it is chosen instead of the plan's place: {effects}."
    return phrase(told, lang, effects=effects)


def _otherwise(found: Suggestions, lang: Lang) -> Iterator[RenderableType]:
    yield title(phrase("Staying where the child is", lang))
    yield f"{said(found.staying_put.words, lang)}."
    if found.HasField("unplaced"):
        yield ""
        yield title(phrase("No place in the plan", lang))
        yield from unplaced(found.unplaced, lang)
