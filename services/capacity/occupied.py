"""Vacancies as they are shown: with what follows from the day, the unit and placements."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import wire
from services.capacity.rules import vacancies as rules
from services.capacity.rules.occupancy import Stay, Used, describe, difference
from services.capacity.store import HOLDS, STAYS, UNITS, HoldRow
from services.shared import access
from services.shared.clock import Clock
from services.shared.records import View
from services.shared.scope import everywhere
from services.shared.wire import time, timestamp

SERVICE = access.service("capacity")
ASKED_TOGETHER = 500

_STILL_HELD = col(HoldRow.held) > 0


def described(view: View, vacancies: Sequence[pb.Vacancy], clock: Clock) -> Sequence[pb.Vacancy]:
    """The vacancies, each with how far to trust it and what placements tell of its unit (W2, V8, V9)."""
    now, today = clock.now(), clock.today()
    for vacancy, used in _used_by_each(view, vacancies):
        confirmed = time(vacancy.confirmed_time)
        vacancy.freshness = rules.freshness(confirmed, now)
        vacancy.stale_time.CopyFrom(timestamp(rules.stale_from(confirmed)))
        describe(vacancy, used, today)
    return vacancies


def differing(view: View, vacancies: Sequence[pb.Vacancy], today: date) -> Sequence[pb.Vacancy]:
    """Those that placements tell something else of (V8): to find them takes less than to describe all."""
    return [vacancy for vacancy, used in _used_by_each(view, vacancies) if difference(vacancy, used, today)]


def _used_by_each(view: View, vacancies: Sequence[pb.Vacancy]) -> Iterator[tuple[pb.Vacancy, Used]]:
    for begin in range(0, len(vacancies), ASKED_TOGETHER):
        some = vacancies[begin : begin + ASKED_TOGETHER]
        used = used_places(view, [vacancy.name.removesuffix("/vacancy") for vacancy in some], some)
        yield from ((vacancy, used[vacancy.name.removesuffix("/vacancy")]) for vacancy in some)


def used_places(view: View, units: Sequence[str], vacancies: Sequence[pb.Vacancy]) -> Mapping[str, Used]:
    """What uses the places of units, whoever placed a child there: counts are no case content."""
    found = view.among(UNITS, "name", units)
    blocked = {vacancy.name.removesuffix("/vacancy"): vacancy.blocked for vacancy in vacancies}
    with everywhere(view.connection, view.caller):
        whole = View(view.session, SERVICE)
        stays = stays_by_home(whole, units)
        held = _held(whole, units)
    return {unit.name: Used(unit, blocked.get(unit.name, ()), stays[unit.name], held[unit.name]) for unit in found}


def stays_by_home(whole: View, homes: Sequence[str]) -> Mapping[str, Sequence[Stay]]:
    """Who lives, or lived, in which of the homes."""
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    for placement in whole.among(STAYS, "home", homes):
        found[placement.home].append(wire.stay(placement))
    return found


def _held(whole: View, homes: Sequence[str]) -> Mapping[str, int]:
    held: defaultdict[str, int] = defaultdict(int)
    for offer in whole.among(HOLDS, "home", homes, _STILL_HELD):
        held[offer.home] += offer.held_place_count
    return held
