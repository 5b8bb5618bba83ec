"""What was measured, as one document and as tables."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.services.calls import Calls
from bench.services.events import Chain
from bench.services.processes import Served

GOALS = {"read": 0.35, "audited read": 0.35, "write": 0.20, "families to matching": 0.8}
"""The least share of what the echo, or the bare chain, does in the same time."""

Row = dict[str, Any]


def of_processes(servers: Mapping[str, Served], idle: Mapping[str, float]) -> list[Row]:
    """How long each took to start, and its memory then and now."""
    return [
        {
            "process": name,
            "start seconds": round(server.start_seconds, 2),
            "MB idle": round(idle[name]),
            "MB after": round(server.megabytes()),
        }
        for name, server in servers.items()
    ]


def of_calls(calls: Sequence[Calls], callers: int) -> list[Row]:
    """Rates and times of each kind; its share of the echo's rate is the middle one of the rounds."""
    echo = calls[0].measured[callers].rates
    return [_of_kind(kind, callers, echo) for kind in calls]


def _of_kind(kind: Calls, callers: int, echo: list[float]) -> Row:
    found = kind.measured[callers]
    percentiles = statistics.quantiles(found.milliseconds, n=100)
    return {
        "call": kind.name,
        "callers": callers,
        "per second": round(statistics.median(found.rates)),
        "p50 ms": round(percentiles[49], 1),
        "p99 ms": round(percentiles[98], 1),
        "CPU ms": round(statistics.median(found.processor_milliseconds), 2),
        "of echo": _share(found.rates, echo),
        "goal": GOALS.get(kind.name, ""),
    }


def of_events(chains: Sequence[Chain]) -> list[Row]:
    """Rates of each chain, the bare one first."""
    return [
        {
            "events": chain.name,
            "per second": round(statistics.median(chain.rates)),
            "of chain": _share(chain.rates, chains[0].rates),
            "goal": GOALS.get(chain.name, ""),
        }
        for chain in chains
    ]


def _share(rates: Iterable[float], of: Iterable[float]) -> float:
    return round(statistics.median(rate / other for rate, other in zip(rates, of, strict=True)), 2)


def show(rows: Sequence[Row]) -> None:
    """Prints rows of the same columns."""
    print()
    print(*(f"{name:>{_width(name, rows)}}" for name in rows[0]), sep="  ")
    for row in rows:
        print(*(f"{value!s:>{_width(name, rows)}}" for name, value in row.items()), sep="  ")


def _width(name: str, rows: Iterable[Row]) -> int:
    return max(len(name), *(len(str(row[name])) for row in rows))
