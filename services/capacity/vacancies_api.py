"""The RPCs of vacancies: reported, confirmed, blocked, listed beside what placements tell, and watched."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing

from sqlalchemy import ColumnElement
from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import changes, overview, reports
from services.capacity.institutions_api import InstitutionsApi
from services.capacity.occupied import SERVICE, Occupied, described
from services.capacity.rules import vacancies as rules
from services.capacity.store import UNITS, VACANCIES, VACANCY_CHANGES, VacancyRow, sortable
from services.shared import wire
from services.shared.call import current
from services.shared.clock import Clock
from services.shared.counting import count
from services.shared.records import Change, Page, View, keyed
from services.shared.server import Context
from services.shared.store import Store
from services.shared.watching import Watched

EVERY_UNIT = "institutions/-/units/-"


class VacanciesApi(InstitutionsApi):
    """Vacancies, and with them institutions and units."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock)
        self.reported = Watched(store, SERVICE, reports.reported)
        self.occupied = Occupied(clock)
        self._reports = reports.Reports(self._described)

    async def ReportVacancy(self, request: pb.ReportVacancyRequest, context: Context) -> pb.Vacancy:
        """Says how many places are free."""

        def report(change: Change) -> pb.Vacancy:
            unit, said = change.get(UNITS, request.parent), request.vacancy
            kept = change.find(VACANCIES, f"{unit.name}/vacancy")
            vacancy = pb.Vacancy(
                name=f"{unit.name}/vacancy",
                authority=unit.authority,
                free_place_count=said.free_place_count,
                from_date=said.from_date,
                blocked=kept.blocked if kept else (),
            )
            self._confirm(change, vacancy, unit)
            etag = said.etag or kept.etag if kept else ""
            changes.keep(change, vacancy, pb.VACANCY_CHANGE_KIND_REPORTED, etag)
            return self._shown(change, vacancy)

        return await self._store.change(request, pb.Vacancy, report)

    async def ConfirmVacancy(self, request: pb.ConfirmVacancyRequest, context: Context) -> pb.Vacancy:
        """Says that it is as last reported."""

        def confirm(change: Change) -> pb.Vacancy:
            unit = change.get(UNITS, request.parent)
            vacancy = rules.require_reported(change.find(VACANCIES, f"{unit.name}/vacancy"))
            self._confirm(change, vacancy, unit)
            changes.keep(change, vacancy, pb.VACANCY_CHANGE_KIND_CONFIRMED, request.etag or vacancy.etag)
            return self._shown(change, vacancy)

        return await self._store.change(request, pb.Vacancy, confirm)

    async def BlockPlaces(self, request: pb.BlockPlacesRequest, context: Context) -> pb.Vacancy:
        """Says which places are out of use."""

        def block(change: Change) -> pb.Vacancy:
            unit = change.get(UNITS, request.parent)
            vacancy = rules.require_reported(change.find(VACANCIES, f"{unit.name}/vacancy"))
            rules.block(vacancy, request.blocked, self._clock.today())
            self._confirm(change, vacancy, unit)
            changes.keep(change, vacancy, pb.VACANCY_CHANGE_KIND_BLOCKED, request.etag or vacancy.etag)
            return self._shown(change, vacancy)

        return await self._store.change(request, pb.Vacancy, block)

    async def ListVacancies(self, request: pb.ListVacanciesRequest, context: Context) -> pb.ListVacanciesResponse:
        """A page of vacancies."""
        return await self._store.view(lambda view: self._listed(view, request))

    async def ListVacancyChanges(
        self, request: pb.ListVacancyChangesRequest, context: Context
    ) -> pb.ListVacancyChangesResponse:
        """A page of what happened to a unit's vacancy, or to all units'."""

        def happened(view: View) -> Page[pb.VacancyChange]:
            of_one = {} if request.parent == EVERY_UNIT else {"parent": view.get(UNITS, request.parent).name}
            return view.page(VACANCY_CHANGES, request.page_size, request.page_token, **of_one)

        page = await self._store.view(happened)
        return pb.ListVacancyChangesResponse(changes=page.items, next_page_token=page.next_token)

    async def WatchVacancies(
        self, request: pb.WatchVacanciesRequest, context: Context
    ) -> AsyncIterator[pb.WatchVacanciesResponse]:
        """Vacancies as they are reported."""
        caller = current().caller
        seen: reports.Reported | None = None
        async with aclosing(self.reported.each()) as states:
            async for state in states:
                news = self._reports.between(seen, state)
                if any(caller.sees(caller.authority, vacancy.name) for vacancy in news):
                    shown = await self._reports.shown(news)
                    told = [vacancy for vacancy in shown if caller.sees(caller.authority, vacancy.name)]
                    yield pb.WatchVacanciesResponse(vacancies=told)
                elif seen is None:
                    yield pb.WatchVacanciesResponse()
                seen = state

    def _confirm(self, change: Change, vacancy: pb.Vacancy, unit: pb.InstitutionUnit) -> None:
        """Whoever tells of a vacancy confirms it, now."""
        vacancy.ClearField("confirmed_time")
        rules.check_vacancy(vacancy, unit, self._clock.today())
        vacancy.confirmed_time.CopyFrom(wire.timestamp(change.now))
        vacancy.confirmed_by = change.caller.subject

    def _listed(self, view: View, request: pb.ListVacanciesRequest) -> pb.ListVacanciesResponse:
        where = [overview.stale(sortable(rules.stale_before(self._clock.now())))] if request.stale else []
        named = [*where, col(VacancyRow.name).in_(request.names)] if request.names else where
        if request.differing:
            found = self.occupied.differing(view, view.all(VACANCIES, *named))
            page = keyed(found, lambda vacancy: vacancy.name, request.page_size, request.page_token)
            total = len(found)
        else:
            page = view.page(VACANCIES, request.page_size, request.page_token, *where, names=request.names)
            total = _total(view, named) if request.counted else 0
        self.occupied.described(view, page.items)
        answer = pb.ListVacanciesResponse(
            vacancies=page.items, next_page_token=page.next_token, total_count=total if request.counted else 0
        )
        if request.told_apart:
            self._tell_apart(view, answer)
        if request.with_units:
            answer.units.extend(_units(view, page.items))
        return answer

    def _tell_apart(self, view: View, answer: pb.ListVacanciesResponse) -> None:
        """Says how many of all vacancies are stale, and how many differ."""
        answer.stale_count = overview.stale_count(view, self._clock.now())
        answer.differing_count = self.occupied.differing_count(view)

    async def _described(self, vacancies: Sequence[pb.Vacancy]) -> Sequence[pb.Vacancy]:
        return await self._store.view_as(SERVICE, lambda view: self.occupied.described(view, vacancies))

    def _shown(self, change: Change, kept: pb.Vacancy) -> pb.Vacancy:
        [shown] = described(change, [kept], self._clock)
        return shown


def _total(view: View, named: Sequence[ColumnElement[bool]]) -> int:
    # Most pages show all there are, and then nothing has to be made first.
    return view.count(VACANCIES, *named) if named else count(view, VACANCIES)


def _units(view: View, vacancies: Iterable[pb.Vacancy]) -> list[pb.InstitutionUnit]:
    """The units of vacancies, without their prices."""
    units = view.among(UNITS, "name", [vacancy.name.removesuffix("/vacancy") for vacancy in vacancies])
    for unit in units:
        unit.ClearField("daily_rate")
        unit.ClearField("daily_rates")
    return units
