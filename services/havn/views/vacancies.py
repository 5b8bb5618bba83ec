"""Vacancies."""

from collections.abc import Iterator

from rich.console import RenderableType

from havn.capacity.v1 import capacity_pb2 as pb
from services.havn.views.phrases import Lang, count, phrase
from services.havn.views.words import DISPOSALS, day, home, moment, short, table

FRESHNESS = {
    pb.FRESHNESS_UNSPECIFIED: "unknown",
    pb.FRESHNESS_FRESH: "fresh",
    pb.FRESHNESS_AGEING: "ageing: confirm it",
    pb.FRESHNESS_STALE: "stale: ask again",
}

HAPPENED = {
    pb.VACANCY_CHANGE_KIND_UNSPECIFIED: "unknown",
    pb.VACANCY_CHANGE_KIND_REPORTED: "reported",
    pb.VACANCY_CHANGE_KIND_CONFIRMED: "confirmed",
    pb.VACANCY_CHANGE_KIND_BLOCKED: "places blocked or unblocked",
    pb.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED: "stale: confirmation asked for",
    pb.VACANCY_CHANGE_KIND_IMPORTED: "told by a file",
}

BLOCKED = {
    pb.BLOCK_REASON_UNSPECIFIED: "unknown",
    pb.BLOCK_REASON_SOLO_PLACEMENT: "a child there can't live with others",
    pb.BLOCK_REASON_BUILDING: "rebuilding or damage",
    pb.BLOCK_REASON_STAFFING: "too few staff",
    pb.BLOCK_REASON_CALM: "calm for those who live there",
    pb.BLOCK_REASON_OTHER: "another reason",
}


def vacancies(answer: pb.ListVacanciesResponse, lang: Lang) -> Iterator[RenderableType]:
    """All vacancies, as last reported: units with free places first."""
    free = sum(vacancy.free_place_count for vacancy in answer.vacancies)
    places, units = count(free, "free place", lang), count(len(answer.vacancies), "unit that reported", lang)
    yield phrase("{places} in {units}.", lang, places=places, units=units)
    if not answer.vacancies:
        return
    yield ""
    free_first = sorted(answer.vacancies, key=lambda vacancy: vacancy.free_place_count == 0)
    rows = table("=Unit", "#Free", "=From", "Confirmed", "How far to trust it", lang=lang)
    for each in free_first:
        freshness = phrase(FRESHNESS[each.freshness], lang)
        said = str(each.free_place_count), day(each.from_date)
        rows.add_row(home(_unit(each)), *said, moment(each.confirmed_time), freshness)
    yield rows
    yield ""
    # By themselves: in one table with the rest, a terminal of 80 columns folds each word.
    more = table("Disposes", "#Blocked", "#Held", "=Unit", lang=lang)
    for each in free_first:
        out = str(each.occupancy.blocked_place_count or ""), str(each.occupancy.held_place_count or "")
        more.add_row(phrase(DISPOSALS[each.disposal], lang), *out, home(_unit(each)))
    yield more


def reported(vacancy: pb.Vacancy, lang: Lang) -> Iterator[RenderableType]:
    """One vacancy, as just reported."""
    places = count(vacancy.free_place_count, "free place", lang)
    unit = home(_unit(vacancy))
    yield phrase("{unit} has {places} from {day}.", lang, unit=unit, places=places, day=day(vacancy.from_date))
    confirmed = moment(vacancy.confirmed_time)
    yield phrase("Confirmed by {user} on {moment}.", lang, user=vacancy.confirmed_by, moment=confirmed)


def blocked(vacancy: pb.Vacancy, lang: Lang) -> Iterator[RenderableType]:
    """One vacancy, whose blocked places were just changed."""
    unit, out = home(_unit(vacancy)), count(vacancy.occupancy.blocked_place_count, "place out of use", lang)
    places = count(vacancy.free_place_count, "free place", lang)
    yield phrase("{unit} has {out} and {places}.", lang, unit=unit, out=out, places=places)
    rows = table("#Places", "Why", "=Through", "More about it", lang=lang)
    for each in vacancy.blocked:
        rows.add_row(str(each.place_count), phrase(BLOCKED[each.reason], lang), day(each.until_date), each.note)
    if vacancy.blocked:
        yield ""
        yield rows


def differences(answer: pb.ListVacanciesResponse, lang: Lang) -> Iterator[RenderableType]:
    """Vacancies that are not what placements leave."""
    units = count(len(answer.vacancies), "unit that differs", lang)
    yield phrase("{units} from what placements leave.", lang, units=units)
    if not answer.vacancies:
        return
    yield ""
    rows = table("=Unit", "#Places", "#Used", "#Blocked", "#Left over", "#Reported free", "#Difference", lang=lang)
    for each in answer.vacancies:
        of = each.occupancy
        left = of.place_count, of.used_place_count, of.blocked_place_count, of.free_place_count
        rows.add_row(home(_unit(each)), *map(str, left), str(each.free_place_count), f"{each.difference:+}")
    yield rows


def history(unit: str, answer: pb.ListVacancyChangesResponse, lang: Lang) -> Iterator[RenderableType]:
    """What happened to a unit's vacancy."""
    changes = count(len(answer.changes), "change", lang)
    yield phrase("{changes} of {unit}, the newest first.", lang, changes=changes, unit=home(unit))
    if not answer.changes:
        return
    yield ""
    rows = table("When", "What happened", "By", "#Free", "=From", "#Blocked", lang=lang)
    for each in answer.changes:
        out = sum(blocked.place_count for blocked in each.blocked)
        told = moment(each.change_time), phrase(HAPPENED[each.kind], lang), short(each.changed_by)
        rows.add_row(*told, str(each.free_place_count), day(each.from_date), str(out))
    yield rows


def _unit(vacancy: pb.Vacancy) -> str:
    return vacancy.name.removesuffix("/vacancy")
