"""A plan for all who wait."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import MatchRun, PlanLevel, PlannedPlace, Unplaced
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.solution import certificate
from services.havn.views.words import FITS, day, home, indented, kroner, listed, points, said, short, table, title

CANONICAL_ORDER = "order"


def plan(run: MatchRun, lang: Lang) -> Iterator[RenderableType]:
    """Who goes where; who has no place yet, why, and what would change that; then the certificates."""
    yield from summary(run, lang)
    yield ""
    yield _places(run, lang)
    if run.unplaced:
        yield ""
        yield title(phrase("No place yet", lang))
    for each in run.unplaced:
        yield from unplaced(each, lang)
    yield ""
    yield title(phrase("How sure it is that no plan is better, level by level", lang))
    yield levels(run.levels, lang)
    build, solve = f"{run.seconds.build:.2f}", f"{run.seconds.solve:.2f}"
    told = "Policy {policy}. {build} s to build, {solve} s to solve. {name}"
    yield phrase(told, lang, policy=run.policy_version, build=build, solve=solve, name=run.name)


def summary(run: MatchRun, lang: Lang) -> Iterator[str]:
    """The plan in a few sentences."""
    yield phrase(
        "The plan covers {children} and {homes} that may be used. It has a place for {placed}. It is a suggestion: "
        "people decide.",
        lang,
        children=count(run.request_count, "child who waits", lang),
        homes=count(run.home_count, "home", lang),
        placed=sum(len(place.requests) for place in run.places),
    )
    yield phrase("Children who wait to step down are not in it: suggest finds places for each of them.", lang)
    yield proof(list(run.levels), lang)


def proof(of: list[PlanLevel], lang: Lang) -> str:
    """Whether no better plan exists, in one sentence."""
    open_levels = sum(not level.result.proven for level in of)
    if not open_levels:
        return phrase("Proven on all {levels} levels: no plan is better.", lang, levels=len(of))
    told = "{open} of {levels} levels are not proven: a better plan may exist."
    return phrase(told, lang, open=open_levels, levels=len(of))


def unplaced(found: Unplaced, lang: Lang) -> Iterator[RenderableType]:
    """Why a child has no place, and what would change it."""
    yield f"{listed(map(short, found.requests), lang)}: {said(found.words, lang)}."
    changes = [f"{said(change, lang)}." for change in found.changes]
    if changes:
        yield indented(phrase("What would change it:", lang))
        yield indented(points(changes))


def levels(found: Iterable[PlanLevel], lang: Lang) -> RenderableType:
    """Each level with what it reached and how sure that is; the last says nothing to people but that it is there."""
    rows = table("What is counted", "#Reached", "Certificate", lang=lang)
    for level in found:
        reached = "" if level.result.name == CANONICAL_ORDER else str(level.result.value)
        rows.add_row(said(level.words, lang), reached, certificate(level.result, lang))
    return rows


def _places(run: MatchRun, lang: Lang) -> RenderableType:
    rows = table("Child", "Home", "=Town", "#Step", "=Fit", "#A day", lang=lang)
    for place in run.places:
        rows.add_row(
            ", ".join(short(request) for request in place.requests),
            "\n".join([f"{home(place.home.name)}  {place.home.display_name}", *_to_know(place, lang)]),
            place.home.town,
            str(place.home.step),
            phrase(FITS[place.fit_class], lang),
            kroner(place.cost.per_day, lang),
        )
    return rows


def _to_know(place: PlannedPlace, lang: Lang) -> Iterator[str]:
    if place.emergency:
        yield phrase("only for tonight", lang)
    if place.steps_above_need:
        yield phrase("{steps} above the need", lang, steps=count(place.steps_above_need, "step", lang))
    if place.HasField("reunite_by_date"):
        yield phrase("reunite by {day}", lang, day=day(place.reunite_by_date))
    if place.cost.rate_unknown:
        yield phrase("rate unknown", lang)
