"""What Havn counts and times, for Prometheus. Labels are few: services, RPCs, codes, consumers; never a name or an id.

What is looked up only when somebody asks stands in `services.shared.measuring`.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

# When each counter began would double the page, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()

ProcessCollector(registry=REGISTRY)

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW = (0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 16, 20, 25, 30)

RPC_SECONDS = Histogram(
    "havn_rpc_seconds", "Time to answer a call.", ["service", "rpc", "code"], registry=REGISTRY, buckets=_FAST
)
RPCS_UNDER_WAY = Gauge("havn_rpcs_under_way", "Calls that are being answered.", ["service"], registry=REGISTRY)

EVENTS_APPLIED = Counter("havn_events_applied", "Events that a consumer applied.", ["consumer"], registry=REGISTRY)
EVENTS_FAILED = Counter(
    "havn_events_failed",
    "Deliveries of events that were not applied; they come again.",
    ["consumer"],
    registry=REGISTRY,
)
EVENTS_PUBLISHED = Counter("havn_events_published", "Events that NATS took.", ["service"], registry=REGISTRY)

WRITES_WAITING = Gauge(
    "havn_writes_waiting", "Writes that wait for their turn, or are being done.", ["service"], registry=REGISTRY
)
COMMIT_SECONDS = Histogram(
    "havn_commit_seconds", "Time of a commit until it is on disk.", ["service"], registry=REGISTRY, buckets=_FAST
)

PLAN_SECONDS = Histogram("havn_plan_seconds", "Time to make a plan.", registry=REGISTRY, buckets=_SLOW)
PLANS_FAILED = Counter("havn_plans_failed", "Plans that could not be made.", registry=REGISTRY)
PLAN_LEVELS = Gauge("havn_plan_levels", "Levels of the last plan.", ["state"], registry=REGISTRY)

LOOP_LATE_SECONDS = Histogram(
    "havn_loop_late_seconds", "How late the event loop wakes a sleeper.", registry=REGISTRY, buckets=_FAST
)


class Writes:
    """The measures of one service's writes."""

    def __init__(self, service: str) -> None:
        self.waiting = WRITES_WAITING.labels(service)
        self.commits = COMMIT_SECONDS.labels(service)


def answered(service: str, path: str, code: str, seconds: float) -> None:
    """Notes how a call of an RPC, such as "/havn.placements.v1.PlacementsService/GetRequest", ended."""
    RPC_SECONDS.labels(service, path.rpartition(".")[2], code).observe(seconds)


def planned(seconds: float, proven: int, levels: int) -> None:
    """Notes a plan that was made."""
    PLAN_SECONDS.observe(seconds)
    PLAN_LEVELS.labels("proven").set(proven)
    PLAN_LEVELS.labels("open").set(levels - proven)
