"""Vacancies that become stale ask their institution for a confirmation, once each, whether or not anybody looks."""

import asyncio

import structlog
from sqlmodel import col, update

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import changes, events
from services.capacity.rules.vacancies import stale_before
from services.capacity.store import VACANCIES, VacancyRow, has_decayed
from services.shared import access
from services.shared.clock import Clock
from services.shared.records import Change
from services.shared.store import Store

log = structlog.get_logger()

POLL_SECONDS = 1.0
LEASE_SECONDS = 10.0
LEASE = "stale-vacancies"
SERVICE = access.service("capacity")


class Decaying:
    """Asks for confirmations; one replica at a time (V6)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Does so until cancelled."""
        while True:
            if await self._is_due() and await self._store.leases.claim(LEASE, LEASE_SECONDS):
                async with self._store.leases.kept(LEASE, LEASE_SECONDS):
                    await self._store.keep(SERVICE, ask)
                log.info("vacancies.asked")
            await asyncio.sleep(POLL_SECONDS)

    async def _is_due(self) -> bool:
        decayed = has_decayed(stale_before(self._clock.now()))
        return bool(await self._store.view_as(SERVICE, lambda view: view.page(VACANCIES, 1, "", decayed).items))


def ask(change: Change) -> None:
    """Asks for a confirmation of each vacancy that became stale, once until it is confirmed (V6)."""
    found = change.all(VACANCIES, has_decayed(stale_before(change.now)))
    decayed = [vacancy for vacancy in found if _mark(change, vacancy)]
    for vacancy in decayed:
        change.announce(*events.confirmation_asked(vacancy))
    changes.note(change, decayed, pb.VACANCY_CHANGE_KIND_CONFIRMATION_ASKED)


def _mark(change: Change, vacancy: pb.Vacancy) -> bool:
    """Whether it is as it was read still, and now marked as asked for: no new version, for nothing in it changed."""
    this = (col(VacancyRow.name) == vacancy.name, col(VacancyRow.version) == int(vacancy.etag))
    return bool(change.session.exec(update(VacancyRow).where(*this).values(asked=True)).rowcount)
