"""Copies of other services' records, made anew from their owners while calls go on.

First all copies count as older than anything (version 0), so that whatever an event brings meanwhile is kept. Then the
owners' records are read, page by page, and kept where nothing newer is. What is then still at version 0 is nobody's
record. Each step may be repeated; a rebuild that was begun and not ended goes on after a restart.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
import structlog
from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select, update

from services.shared.access import Caller
from services.shared.inbox import mark
from services.shared.records import Change, Kind
from services.shared.statements import Statement
from services.shared.store import Store
from services.shared.tables import InboxEvent

log = structlog.get_logger()

PAGE = 200
RETRY_SECONDS = 2.0
POLL_SECONDS = 1.0

_REBUILDS = Statement(select(func.count()).select_from(InboxEvent).where(col(InboxEvent.consumer) == bindparam("done")))

Pages = AsyncIterator[Sequence[Any]]
"""Records, some at a time."""

Snapshot = Callable[[grpc.aio.Channel], Pages]
"""Reads all records of an owner, page by page, as the copies are to hold them."""


@dataclass(frozen=True)
class Copy:
    """Records of another service, of which this one keeps copies."""

    kind: Kind[Any]
    owner: str
    snapshot: Snapshot


@dataclass(frozen=True)
class Copies:
    """All that a service copies, and the way to their owners."""

    service: str
    caller: Caller
    each: Sequence[Copy]
    channel: Callable[[str], grpc.aio.Channel]
    addresses: Mapping[str, str]
    store: Store

    def unreachable(self) -> list[str]:
        """The owners of which nobody told where they are."""
        return sorted({copy.owner for copy in self.each} - self.addresses.keys())

    @property
    def begun(self) -> str:
        """What marks in the inbox that a rebuild was begun; `done` marks that it is over."""
        return f"{self.service}-rebuild-begun"

    @property
    def done(self) -> str:
        """What marks in the inbox that a rebuild is over."""
        return _done(self.service)


class Rebuilding:
    """Makes copies anew, as often as it is asked."""

    def __init__(self, copies: Copies) -> None:
        self.copies = copies
        self.record_count = 0
        self._asked = asyncio.Event()

    def begin(self, change: Change, rebuild: str) -> None:
        """Lets the copies count as old, in the transaction of whoever asks for it."""
        mark(change.session, self.copies.begun, [rebuild], change.now)
        for copy in self.copies.each:
            change.session.exec(update(copy.kind.table).values(version=0))

    def wake(self) -> None:
        """Tells that a rebuild was begun."""
        self._asked.set()

    async def is_done(self, rebuild: str) -> bool | None:
        """Whether it is over; None for one that was never begun."""
        marks = await self.copies.store.settled([(self.copies.begun, rebuild), (self.copies.done, rebuild)])
        return (self.copies.done, rebuild) in marks if marks else None

    async def run(self) -> None:
        """Rebuilds until cancelled, also what an earlier process began."""
        while True:
            self._asked.clear()
            for rebuild in await self._open():
                await self._rebuild(rebuild)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._asked.wait()
            except TimeoutError:
                pass

    async def _open(self) -> list[str]:
        def unfinished(session: Session) -> list[str]:
            ended = select(InboxEvent.event_id).where(col(InboxEvent.consumer) == self.copies.done)
            begun = select(InboxEvent.event_id).where(col(InboxEvent.consumer) == self.copies.begun)
            return list(session.exec(begun.where(col(InboxEvent.event_id).not_in(ended))))

        return await self.copies.store.view_as(self.copies.caller, lambda view: unfinished(view.session))

    async def _rebuild(self, rebuild: str) -> None:
        self.record_count = 0
        try:
            for copy in self.copies.each:
                await self._read(copy)
        except grpc.RpcError as error:
            log.warning("rebuild.waits", exception=error)
            await asyncio.sleep(RETRY_SECONDS)
            return
        await self.copies.store.receive(self.copies.done, self.copies.caller, {rebuild: self._drop_strays})
        log.info("rebuild.done", count=self.record_count)

    async def _read(self, copy: Copy) -> None:
        async with self.copies.channel(copy.owner) as channel:
            async for page in copy.snapshot(channel):
                await self.copies.store.keep(self.copies.caller, partial(_keep, copy, page))
                self.record_count += len(page)

    def _drop_strays(self, change: Change) -> None:
        for copy in self.copies.each:
            change.session.exec(delete(copy.kind.table).where(col(copy.kind.table.version) == 0))


def rebuilds(session: Session, service: str) -> int:
    """How many rebuilds of a service's copies are over."""
    [(count,)] = _REBUILDS.rows(session.connection(), {"done": _done(service)})
    return int(count)


def _done(service: str) -> str:
    return f"{service}-rebuild-done"


def _keep(copy: Copy, page: Sequence[Any], change: Change) -> None:
    change.put_each_newer(copy.kind, page)


async def pages(call: Callable[..., Any], request: Any, items: str) -> Pages:  # noqa: ANN401
    """All pages of a list, as the items of each."""
    request.page_size = PAGE
    while True:
        answer = await call(request)
        yield getattr(answer, items)
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token
