"""The console's pages: what they weigh, how long they take, and how soon an open page hears of a change.

`python -m bench.pages [children]`; prints tables, and the figures land in bench/results/pages.json. Havn has the demo
and so many children more on the waiting list (5,000), and is measured as it is run: in one process, as `make run`
starts it, and as it is deployed, with each service in a process of its own and the console in two (`havn serve`, on
SQLite; whoever balances sends each connection to the next console). Who asks is another process, and computes little.

- `cold` and `warm` are the bytes that Chromium fetched, compressed, with an empty cache and with a full one.
- `alone` is a whole answer, from the request sent to its last byte, for one person: what a page takes.
- `ten` is the same with ten requests under way at any time: each of ten asks again as soon as it is answered. It is
  what is aimed at, and stricter than ten people who also read what they asked for: nobody waits for anybody who
  thinks, so that the answers take ten times what the busiest processor needs for one. `alone` and `CPU`, what all of
  Havn's processes compute for one answer, say what a machine with more processors or quieter ones would make of it.
- live: from the moment that an institution sends its report until each of 200 listeners hears that vacancies changed.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.imports import running
from bench.pages.forms import UNLIMITED, Form, distributed, embedded
from bench.pages.speeds import Latency, Speed, listened, timed
from bench.pages.weights import Weight, weighed
from bench.registries import put, request
from services.console.searches import PAGE_SIZE

RESULTS = Path(__file__).parents[1] / "results" / "pages.json"
CHILDREN = 5_000

COLD, WARM, SERVER, LIVE = 150_000, 30_000, 50.0, 250.0
"""What is aimed at: bytes, bytes, and milliseconds of the 95th percentile."""

PAGES = (
    ("coordinator", "/"),
    ("consultant", "/"),
    ("leader", "/"),
    ("coordinator", "/waiting-list"),
    ("coordinator", "/waiting-list?page={middle}"),
    ("coordinator", "/waiting-list?q=nuuk&overdue=yes"),
    ("coordinator", "/offers"),
    ("institution", "/vacancies"),
    ("institution", "/inquiries"),
    ("consultant", "/families"),
    ("leader", "/waiting-list/times"),
    ("central-list", "/waiting-list/central"),
    ("coordinator", "/places"),
    ("leader", "/places/breaches"),
    ("coordinator", "/places/institutions/i-nuuk-01"),
    ("coordinator", "/places/institutions/i-nuuk-01/units/a"),
    ("consultant", "/families/f-001"),
    ("auditor", "/audit"),
)

TRIES = 10


async def main(children: int) -> None:
    """Measures it all."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        made = put(Path(folder) / "requests", {"requests": [request(number) for number in range(children)]})
        with running(data, "--demo", **UNLIMITED) as havn:
            havn.run("import", made)
            havn.settle()
            form = embedded(havn)
            middle = max(1, children // (2 * PAGE_SIZE))
            pages = [(user, path.format(middle=middle)) for user, path in PAGES] + await found_for_one_child(form)
            weights = [weight async for weight in weighed(form, pages)]
            _print_weights(weights)
            speeds, latencies = [await _timed(form, *page) for page in pages], [await listened(form)]
        async with distributed(data) as form:
            speeds += [await _timed(form, *page) for page in pages]
            latencies.append(await listened(form))
    _print_latencies(latencies)
    RESULTS.parent.mkdir(exist_ok=True)
    figures = {
        "children": children,
        "load": os.getloadavg()[0],
        "weights": [asdict(each) for each in weights],
        "speeds": [asdict(each) for each in speeds],
        "live": [asdict(each) for each in latencies],
    }
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


async def found_for_one_child(form: Form) -> list[tuple[str, str]]:
    """Suggestions for a child, which are found and kept before, and how many homes fit the first who wait."""
    user = "coordinator"
    visitor = await form.visitor(user)
    for _ in range(TRIES):
        # The plan for so many takes longer than one answer may.
        answer = await visitor.get("/waiting-list/r-001/suggestions")
        if shown := answer.headers.get("location"):
            first = "&".join(f"request=r-{number:06}" for number in range(50))
            excluded = shown.replace("/suggestions?", "/suggestions/excluded?")
            return [(user, shown), (user, excluded), (user, f"/waiting-list/places?{first}")]
    raise RuntimeError(f"suggestions were answered by {answer.status}")


async def _timed(form: Form, user: str, path: str) -> Speed:
    speed = await timed(form, user, path)
    alone, ten = (speed.alone_p50, speed.alone_p95), (speed.together_p50, speed.together_p95)
    figures = "".join(f"{figure:>9}" for figure in (*alone, *ten, speed.processor_ms))
    print(f"{form.name:<14}{_short(path):<38}{figures}", flush=True)
    return speed


def _print_weights(weights: list[Weight]) -> None:
    print(f"{'page':<52}{'cold kB':>9}{'warm kB':>9}")
    for weight in weights:
        print(f"{_short(weight.page):<52}{weight.cold_bytes / 1000:>9.1f}{weight.warm_bytes / 1000:>9.1f}")
    print(f"{'aim':<52}{COLD / 1000:>9}{WARM / 1000:>9}\n")
    columns = ("alone p50", "p95", "ten p50", "p95", "CPU")
    print(f"{'milliseconds':<51}" + "".join(f"{column:>9}" for column in columns).replace(" alone", "alone"))
    print(f"{'aim':<79}{SERVER:>9}", flush=True)


def _print_latencies(latencies: list[Latency]) -> None:
    for each in latencies:
        told = f"live, {each.form}, {each.listeners} listeners, {each.reports} reports"
        print(f"\n{told}: p50 {each.p50} ms, p95 {each.p95} ms (aim {LIVE}), most {each.most} ms")


def _short(path: str) -> str:
    """A path without the long part of its query."""
    return path if len(path) <= 36 else f"{path[:35]}…"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CHILDREN))
