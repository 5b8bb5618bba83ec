"""What is traced while a test runs, as a collector would get it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.shared import traces
from services.shared.tracing import Scrubbed, Tracing

Spans = Callable[[], tuple[ReadableSpan, ...]]


@contextmanager
def traced(ratio: float) -> Iterator[Spans]:
    """The spans of the block, in which so large a part of the calls at the edge is traced."""
    exporter = InMemorySpanExporter()
    traces.begin(Tracing(SimpleSpanProcessor(Scrubbed(exporter)), ratio))
    try:
        yield exporter.get_finished_spans
    finally:
        traces.begin(None)
