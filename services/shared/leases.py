"""Work that one replica does at a time: whoever holds its lease, until it lets go or is silent for too long."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from services.shared.database import Database
from services.shared.statements import Statement
from services.shared.tables import Lease

_OF_NAME = col(Lease.name) == bindparam("of_name")

BY_NAME = Statement(select(col(Lease.holder), col(Lease.until), col(Lease.claims)).where(_OF_NAME))
_PUT = Statement(
    insert(Lease).inline(),
    " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, claims = excluded.claims",
)
_EXTEND = Statement(update(Lease).where(_OF_NAME, col(Lease.holder) == bindparam("of_holder")))
_FORGET = Statement(update(Lease).where(_OF_NAME))


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
        found = BY_NAME.first(session.connection(), {"of_name": name})
        holder, until, claims = found or ("", 0.0, 0)
        if holder != self._database.replica and until > time.time():
            return 0
        values = {"holder": self._database.replica, "until": time.time() + seconds, "claims": claims + 1}
        _PUT.change(session.connection(), {"name": name} | values)
        return int(claims) + 1

    def _extend(self, session: Session, name: str, seconds: float) -> None:
        values = {"until": time.time() + seconds, "of_name": name, "of_holder": self._database.replica}
        _EXTEND.change(session.connection(), values)

    def _forget(self, session: Session, name: str) -> None:
        _FORGET.change(session.connection(), {"until": time.time(), "claims": 0, "of_name": name})
