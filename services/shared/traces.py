"""Traces: what one call led to, over RPCs, events and plans. Off, and without any cost, unless a ratio is set.

Whether a call is traced is decided once, at the edge: where a person calls. Whatever services do because of it follows
that decision, over W3C's traceparent in gRPC metadata and in events. A person's own traceparent decides nothing.
OpenTelemetry, which makes the spans, is loaded only where there are any: `services.shared.tracing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from services.shared.errors import HavnError
from services.shared.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from services.shared.tracing import Tracing

Attributes = Mapping[str, str | int]

_tracing: Tracing | None = None
_span: ContextVar[Span | None] = ContextVar("havn_span", default=None)


def begin(tracing: Tracing | None) -> None:
    """Traces in this way from now on, or not at all."""
    global _tracing
    _tracing = tracing


@contextmanager
def sent(settings: Settings) -> Iterator[None]:
    """Sends this process's traces while the block lasts, where the settings give a ratio."""
    if not settings.trace_ratio:
        yield
        return
    from services.shared.tracing import Tracing

    tracing = Tracing.to(settings.trace_endpoint, settings.trace_ratio)
    begin(tracing)
    try:
        yield
    finally:
        begin(None)
        tracing.flush()


def current() -> str:
    """The traceparent of what is being done; empty where that is not traced."""
    span = _span.get()
    return _tracing.traceparent(span) if _tracing and span else ""


@contextmanager
def call(service: str, rpc: str, reference: str, parent: str) -> Iterator[None]:
    """A call that is being answered: below `parent`, which only a service may give, or else at the edge."""
    if _tracing is None:
        yield
        return
    span = _tracing.begun(service, rpc, "SERVER", parent)
    with _held(span, {"service": service, "rpc": rpc, "reference": reference}):
        yield


@contextmanager
def part(service: str, name: str, parent: str | None = None, **attributes: str | int) -> Iterator[None]:
    """A part of what is being done, or of what a traceparent tells of; where that is not traced, neither is this."""
    above = current() if parent is None else parent
    if _tracing is None or not above:
        yield
        return
    span = _tracing.begun(service, name, "INTERNAL" if parent is None else "CONSUMER", above)
    with _held(span, {"service": service} | attributes):
        yield


def note(**attributes: str | int) -> None:
    """Adds attributes to what is being done."""
    if span := _span.get():
        span.set_attributes(attributes)


@contextmanager
def _held(span: Span | None, attributes: Attributes) -> Iterator[None]:
    """What the span covers; it ends with the code of a refusal, never with a text."""
    if span is None:
        yield
        return
    before = _span.get()
    _span.set(span)
    span.set_attributes(attributes)
    code = "CANCELLED"
    try:
        yield
        code = "OK"
    except HavnError as error:
        code = error.code
        span.set_attribute("reason", error.reason)
        raise
    except Exception:
        code = "INTERNAL"
        raise
    finally:
        span.set_attribute("code", code)
        span.end()
        _span.set(before)
