"""A consultant's phone, and a Havn that it may lose: each as a process of its own that is killed and started again."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Error, Page, expect

from services.console.pages.follow_up_form import PARTS
from services.havn.connection import Connection, connect
from services.havn.running import find
from services.shared import access
from services.shared.clients import Tokens
from services.shared.clock import SystemClock
from services.shared.settings import Settings
from tests import cast, databases
from tests.console.conftest import ARGUMENTS, CHROMIUM, PHONE
from tests.processes import Process, free_port

PATIENCE_SECONDS = 45
TODAY = SystemClock("America/Nuuk").today()
NEXT_VISIT = TODAY + timedelta(weeks=1)
OPENED = "#follow-up[data-ready]"

TELL = """
  addEventListener("DOMContentLoaded", () => {
    const saved = document.getElementById("saved");
    const tell = () => ["draft", "waiting"].includes(saved.dataset.state) && promised(saved.dataset.state);
    if (saved) new MutationObserver(tell).observe(saved, { attributeFilter: ["data-state"] });
  });
"""
"""Tells the test each time that the page says that something is kept."""


@dataclass
class Embedded:
    """`havn up` on one data folder and one port, however often it is killed."""

    data: Path
    port: int = field(default_factory=free_port)
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        settings = {"HAVN_DATA": str(self.data), "HAVN_CONSOLE_PORT": str(self.port)}
        environment = dict(os.environ) | settings | databases.environment(self.data)
        command = [sys.executable, "-m", "services.havn", "up", "--stay"]
        self.process = Process("havn", command, environment, self.data.with_suffix(".log"))

    @property
    def address(self) -> str:
        """Where browsers find the console."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts it, and returns once it is ready."""
        if self.process.lives:
            return
        self.process.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not find(self.data) or not await self._answers():
                assert self.process.lives, self.process.told()
                await asyncio.sleep(0.02)

    @contextmanager
    def asked(self) -> Iterator[Connection]:
        """Its services, as the consultant calls them."""
        found = find(self.data)
        assert found
        signer = access.Signer(access.key_from(Settings(data=self.data).signing_key))
        connection = connect(found.addresses, Tokens(signer, cast.CONSULTANT))
        try:
            yield connection
        finally:
            connection.close()

    async def _answers(self) -> bool:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False


class Promises:
    """What the page said that it keeps, since the test last forgot it."""

    def __init__(self) -> None:
        self.draft = False
        self.form = asyncio.Event()

    def hear(self, state: str) -> None:
        """Notes what the page says."""
        self.draft = True
        if state == "waiting":
            self.form.set()

    def forget(self) -> None:
        """Begins with another form."""
        self.draft = False
        self.form.clear()


@dataclass
class Phone:
    """A browser with a memory of its own, which outlives a restart."""

    browser: Browser
    memory: Path
    havn: Embedded
    context: BrowserContext
    page: Page
    promised: Promises = field(default_factory=Promises)

    async def switch_on(self) -> None:
        """Begins to listen to what pages promise."""
        await self.context.expose_function("promised", self.promised.hear)
        await self.context.add_init_script(TELL)

    async def restart(self) -> None:
        """Ends the browser and starts it again."""
        await self.context.close()
        self.context = await _context(self.browser, self.memory, self.havn)
        await self.switch_on()
        self.page = await self.context.new_page()

    async def log_in_and_take_along(self) -> None:
        """Logs in as the consultant, and takes the families along."""
        await self.page.goto("/login?back=/families")
        await self.page.click("button[value=consultant]")
        await self.page.click("#take-along")
        await expect(self.page.locator("#taken")).to_contain_text("on this phone", timeout=PATIENCE_SECONDS * 1000)

    async def open(self, family: str) -> None:
        """Opens the form of a family, from the network or from the phone's own memory."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(Error):
                    await self.page.goto(f"/{family}/follow-up")
                    await self.page.wait_for_selector(OPENED, timeout=10_000)
                    return

    async def fill(self, text: str) -> None:
        """Fills the whole form in."""
        await fill(self.page, text)

    async def drafted(self) -> None:
        """Returns once the phone says that all that is typed is kept."""
        await self.page.wait_for_selector("#saved[data-state=draft]")

    async def save(self) -> None:
        """Presses the button."""
        await save(self.page)

    async def until_all_is_sent(self) -> None:
        """Returns once nothing waits on the phone any more."""
        await self.page.goto("/families")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await waiting(self.page):
                await self.page.evaluate("dispatchEvent(new Event('online'))")
                await asyncio.sleep(0.1)


async def fill(page: Page, text: str, visit: date = TODAY, following: date = NEXT_VISIT) -> None:
    """Fills the whole form in."""
    for part in PARTS:
        await page.fill(f"#{part}-note", text, timeout=5_000)
    await page.fill("#visit-date", visit.isoformat(), timeout=5_000)
    await page.fill("#next-visit-date", following.isoformat(), timeout=5_000)
    await page.locator("#concern-1").check(force=True, timeout=5_000)


async def save(page: Page) -> None:
    """Presses the button."""
    await page.click(".follow-up-bar .button-primary", timeout=5_000)


async def waiting(page: Page) -> list[str]:
    """States of what the phone keeps, read behind the console's back."""
    found: list[str] = await page.evaluate(
        """async () => {
          const asked = (request) => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          const names = (await indexedDB.databases()).map(({ name }) => name);
          const states = [];
          for (const name of names) {
            const database = await asked(indexedDB.open(name));
            const entries = await asked(database.transaction("entries").objectStore("entries").getAll());
            states.push(...entries.map(({ state }) => state));
            database.close();
          }
          return states;
        }"""
    )
    return found


@asynccontextmanager
async def phone(browser: Browser, memory: Path, havn: Embedded) -> AsyncIterator[Phone]:
    """A phone that is switched on while the block lasts."""
    context = await _context(browser, memory, havn)
    found = Phone(browser, memory, havn, context, await context.new_page())
    try:
        await found.switch_on()
        yield found
    finally:
        await found.context.close()


async def _context(browser: Browser, memory: Path, havn: Embedded) -> BrowserContext:
    return await browser.browser_type.launch_persistent_context(
        memory,
        executable_path=CHROMIUM,
        chromium_sandbox=os.geteuid() != 0,
        args=ARGUMENTS,
        base_url=havn.address,
        viewport={"width": PHONE, "height": 740},
        locale="en",
    )


class Cuts:
    """What cuts a phone off at random moments, and how it is undone."""

    KINDS = ("network", "network", "kill", "reload", "close")

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def cut(self, kind: str) -> None:
        """Cuts, in one of the ways of KINDS."""
        match kind:
            case "network":
                await self._phone.context.set_offline(True)
            case "kill":
                self._phone.havn.process.kill()
            case "reload":
                with suppress(Error):
                    await self._phone.page.reload(timeout=5_000)
            case "close":
                await self._phone.page.close()
                self._phone.page = await self._phone.context.new_page()

    async def mend(self) -> None:
        """Brings network and Havn back."""
        await self._phone.context.set_offline(False)
        await self._phone.havn.start()
