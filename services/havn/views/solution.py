"""What the solver found."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.matching.v1.problem_pb2 import MINIMIZE, LevelResult, Problem, Solution
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import table


def solution(problem: Problem, found: Solution) -> Iterator[RenderableType]:
    """Who goes where; then each level with its certificate; then where the time went."""
    yield f"{len(found.assignments)} of {count(len(problem.units), 'unit', Lang.EN)} assigned."
    assignments = table("Unit", "Home", lang=Lang.EN)
    for assignment in found.assignments:
        assignments.add_row(assignment.unit, assignment.home)
    if found.assignments:
        yield assignments
    if found.levels:
        yield _levels(problem, found)
    yield f"{found.seconds.build:.3f} s to build, {found.seconds.solve:.3f} s to solve."


def _levels(problem: Problem, found: Solution) -> RenderableType:
    levels = table("Level", "Sense", "#Value", "Certificate", lang=Lang.EN)
    for level, result in zip(problem.levels, found.levels, strict=True):
        levels.add_row(result.name, _sense(level.sense), str(result.value), certificate(result, Lang.EN))
    return levels


def _sense(sense: int) -> str:
    return "minimise" if sense == MINIMIZE else "maximise"


def certificate(result: LevelResult, lang: Lang) -> str:
    """How sure a level is."""
    if not result.proven:
        return phrase("not proven; the bound is {bound}", lang, bound=result.bound)
    if result.value == result.bound:
        return phrase("proven best", lang)
    return phrase("proven within its tolerance of {bound}", lang, bound=result.bound)
