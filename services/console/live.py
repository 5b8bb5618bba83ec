"""Live pages: each browser hears at once of what changed, by server-sent events.

However many pages listen, a service is asked once per topic and caller's scope. When a service goes away, those who
listen are let go: their pages say that they are not live, and connect again until it is back. Whoever logs out, and
whoever's session is revoked or over, hears that alone, and nothing more.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from havn.capacity.v1.capacity_pb2 import WatchVacanciesRequest, WatchWaitingListRequest
from havn.matching.v1.matching_pb2 import WatchHomesRequest
from havn.placements.v1.placements_pb2 import WatchOffersRequest
from services.console.services import Services
from services.console.sessions import Session, Sessions
from services.console.visits import Page, Visit, may
from services.shared.access import Caller
from services.shared.call import Call, begin

log = structlog.get_logger()

STREAM_SECONDS = 1800.0
"""So long a stream of a service is listened to before it is opened anew."""

LOOK_SECONDS = 1.0
"""How often it is looked whether the session of a listener stands."""

QUIET_LOOKS = 15
"""After so many without news a comment is sent: whoever is gone is noticed."""

OVER = "over"
"""Told instead of a topic when the session is over."""


@dataclass(frozen=True)
class Topic:
    """What pages may listen to: the RPC that decides who may, and its stream."""

    rpc: str
    stream: Callable[[Services], AsyncIterable[Any]]


TOPICS = {
    "vacancies": Topic(
        "havn.capacity.v1.CapacityService.WatchVacancies",
        lambda services: services.capacity.WatchVacancies(WatchVacanciesRequest(), timeout=STREAM_SECONDS),
    ),
    "waiting-list": Topic(
        "havn.capacity.v1.CapacityService.WatchWaitingList",
        lambda services: services.capacity.WatchWaitingList(WatchWaitingListRequest(), timeout=STREAM_SECONDS),
    ),
    "offers": Topic(
        "havn.placements.v1.PlacementsService.WatchOffers",
        lambda services: services.placements.WatchOffers(WatchOffersRequest(), timeout=STREAM_SECONDS),
    ),
    "homes": Topic(
        "havn.matching.v1.MatchingService.WatchHomes",
        lambda services: services.matching.WatchHomes(WatchHomesRequest(), timeout=STREAM_SECONDS),
    ),
}
"""By the names that pages give in `data-live`."""


class Heard:
    """What a page is still to be told, each word once however far behind it is; None ends it."""

    def __init__(self) -> None:
        self._waiting: dict[str | None, None] = {}
        self._some = asyncio.Event()

    def put(self, news: str | None) -> None:
        """Has it told."""
        self._waiting[news] = None
        self._some.set()

    async def get(self) -> str | None:
        """What has waited longest, as soon as there is something."""
        await self._some.wait()
        news = next(iter(self._waiting))
        del self._waiting[news]
        if not self._waiting:
            self._some.clear()
        return news


@dataclass
class Feed:
    """One stream, and the pages that hear of it."""

    task: asyncio.Task[None] | None = None
    listeners: set[Heard] = field(default_factory=set)


class Hub:
    """Who listens to what."""

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._feeds: dict[tuple[str, Caller], Feed] = {}
        self._listening: dict[str, set[Heard]] = {}
        """By the id of a session, its pages."""

    async def listen(self, session: Session, topics: list[str]) -> AsyncIterator[str]:
        """The name of each topic soon, then again whenever it changed; "" when nothing did for a while.

        Ends when a service goes away, and with OVER when the session does.
        """
        heard = Heard()
        self._listening.setdefault(session.id, set()).add(heard)
        try:
            for topic in topics:
                if not self._join(topic, session.caller, heard):
                    yield topic
            async for news in self._news(session, heard):
                yield news
        finally:
            for topic in topics:
                self._leave(topic, session.caller, heard)
            self._forget(session.id, heard)

    def log_out(self, session: Session) -> None:
        """Lets all pages of a session go."""
        for heard in self._listening.get(session.id, ()):
            heard.put(OVER)

    async def close(self) -> None:
        """Lets all go."""
        feeds = list(self._feeds.values())
        self._feeds.clear()
        for feed in feeds:
            if feed.task:
                feed.task.cancel()
            _tell(feed, None)
        await asyncio.gather(*(feed.task for feed in feeds if feed.task), return_exceptions=True)

    async def _news(self, session: Session, heard: Heard) -> AsyncIterator[str]:
        quiet = 0
        while True:
            news: str | None = ""
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    news = await heard.get()
            if news is None:
                return
            if news == OVER or not self._sessions.stands(session):
                yield OVER
                return
            quiet = 0 if news else quiet + 1
            if news or quiet % QUIET_LOOKS == 0:
                yield news

    def _forget(self, session: str, heard: Heard) -> None:
        pages = self._listening.get(session, set())
        pages.discard(heard)
        if not pages:
            self._listening.pop(session, None)

    def _join(self, topic: str, caller: Caller, heard: Heard) -> bool:
        """Whether a stream begins because of it: each tells at once how things are."""
        feed = self._feeds.setdefault((topic, caller), Feed())
        feed.listeners.add(heard)
        if feed.task is not None:
            return False
        feed.task = asyncio.create_task(self._follow(topic, caller, feed))
        return True

    def _leave(self, topic: str, caller: Caller, heard: Heard) -> None:
        feed = self._feeds.get((topic, caller))
        if feed is None:
            return
        feed.listeners.discard(heard)
        if not feed.listeners and feed.task:
            feed.task.cancel()
            del self._feeds[topic, caller]

    async def _follow(self, topic: str, caller: Caller, feed: Feed) -> None:
        begin(Call(f"/live/{topic}", "", caller))
        try:
            async for _ in TOPICS[topic].stream(self._services):
                _tell(feed, topic)
        except grpc.aio.AioRpcError as error:
            log.warning("live.away", error=error.code().name)
        self._feeds.pop((topic, caller), None)
        _tell(feed, None)


def _tell(feed: Feed, news: str | None) -> None:
    for heard in feed.listeners:
        heard.put(news)


def page(hub: Hub) -> Page:
    """What browsers connect to: /live?topic=vacancies."""

    async def show(visit: Visit) -> Response:
        asked = [topic for topic in dict.fromkeys(visit.request.query_params.getlist("topic")) if topic in TOPICS]
        allowed = [topic for topic in asked if may(visit.caller, TOPICS[topic].rpc)]
        if not allowed:
            return Response(status_code=403)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_events(hub, visit.session, allowed), media_type="text/event-stream", headers=headers)

    return Page("/live", show)


async def _events(hub: Hub, session: Session, topics: list[str]) -> AsyncIterator[str]:
    with suppress(ClientDisconnect):
        async for topic in hub.listen(session, topics):
            yield f"event: {topic}\ndata: changed\n\n" if topic else ": still here\n\n"
