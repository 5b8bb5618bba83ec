"""The console's pages: what they weigh, how long the server takes, and how soon an open page hears of a change.

`python -m bench.pages [children]`; prints tables, and the figures land in bench/results/pages.json. Havn runs in a
process of its own, with the demo and so many children more on the waiting list (5,000).

- `cold` and `warm` are the bytes that Chromium fetched, compressed, with an empty cache and with a full one.
- `p50` and `p95` are of whole answers, with 10 people at a time.
- live: from the moment that an institution sends its report until each of 200 listeners hears that vacancies changed.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from playwright.async_api import Browser, async_playwright

from bench.imports import Havn, running
from bench.registries import put, request
from services.console import sessions

RESULTS = Path(__file__).parent / "results" / "pages.json"
CHILDREN = 5_000
AT_A_TIME = 10
ANSWERS = 400
LISTENERS = 200
REPORTS = 20

COLD, WARM, SERVER, LIVE = 150_000, 30_000, 50.0, 250.0
"""What is aimed at: bytes, bytes, and milliseconds of the 95th percentile."""

PAGES = (
    ("coordinator", "/"),
    ("coordinator", "/waiting-list"),
    ("coordinator", "/waiting-list?page=50"),
    ("coordinator", "/waiting-list?q=nuuk&overdue=yes"),
    ("coordinator", "/offers"),
    ("institution", "/vacancies"),
    ("institution", "/inquiries"),
    ("consultant", "/families"),
)


@dataclass(frozen=True)
class Weight:
    """What a browser fetched of one page."""

    page: str
    cold_bytes: int
    warm_bytes: int


@dataclass(frozen=True)
class Speed:
    """How long one page took, in milliseconds, with several people at a time."""

    page: str
    p50: float
    p95: float
    per_second: float


@dataclass(frozen=True)
class Latency:
    """How long listeners waited for a change, in milliseconds."""

    listeners: int
    reports: int
    p50: float
    p95: float
    most: float


async def main(children: int) -> None:
    """Measures it all."""
    with TemporaryDirectory() as folder:
        made = put(Path(folder) / "requests", {"requests": [request(number) for number in range(children)]})
        # One person here stands for ten.
        with running(Path(folder) / "data", "--demo", HAVN_CALLS_PER_SECOND="10000") as havn:
            havn.run("import", made)
            havn.settle()
            await _measured(havn, children)


async def _measured(havn: Havn, children: int) -> None:
    pages = [*PAGES, *await suggested(havn.console)]
    weights = [weight async for weight in weighed(havn.console, pages)]
    speeds = [await timed(havn.console, user, path) for user, path in pages]
    latency = await listened(havn.console)
    _print(weights, speeds, latency)
    RESULTS.parent.mkdir(exist_ok=True)
    figures = {
        "children": children,
        "weights": [asdict(each) for each in weights],
        "speeds": [asdict(each) for each in speeds],
        "live": asdict(latency),
    }
    RESULTS.write_text(json.dumps(figures, indent=2))


async def suggested(console: str) -> list[tuple[str, str]]:
    """Pages about one child's suggestions, which were found and kept before."""
    user = "coordinator"
    async with logged_in(console, user) as client:
        shown = (await client.get("/waiting-list/r-001/suggestions")).headers["location"]
    return [(user, shown), (user, shown.replace("/suggestions?", "/suggestions/excluded?"))]


async def weighed(console: str, pages: Sequence[tuple[str, str]]) -> AsyncIterator[Weight]:
    """What Chromium fetches of each page, with an empty cache and then with a full one."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", chromium_sandbox=os.geteuid() != 0, args=["--disable-gpu"]
        )
        for user, path in pages:
            yield Weight(path, *await _weights(browser, console, user, path))
        await browser.close()


async def _weights(browser: Browser, console: str, user: str, path: str) -> tuple[int, int]:
    async with logged_in(console, user) as client:
        cookie = client.cookies[sessions.COOKIE]
    context = await browser.new_context(base_url=console)
    await context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": console}])
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


async def timed(console: str, user: str, path: str) -> Speed:
    """So many answers of one page, some at a time."""
    async with logged_in(console, user) as client:
        times: list[float] = []

        async def ask(number: int) -> None:
            for _ in range(number):
                begun = time.perf_counter()
                answer = await client.get(path)
                times.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}")

        await ask(5)
        times.clear()
        begun = time.perf_counter()
        await asyncio.gather(*(ask(ANSWERS // AT_A_TIME) for _ in range(AT_A_TIME)))
        seconds = time.perf_counter() - begun
    p50, p95 = _percentiles(times)
    return Speed(path, p50, p95, round(len(times) / seconds, 1))


async def listened(console: str) -> Latency:
    """How soon every listener hears of each of some reports."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    async with logged_in(console, "coordinator") as listener, logged_in(console, "institution") as reporter:
        tasks = [asyncio.create_task(_listen(listener, heard)) for _ in range(LISTENERS)]
        # Each stream begins with a word.
        await _all_heard(heard)
        times: list[float] = []
        for number in range(REPORTS):
            begun = time.perf_counter()
            await _report(reporter, number)
            times += [(moment - begun) * 1000 for moment in await _all_heard(heard)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    p50, p95 = _percentiles(times)
    return Latency(LISTENERS, REPORTS, p50, p95, round(max(times), 1))


async def _all_heard(heard: asyncio.Queue[float]) -> list[float]:
    return [await heard.get() for _ in range(LISTENERS)]


async def _listen(client: httpx2.AsyncClient, heard: asyncio.Queue[float]) -> None:
    """Notes when a word comes, until it is cancelled."""
    async with client.stream("GET", "/live?topic=vacancies", timeout=None) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                heard.put_nowait(time.perf_counter())


async def _report(client: httpx2.AsyncClient, number: int) -> None:
    page = (await client.get("/vacancies")).text
    unit = page.split('name="unit" value="')[1].split('"')[0]
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "key": f"bench-{number}-{time.time()}", "unit": unit, "free": str(number % 2)}
    answer = await client.post("/vacancies", data=form)
    if answer.status_code != 303:
        raise RuntimeError(f"the report was answered by {answer.status_code}")


@asynccontextmanager
async def logged_in(console: str, user: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client as which a demo user is logged in."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx2.AsyncClient(base_url=console, timeout=60, limits=limits) as client:
        await client.post("/login", data={"person": user})
        yield client


def _percentiles(times: list[float]) -> tuple[float, float]:
    hundredths = statistics.quantiles(times, n=100)
    return round(hundredths[49], 1), round(hundredths[94], 1)


def _print(weights: list[Weight], speeds: list[Speed], latency: Latency) -> None:
    print(f"{'page':<36}{'cold kB':>9}{'warm kB':>9}{'p50 ms':>9}{'p95 ms':>9}{'per s':>9}")
    for weight, speed in zip(weights, speeds, strict=True):
        kilobytes = f"{weight.cold_bytes / 1000:>9.1f}{weight.warm_bytes / 1000:>9.1f}"
        print(f"{weight.page:<36}{kilobytes}{speed.p50:>9}{speed.p95:>9}{speed.per_second:>9}")
    print(f"{'aim':<36}{COLD / 1000:>9}{WARM / 1000:>9}{'':>9}{SERVER:>9}")
    told = f"{latency.listeners} listeners, {latency.reports} reports"
    print(f"\nlive, {told}: p50 {latency.p50} ms, p95 {latency.p95} ms (aim {LIVE}), most {latency.most} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CHILDREN))
