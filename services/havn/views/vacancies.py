"""Vacancies."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import day, home, moment, table

FRESHNESS = {
    pb.FRESHNESS_UNSPECIFIED: "unknown",
    pb.FRESHNESS_FRESH: "fresh",
    pb.FRESHNESS_AGEING: "ageing: confirm it",
    pb.FRESHNESS_STALE: "stale: ask again",
}


def vacancies(answer: pb.ListVacanciesResponse, lang: Lang) -> Iterator[RenderableType]:
    """All vacancies, as last reported: units with free places first."""
    free = sum(vacancy.free_place_count for vacancy in answer.vacancies)
    places, units = count(free, "free place", lang), count(len(answer.vacancies), "unit that reported", lang)
    yield phrase("{places} in {units}.", lang, places=places, units=units)
    if not answer.vacancies:
        return
    yield ""
    rows = table("=Unit", "#Free", "=From", "Confirmed", "How far to trust it", lang=lang)
    for each in sorted(answer.vacancies, key=lambda vacancy: vacancy.free_place_count == 0):
        freshness = phrase(FRESHNESS[each.freshness], lang)
        free_places = str(each.free_place_count)
        rows.add_row(home(_unit(each)), free_places, day(each.from_date), moment(each.confirmed_time), freshness)
    yield rows


def reported(vacancy: pb.Vacancy, lang: Lang) -> Iterator[RenderableType]:
    """One vacancy, as just reported."""
    places = count(vacancy.free_place_count, "free place", lang)
    unit = home(_unit(vacancy))
    yield phrase("{unit} has {places} from {day}.", lang, unit=unit, places=places, day=day(vacancy.from_date))
    confirmed = moment(vacancy.confirmed_time)
    yield phrase("Confirmed by {user} on {moment}.", lang, user=vacancy.confirmed_by, moment=confirmed)


def _unit(vacancy: pb.Vacancy) -> str:
    return vacancy.name.removesuffix("/vacancy")
