"""What Chromium fetches of each page, with an empty cache and then with a full one."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from playwright.async_api import Browser, async_playwright

from bench.pages.forms import Form


@dataclass(frozen=True)
class Weight:
    """What a browser fetched of one page."""

    page: str
    cold_bytes: int
    warm_bytes: int


async def weighed(form: Form, pages: Sequence[tuple[str, str]]) -> AsyncIterator[Weight]:
    """Each page of a user."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", chromium_sandbox=os.geteuid() != 0, args=["--disable-gpu"]
        )
        for user, path in pages:
            yield Weight(path, *await _weights(browser, form, user, path))
        await browser.close()


async def _weights(browser: Browser, form: Form, user: str, path: str) -> tuple[int, int]:
    name, _, value = (await form.visitor(user)).cookie.partition("=")
    context = await browser.new_context(base_url=form.consoles[0])
    await context.add_cookies([{"name": name, "value": value, "url": form.consoles[0]}])
    page = await context.new_page()
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    fetched: list[int] = []
    network.on("Network.loadingFinished", lambda event: fetched.append(int(event["encodedDataLength"])))
    found = []
    for _ in range(2):
        fetched.clear()
        await page.goto(path, wait_until="load")
        await page.wait_for_timeout(500)
        found.append(sum(fetched))
    await context.close()
    return found[0], found[1]
