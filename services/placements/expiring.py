"""Offers that nobody answers in time end by themselves, whether or not anybody looks."""

import asyncio

import structlog

from services.placements.offering import SERVICE, expire
from services.placements.store import OFFERS, is_late
from services.shared.clock import Clock
from services.shared.store import Store

log = structlog.get_logger()

POLL_SECONDS = 1.0
LEASE_SECONDS = 10.0
LEASE = "expiring-offers"


class Expiring:
    """Marks and announces them; one replica at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Does so until cancelled."""
        while True:
            if await self._is_due() and await self._store.leases.claim(LEASE, LEASE_SECONDS):
                async with self._store.leases.kept(LEASE, LEASE_SECONDS):
                    await self._store.keep(SERVICE, expire)
                log.info("offers.expired")
            await asyncio.sleep(POLL_SECONDS)

    async def _is_due(self) -> bool:
        late = is_late(self._clock.now())
        return bool(await self._store.view_as(SERVICE, lambda view: view.page(OFFERS, 1, "", late).items))
