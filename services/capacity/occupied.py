"""Vacancies as they are shown: with what follows from the day, the unit and placements."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import wire
from services.capacity.rules import vacancies as rules
from services.capacity.rules.occupancy import Stay, Used, describe
from services.capacity.store import HOLDS, STAYS, UNITS, VACANCIES, HoldRow
from services.shared import access
from services.shared.clock import Clock
from services.shared.lasting import Lasting, version
from services.shared.rebuilding import rebuilds
from services.shared.records import View
from services.shared.scope import everywhere
from services.shared.wire import time, timestamp

SERVICE = access.service("capacity")
ASKED_TOGETHER = 500

_STILL_HELD = col(HoldRow.held) > 0


class Occupied:
    """What placements tell of vacancies, for those who read: kept as long as nothing changes that it follows from."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told = Lasting[str, pb.Vacancy]()
        self._differing = Lasting[tuple[str, ...], int]()

    def described(self, view: View, vacancies: Sequence[pb.Vacancy]) -> Sequence[pb.Vacancy]:
        """The vacancies as `described` gives them."""
        now, told = self._clock.now(), self._told_of(view, vacancies)
        for vacancy in vacancies:
            _trust(vacancy, now)
            vacancy.MergeFrom(told[vacancy.name])
        return vacancies

    def differing(self, view: View, vacancies: Sequence[pb.Vacancy]) -> Sequence[pb.Vacancy]:
        """Those that placements tell something else of (V8)."""
        told = self._told_of(view, vacancies)
        return [vacancy for vacancy in vacancies if told[vacancy.name].difference]

    def differing_count(self, view: View) -> int:
        """How many of all vacancies that the caller sees are among those."""
        known = self._clock.today(), version(view, VACANCIES), _version(view)
        return self._differing.of(view.caller.narrowed(), known, lambda: len(self.differing(view, view.all(VACANCIES))))

    def _told_of(self, view: View, vacancies: Sequence[pb.Vacancy]) -> Mapping[str, pb.Vacancy]:
        """The fields of each that placements tell, and no others."""
        today, by_name = self._clock.today(), {vacancy.name: vacancy for vacancy in vacancies}

        def tell(missing: Iterable[str]) -> Mapping[str, pb.Vacancy]:
            found = _used_by_each(view, [by_name[name] for name in missing])
            return {vacancy.name: _told(vacancy, used, today) for vacancy, used in found}

        known = _version(view)
        return self._told.of_each({name: (today, known, each.etag) for name, each in by_name.items()}, tell)


def described(view: View, vacancies: Sequence[pb.Vacancy], clock: Clock) -> Sequence[pb.Vacancy]:
    """The vacancies, each with how far to trust it and what placements tell of its unit (W2, V8, V9)."""
    now, today = clock.now(), clock.today()
    for vacancy, used in _used_by_each(view, vacancies):
        _trust(vacancy, now)
        describe(vacancy, used, today)
    return vacancies


def _trust(vacancy: pb.Vacancy, now: datetime) -> None:
    confirmed = time(vacancy.confirmed_time)
    vacancy.freshness = rules.freshness(confirmed, now)
    vacancy.stale_time.CopyFrom(timestamp(rules.stale_from(confirmed)))


def _told(vacancy: pb.Vacancy, used: Used, today: date) -> pb.Vacancy:
    told = pb.Vacancy(free_place_count=vacancy.free_place_count, from_date=vacancy.from_date)
    describe(told, used, today)
    told.ClearField("free_place_count")
    told.ClearField("from_date")
    return told


def _version(view: View) -> Hashable:
    """Of all that placements' word on vacancies follows from."""
    with everywhere(view.connection, view.caller):
        records = version(View(view.session, SERVICE), UNITS, STAYS, HOLDS)
    return records, rebuilds(view.session, "capacity")


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
