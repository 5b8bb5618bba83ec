"""Work that one replica does at a time: whoever holds its lease, until it lets go or is silent for too long."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel import Session

from services.shared.database import Database
from services.shared.tables import Lease


class Leases:
    """The leases of one service. A database that one process has for itself has one holder, whenever it starts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, name: str, seconds: float) -> int:
        """How often the work was claimed, this time included, or 0 where another replica has it now."""
        return await self._database.write(lambda session: self._claim(session, name, seconds))

    @asynccontextmanager
    async def kept(self, name: str, seconds: float) -> AsyncIterator[None]:
        """Keeps a lease that was claimed for as long as the block lasts, then lets go of it."""
        keeping = asyncio.create_task(self._keep(name, seconds))
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self.release(name)

    async def release(self, name: str) -> None:
        """Lets another replica have it at once."""
        await self._database.write(lambda session: self._extend(session, name, 0.0))

    async def done(self, name: str) -> None:
        """The work was ended, well or badly: its claims are forgotten."""
        await self._database.write(lambda session: self._forget(session, name))

    async def _keep(self, name: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds / 3)
            await self._database.write(lambda session: self._extend(session, name, seconds))

    def _claim(self, session: Session, name: str, seconds: float) -> int:
        lease = session.get(Lease, name) or Lease(name=name, holder="", until=0.0, claims=0)
        if lease.holder != self._database.replica and lease.until > time.time():
            return 0
        lease.holder, lease.until, lease.claims = self._database.replica, time.time() + seconds, lease.claims + 1
        session.add(lease)
        return lease.claims

    def _extend(self, session: Session, name: str, seconds: float) -> None:
        lease = session.get(Lease, name)
        if lease and lease.holder == self._database.replica:
            lease.until = time.time() + seconds

    def _forget(self, session: Session, name: str) -> None:
        lease = session.get(Lease, name)
        if lease:
            lease.until, lease.claims = time.time(), 0
