"""A plan for all who wait."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from havn.matching.v1.matching_pb2 import MatchRun, PlanLevel, PlannedPlace, Unplaced
from services.havn.views.solution import certificate
from services.havn.views.words import (
    FITS,
    Lang,
    count,
    day,
    home,
    indented,
    kroner,
    listed,
    points,
    said,
    short,
    table,
    title,
)

CANONICAL_ORDER = "order"


def plan(run: MatchRun, lang: Lang) -> Iterator[RenderableType]:
    """Who goes where; who has no place yet, why, and what would change that; then the certificates."""
    yield from summary(run)
    yield ""
    yield _places(run)
    if run.unplaced:
        yield ""
        yield title("No place yet")
    for each in run.unplaced:
        yield from unplaced(each, lang)
    yield ""
    yield title("How sure it is that no plan is better, level by level")
    yield levels(run.levels, lang)
    seconds = run.seconds
    yield f"Policy {run.policy_version}. {seconds.build:.2f} s to build, {seconds.solve:.2f} s to solve. {run.name}"


def summary(run: MatchRun) -> Iterator[str]:
    """The plan in two sentences."""
    placed = sum(len(place.requests) for place in run.places)
    homes = count(run.home_count, "home")
    yield (
        f"{count(run.request_count, 'child waits', 'children wait')}; {homes} may be used. "
        f"The plan has a place for {placed}. It is a suggestion: people decide."
    )
    yield proof(list(run.levels))


def proof(of: list[PlanLevel]) -> str:
    """Whether no better plan exists, in one sentence."""
    open_levels = sum(not level.result.proven for level in of)
    if not open_levels:
        return f"Proven on all {len(of)} levels: no plan is better."
    return f"{open_levels} of {len(of)} levels are not proven: a better plan may exist."


def unplaced(found: Unplaced, lang: Lang) -> Iterator[RenderableType]:
    """Why a child has no place, and what would change it."""
    yield f"{_who(found.requests)}: {said(found.words, lang)}."
    changes = [f"{said(change, lang)}." for change in found.changes]
    if changes:
        yield indented("What would change it:")
        yield indented(points(changes))


def levels(found: Iterable[PlanLevel], lang: Lang) -> RenderableType:
    """Each level with what it reached and how sure that is; the last says nothing to people but that it is there."""
    rows = table("What is counted", "#Reached", "Certificate")
    for level in found:
        reached = "" if level.result.name == CANONICAL_ORDER else str(level.result.value)
        rows.add_row(said(level.words, lang), reached, certificate(level.result))
    return rows


def _places(run: MatchRun) -> RenderableType:
    rows = table("Child", "Home", "", "Town", "#Step", "Fit", "#A day")
    for place in run.places:
        rows.add_row(
            ", ".join(short(request) for request in place.requests),
            home(place.home.name),
            "\n".join([place.home.display_name, *_to_know(place)]),
            place.home.town,
            str(place.home.step),
            FITS.get(place.fit_class, ""),
            kroner(place.cost.per_day),
        )
    return rows


def _to_know(place: PlannedPlace) -> list[str]:
    above = place.steps_above_need
    known = [
        "only for tonight" if place.emergency else "",
        f"{count(above, 'step')} above the need" if above else "",
        f"reunite by {day(place.reunite_by_date)}" if place.HasField("reunite_by_date") else "",
        "rate unknown" if place.cost.rate_unknown else "",
    ]
    return [each for each in known if each]


def _who(requests: Iterable[str]) -> str:
    return listed(short(request) for request in requests)
