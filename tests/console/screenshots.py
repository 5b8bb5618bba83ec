"""Takes the pictures that the README shows, from the demo: `make screenshots`."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from tests.console.conftest import ARGUMENTS, CHROMIUM, next_page
from tests.processes import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
DESK, PHONE = (1280, 860), (390, 760)


@dataclass(frozen=True)
class Picture:
    """What is taken of whom."""

    name: str
    user: str
    path: str
    size: tuple[int, int]


PICTURES = (
    Picture("waiting-list", "coordinator", "/waiting-list", DESK),
    Picture("suggestions", "coordinator", "/waiting-list/r-001/suggestions", DESK),
    Picture("vacancies", "institution", "/vacancies", PHONE),
    Picture("follow-up", "consultant", "/families/f-001/follow-up", PHONE),
)


async def main() -> None:
    """Takes them all."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as data, demo(data) as console:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, chromium_sandbox=os.geteuid() != 0, args=ARGUMENTS
            )
            for picture in PICTURES:
                await take(browser, console, picture)
            await browser.close()


async def take(browser: Browser, console: str, picture: Picture) -> None:
    """Takes one picture, as it is once nothing loads any more."""
    width, height = picture.size
    context = await browser.new_context(
        base_url=console, viewport={"width": width, "height": height}, locale="da", reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto("/login")
    async with next_page(page):
        await page.click(f"button[value={picture.user}]")
    await page.goto(picture.path, wait_until="load")
    # Pages listen for as long as they are open, so the network is never idle.
    await page.wait_for_timeout(2_000)
    await page.screenshot(path=FOLDER / f"{picture.name}.png")
    await context.close()


@contextmanager
def demo(data: str) -> Iterator[str]:
    """A Havn with the demo, and where its console is."""
    port = free_port()
    environment = os.environ | {"HAVN_DATA": data, "HAVN_CONSOLE_PORT": str(port)}
    command = [sys.executable, "-m", "services.havn", "up", "--demo", "--stay"]
    havn = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        if havn.stdout is None or not any(line.startswith("Havn is ready") for line in havn.stdout):
            raise RuntimeError("Havn does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        havn.terminate()
        havn.communicate()


if __name__ == "__main__":
    asyncio.run(main())
