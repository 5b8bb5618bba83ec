"""The page that Prometheus reads: what was counted, and what services look up when somebody asks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import structlog
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from prometheus_client import Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlmodel import Session, col, func, select

from services.shared.clock import Clock
from services.shared.consumers import Consumer
from services.shared.database import Database
from services.shared.errors import HavnError
from services.shared.metrics import LOOP_LATE_SECONDS, REGISTRY
from services.shared.parking import Parking
from services.shared.readiness import NEEDS, Readiness
from services.shared.settings import LAST_BACKUP, Settings
from services.shared.tables import AuditRow, OutboxEvent

log = structlog.get_logger()

LOOK_SECONDS = 3.0
"""So long a look may take; what takes longer is missing on the page, and readiness says why."""

BEAT_SECONDS = 0.25

GAUGES = {
    "havn_info": ("The version that runs.", ("version",)),
    "havn_ready": ("1 while a service has all that it needs.", ("service",)),
    "havn_need_met": ("1 while this need of a service is met.", ("service", "need")),
    "havn_outbox_events": ("Events that wait to be published.", ("service",)),
    "havn_outbox_oldest_seconds": ("How long the first of them waits.", ("service",)),
    "havn_consumer_behind_events": ("Events that a consumer has not applied yet.", ("consumer", "stream")),
    "havn_parked_events": ("Events that a service could not apply, and nobody dealt with.", ("service",)),
    "havn_audit_rows": ("Rows of the audit trail.", ("service",)),
    "havn_last_backup_timestamp_seconds": ("When the last backup was made; missing where none was.", ()),
}
"""What is looked up: in words, and its labels."""


@dataclass(frozen=True)
class Measure:
    """A gauge's value, with those of its labels in their order."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """Where the gauges of one service are looked up."""

    service: str
    database: Database
    jetstream: JetStreamContext
    readiness: Readiness
    consumers: Sequence[Consumer]
    parking: Parking
    clock: Clock

    async def measures(self) -> list[Measure]:
        """All that can be looked up now."""
        found = list(self._needs())
        # What is away is missing: the needs tell of it.
        with suppress(HavnError, OSError, TimeoutError, RuntimeError):
            async with asyncio.timeout(LOOK_SECONDS):
                found += await self.database.read(self._kept)
        with suppress(NatsError, OSError, TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                found += [await self._behind(consumer) for consumer in self.consumers]
                found += [await self._parked()]
        return found

    def _needs(self) -> Iterator[Measure]:
        lacking = self.readiness.lacking
        yield Measure("havn_ready", float(not lacking), (self.service,))
        for need in NEEDS:
            yield Measure("havn_need_met", float(need not in lacking), (self.service, need))

    def _kept(self, session: Session) -> list[Measure]:
        waiting = select(func.count(), func.min(OutboxEvent.time)).where(col(OutboxEvent.sent_time).is_(None))
        number, oldest = session.exec(waiting).one()
        age = (self.clock.now() - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0.0
        # Rows are only added and numbered without a gap: the last number is their count.
        rows = session.exec(select(func.max(AuditRow.sequence))).one() or 0
        labels = (self.service,)
        return [
            Measure("havn_outbox_events", number, labels),
            Measure("havn_outbox_oldest_seconds", max(age, 0.0), labels),
            Measure("havn_audit_rows", rows, labels),
        ]

    async def _parked(self) -> Measure:
        async with aclosing(self.parking.waiting(0)) as waiting:
            number = sum([1 async for _ in waiting])
        return Measure("havn_parked_events", number, (self.service,))

    async def _behind(self, consumer: Consumer) -> Measure:
        info = await self.jetstream.consumer_info(consumer.stream, consumer.name)
        behind = (info.num_pending or 0) + (info.num_ack_pending or 0)
        return Measure("havn_consumer_behind_events", behind, (consumer.name, consumer.stream))


@asynccontextmanager
async def served(settings: Settings, sources: Callable[[], Iterable[Sources]]) -> AsyncIterator[None]:
    """Serves the page of a process's services while the block lasts, where the settings give it a port.

    Raises OSError for a port that is taken.
    """
    if not settings.metrics_port:
        yield
        return
    page = _Page(settings.data, sources, asyncio.get_running_loop())
    server, _thread = start_http_server(settings.metrics_port, settings.metrics_host, page)
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.to_thread(server.shutdown)
        server.server_close()


class _Page(Collector):
    """Asked in a thread of the HTTP server; services are looked at in their own loop."""

    def __init__(self, data: Path, sources: Callable[[], Iterable[Sources]], loop: asyncio.AbstractEventLoop) -> None:
        self._data = data
        self._sources = sources
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        looked_up = asyncio.run_coroutine_threadsafe(self._measures(), self._loop)
        yield from _families([*_of_process(self._data), *looked_up.result(3 * LOOK_SECONDS)])

    async def _measures(self) -> list[Measure]:
        each = await asyncio.gather(*(source.measures() for source in self._sources()))
        return [measure for measures in each for measure in measures]


def _of_process(data: Path) -> Iterator[Measure]:
    yield Measure("havn_info", 1.0, (version("havn"),))
    with suppress(OSError, ValueError, LookupError):
        told = json.loads((data / LAST_BACKUP).read_text())
        yield Measure("havn_last_backup_timestamp_seconds", datetime.fromisoformat(told["time"]).timestamp())


def _families(measures: Iterable[Measure]) -> Iterator[Metric]:
    families = {name: GaugeMetricFamily(name, words, labels=labels) for name, (words, labels) in GAUGES.items()}
    for measure in measures:
        families[measure.name].add_metric(measure.labels, measure.value)
    yield from families.values()


async def _beat() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + BEAT_SECONDS
        await asyncio.sleep(BEAT_SECONDS)
        LOOP_LATE_SECONDS.observe(max(loop.time() - due, 0.0))
