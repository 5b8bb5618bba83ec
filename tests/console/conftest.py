"""A console over the running system, browsers for it, and people who are logged in."""

import os
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

import services.console
from services.console import languages, server, sessions
from tests import cast
from tests.conftest import WAIT_SECONDS, Havn

CHROMIUM = "/usr/bin/chromium"
NO_CHROMIUM = "these tests need Chromium: apt-get install chromium"
ARGUMENTS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
AXE = Path(services.console.__file__).parent / "assets" / "node_modules" / "axe-core" / "axe.min.js"

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, as nobody is met over TLS. Each client without one would read all that this machine trusts."""

Visitor = Callable[[str], Awaitable[httpx2.AsyncClient]]

DESK, PHONE = 1280, 360
WIDTHS = (DESK, PHONE)

expect.set_options(timeout=WAIT_SECONDS * 1000)


@dataclass(frozen=True)
class Browsing:
    """A browser, and the console that its pages come from."""

    browser: Browser
    console: server.Running

    @asynccontextmanager
    async def as_(
        self, user: str, width: int = DESK, language: str = "en", *, script: bool = True
    ) -> AsyncIterator[Page]:
        """A page of a user who is logged in. Fails for an error that a script did not catch."""
        async with self.context(user, width, language, script=script) as context:
            faults: list[str] = []
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            yield page
            assert faults == []

    @asynccontextmanager
    async def context(
        self, user: str, width: int = DESK, language: str = "en", *, script: bool = True
    ) -> AsyncIterator[BrowserContext]:
        """A browser of its own, where the user logged in."""
        context = await self.browser.new_context(
            base_url=self.console.address, viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        context.set_default_timeout(WAIT_SECONDS * 1000)
        async with logged_in(self.console, user) as client:
            chosen = {sessions.COOKIE: client.cookies[sessions.COOKIE], languages.COOKIE: language}
        await context.add_cookies(
            [{"name": name, "value": value, "url": self.console.address} for name, value in chosen.items()]
        )
        try:
            yield context
        finally:
            await context.close()


def anybody(console: server.Running, **cookies: str) -> httpx2.AsyncClient:
    """A client without a browser, which nobody logged in as."""
    return httpx2.AsyncClient(base_url=console.address, cookies=cookies, timeout=30, verify=PLAIN)


@asynccontextmanager
async def logged_in(console: server.Running, user: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a browser, as which a user logged in."""
    async with anybody(console) as client:
        answer = await client.post("/login", data={"person": user})
        assert answer.status_code == 303
        yield client


@asynccontextmanager
async def next_page(page: Page) -> AsyncIterator[None]:
    """Ends once the page is there that the block leads to: neither a click nor a key waits for it."""
    async with page.expect_event("load"):
        yield


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page: WCAG 2.2 AA and best practice."""
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found["violations"]
    ]


@pytest_asyncio.fixture(scope="module")
async def console(havn: Havn) -> AsyncIterator[server.Running]:
    running = await server.start(havn.platform, cast.USERS)
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0, args=ARGUMENTS
        )
        yield browser
        await browser.close()


@pytest.fixture
def browsing(chromium: Browser, console: server.Running) -> Browsing:
    return Browsing(chromium, console)


@pytest_asyncio.fixture
async def visitor(console: server.Running) -> AsyncIterator[Visitor]:
    """Gives clients of users who are logged in, without a browser."""
    async with AsyncExitStack() as opened:

        async def visit(user: str) -> httpx2.AsyncClient:
            return await opened.enter_async_context(logged_in(console, user))

        yield visit


async def csrf(client: httpx2.AsyncClient) -> str:
    """What the forms of a client's session carry."""
    page = (await client.get("/")).text
    return page.split('name="csrf" value="')[1].split('"')[0]
