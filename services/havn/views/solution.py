"""What the solver found."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.matching.v1.problem_pb2 import MINIMIZE, LevelResult, Problem, Solution
from services.havn.views.words import count, table


def solution(problem: Problem, found: Solution) -> Iterator[RenderableType]:
    """Who goes where; then each level with its certificate; then where the time went."""
    yield f"{len(found.assignments)} of {count(len(problem.units), 'unit')} assigned."
    assignments = table("Unit", "Home")
    for assignment in found.assignments:
        assignments.add_row(assignment.unit, assignment.home)
    if found.assignments:
        yield assignments
    if found.levels:
        yield _levels(problem, found)
    yield f"{found.seconds.build:.3f} s to build, {found.seconds.solve:.3f} s to solve."


def _levels(problem: Problem, found: Solution) -> RenderableType:
    levels = table("Level", "Sense", "#Value", "Certificate")
    for level, result in zip(problem.levels, found.levels, strict=True):
        levels.add_row(result.name, _sense(level.sense), str(result.value), certificate(result))
    return levels


def _sense(sense: int) -> str:
    return "minimise" if sense == MINIMIZE else "maximise"


def certificate(result: LevelResult) -> str:
    """How sure a level is."""
    if not result.proven:
        return f"not proven; the bound is {result.bound}"
    return "proven best" if result.value == result.bound else f"proven within its tolerance of {result.bound}"
