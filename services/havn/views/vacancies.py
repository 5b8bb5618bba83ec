"""Vacancies."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.views.words import count, day, home, moment, table

FRESHNESS = {
    pb.FRESHNESS_FRESH: "fresh",
    pb.FRESHNESS_AGEING: "ageing: confirm it",
    pb.FRESHNESS_STALE: "stale: ask again",
}


def vacancies(answer: pb.ListVacanciesResponse) -> Iterator[RenderableType]:
    """All vacancies, as last reported."""
    free = sum(vacancy.free_place_count for vacancy in answer.vacancies)
    units = count(len(answer.vacancies), "unit that reported", "units that reported")
    yield f"{count(free, 'place')} free in {units}."
    if not answer.vacancies:
        return
    yield ""
    rows = table("Unit", "#Free", "From", "Confirmed", "How far to trust it")
    for each in answer.vacancies:
        freshness = FRESHNESS.get(each.freshness, "")
        free_places = str(each.free_place_count)
        rows.add_row(home(_unit(each)), free_places, day(each.from_date), moment(each.confirmed_time), freshness)
    yield rows


def reported(vacancy: pb.Vacancy) -> Iterator[RenderableType]:
    """One vacancy, as just reported."""
    places = count(vacancy.free_place_count, "place")
    yield f"{home(_unit(vacancy))} has {places} free from {day(vacancy.from_date)}."
    yield f"Confirmed by {vacancy.confirmed_by} on {moment(vacancy.confirmed_time)}."


def _unit(vacancy: pb.Vacancy) -> str:
    return vacancy.name.removesuffix("/vacancy")
