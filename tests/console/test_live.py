"""A page that listens hears of changes for as long as its session stands, and not a moment longer."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from services.console import server, sessions
from services.console.live import OVER, Heard
from services.console.sessions import Session
from services.shared import revoked
from tests import cast
from tests.conftest import Client, Havn
from tests.console.conftest import Browsing, anybody, logged_in

STREAM = "/live?topic=waiting-list"


@asynccontextmanager
async def listening(client: httpx2.AsyncClient) -> AsyncIterator[AsyncIterator[str]]:
    """The events of a stream, once it told that it hears."""
    async with client.stream("GET", STREAM) as answer:
        events = (line.removeprefix("event: ") async for line in answer.aiter_lines() if line.startswith("event: "))
        assert await anext(events) == "waiting-list"
        yield events


async def test_a_stream_ends_when_its_session_logs_out_and_no_other_does(
    console: server.Running, coordinator: Client
) -> None:
    async with (
        logged_in(console, "coordinator") as client,
        logged_in(console, "coordinator") as elsewhere,
        listening(client) as events,
        listening(elsewhere) as still,
    ):
        await client.post("/logout")
        assert [event async for event in events] == [OVER]
        await coordinator.placements.CreateRequest(cast.filing())
        assert await anext(still) == "waiting-list"


@pytest.mark.parametrize("ends", ["over", "revoked"])
async def test_a_stream_ends_with_its_session(
    ends: str, havn: Havn, console: server.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = replace(cast.LEADER, subject="users/lost-the-phone")
    session = Session(somebody, "s-1", int(time.time()) - 120, "csrf")
    cookies = {sessions.COOKIE: havn.signer.signed("havn-session", session.claims())}
    async with (
        anybody(console, **cookies) as client,
        listening(client) as events,
    ):
        if ends == "over":
            monkeypatch.setattr(sessions, "LIFETIME_SECONDS", 60)
        else:
            revoked.add(havn.platform.settings.revoked_tokens, session.id, datetime.now(UTC))
        assert [event async for event in events] == [OVER]


async def test_another_window_of_who_logged_out_shows_the_login(browsing: Browsing) -> None:
    async with browsing.as_("coordinator") as page:
        await page.goto("/waiting-list")
        await page.locator("#live[data-state=live]").wait_for()
        other = await page.context.new_page()
        await other.goto("/")
        await other.get_by_role("button", name="Log out").click()
        await page.wait_for_url("**/login?back=%2Fwaiting-list")


async def test_however_far_behind_a_page_is_it_is_told_each_word_once_and_its_end() -> None:
    heard = Heard()
    for _ in range(1_000):
        heard.put("homes")
        heard.put("offers")
    heard.put(None)
    assert [await heard.get() for _ in range(3)] == ["homes", "offers", None]
