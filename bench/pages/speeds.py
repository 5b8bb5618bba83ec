"""How long answers take, by one person and by ten, and how soon pages that are open hear of a change."""

import asyncio
import re
import statistics
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus

from bench.pages.browserless import Connection, Visitor
from bench.pages.forms import Form

TOGETHER = 10
ANSWERS = 400
"""By ten; by one a quarter of them."""

LISTENERS = 200
LISTENING = ("coordinator", "caseworker", "leader", "institution")
REPORTS = 20
PAUSE_SECONDS = 0.3
WARM_UP = 5


@dataclass(frozen=True)
class Speed:
    """How long one page took, in milliseconds: for one person alone, and with ten requests under way at any time."""

    form: str
    page: str
    alone_p50: float
    alone_p95: float
    together_p50: float
    together_p95: float
    processor_ms: float
    """What all of Havn computed for one answer."""


@dataclass(frozen=True)
class Latency:
    """How long listeners waited for a change, in milliseconds."""

    form: str
    listeners: int
    reports: int
    p50: float
    p95: float
    most: float


async def timed(form: Form, user: str, path: str) -> Speed:
    """Some answers of one page."""
    visitor = await form.visitor(user)
    await _times(visitor, path, 1, WARM_UP)
    alone = await _times(visitor, path, 1, ANSWERS // 4)
    begun = form.processor_seconds()
    together = await _times(visitor, path, TOGETHER, ANSWERS // TOGETHER)
    computed = round((form.processor_seconds() - begun) * 1000 / len(together), 1)
    return Speed(form.name, path, *_percentiles(alone), *_percentiles(together), computed)


async def _times(visitor: Visitor, path: str, people: int, each: int) -> list[float]:
    """How long each answer took, in milliseconds: people ask without a pause, and each waits for the own answer."""
    times: list[float] = []

    async def ask() -> None:
        connection = await visitor.connected()
        with closing(connection.writer):
            for _ in range(each):
                begun = time.perf_counter()
                answer = await connection.get(path)
                times.append((time.perf_counter() - begun) * 1000)
                if answer.status != HTTPStatus.OK:
                    raise RuntimeError(f"{path} was answered by {answer.status}")

    await asyncio.gather(*(ask() for _ in range(people)))
    return times


async def listened(form: Form) -> Latency:
    """How soon every listener hears of each of some reports, from the moment that a report is sent."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    visitors = [await form.visitor(user) for user in LISTENING]
    streams = [await visitors[number % len(visitors)].connected() for number in range(LISTENERS)]
    tasks = [asyncio.create_task(_listen(stream, heard)) for stream in streams]
    # Each stream begins with a word, or with two.
    await _all_heard(heard)
    reporter, times = await form.visitor("institution"), []
    for number in range(REPORTS):
        filled = await _filled_in(reporter, number)
        await _silence(heard)
        begun = time.perf_counter()
        answer = await reporter.post("/vacancies", filled)
        if answer.status != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"the report was answered by {answer.status}")
        times += [(moment - begun) * 1000 for moment in await _all_heard(heard)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return Latency(form.name, LISTENERS, REPORTS, *_percentiles(times), round(max(times), 1))


async def _all_heard(heard: asyncio.Queue[float]) -> list[float]:
    return [await heard.get() for _ in range(LISTENERS)]


async def _silence(heard: asyncio.Queue[float]) -> None:
    """Passes over what is still heard of what went before."""
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(PAUSE_SECONDS):
                await heard.get()


async def _listen(stream: Connection, heard: asyncio.Queue[float]) -> None:
    """Notes when a word comes, until it is cancelled."""
    with closing(stream.writer):
        stream.ask("/live?topic=vacancies")
        while True:
            if (await stream.reader.readline()).startswith(b"event:"):
                heard.put_nowait(time.perf_counter())


async def _filled_in(reporter: Visitor, number: int) -> dict[str, str]:
    """The form of the first unit, with another count each time."""
    page = (await reporter.get("/vacancies")).content.decode()
    found = {name: _field(page, name) for name in ("csrf", "key", "unit")}
    return found | {"free": str(number % 2)}


def _field(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"the page has no field {name}")
    return found[1]


def _percentiles(times: list[float]) -> tuple[float, float]:
    hundredths = statistics.quantiles(times, n=100)
    return round(hundredths[49], 1), round(hundredths[94], 1)
