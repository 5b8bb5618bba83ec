"""Spans as OpenTelemetry makes and sends them, scrubbed: no message, no text of an exception, no name of a record."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Self

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ALLOWED = frozenset("service rpc reference code reason consumer event_id proven levels".split())
"""Attributes of spans. As with logs, whatever is not named here is left out."""

FLUSH_MILLISECONDS = 1_000
"""So long a stop waits for what is still to be sent; a collector that is away holds it up no longer."""


class Tracing:
    """Makes the spans of all services of a process."""

    def __init__(self, processor: SpanProcessor, ratio: float) -> None:
        """`ratio` of what comes to the edge is traced: 0 to 1."""
        self._processor = processor
        self._sampler = ParentBased(TraceIdRatioBased(ratio))
        self._tracers: dict[str, Tracer] = {}
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def to(cls, endpoint: str, ratio: float) -> Self:
        """Sends the spans to a collector, such as http://127.0.0.1:4317, by OTLP over gRPC."""
        return cls(BatchSpanProcessor(Scrubbed(OTLPSpanExporter(endpoint))), ratio)

    def begun(self, service: str, name: str, kind: str, parent: str) -> Span | None:
        """A span below a traceparent, or at the edge where that is empty; None where it is not to be traced."""
        above = self._propagator.extract({"traceparent": parent})
        span = self._tracer(service).start_span(name, above, SpanKind[kind])
        return span if span.is_recording() else None

    def traceparent(self, span: Span) -> str:
        """What makes other spans belong to this one."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return carrier["traceparent"]

    def flush(self) -> None:
        """Sends what is still to be sent, if that can be done at once."""
        self._processor.force_flush(FLUSH_MILLISECONDS)

    def _tracer(self, service: str) -> Tracer:
        if service not in self._tracers:
            resource = Resource({"service.name": f"havn-{service}", "service.version": version("havn")})
            provider = TracerProvider(self._sampler, resource, shutdown_on_exit=False)
            provider.add_span_processor(self._processor)
            self._tracers[service] = provider.get_tracer("havn")
        return self._tracers[service]


class Scrubbed(SpanExporter):
    """Hands spans on without whatever is not allowed, whoever made them."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends the spans."""
        return self._exporter.export([_scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        """Lets go of the collector."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = FLUSH_MILLISECONDS) -> bool:
        """Waits for what is being sent."""
        return self._exporter.force_flush(timeout_millis)


def _scrubbed(span: ReadableSpan) -> ReadableSpan:
    """The span with the allowed attributes, and without events, links, and the words of its status."""
    attributes: Mapping[str, object] = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: str(value) for name, value in attributes.items() if name in ALLOWED},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
