"""Logs: one line of JSON per outcome, keys from a list, never a message's content."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import TextIO, cast

import structlog

# Whatever is not named here is left out: a forgotten key costs a figure, a leaked name costs a child.
ALLOWED = frozenset(
    "event level timestamp service rpc code milliseconds reference actor roles reason error consumer stream "
    "event_id sequence head deliveries need fields count port page seconds library exc_type exc_where".split()
)


def configure(stream: TextIO = sys.stderr) -> None:
    """Sends logs as JSON lines to `stream`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_not_what,
            _allowed_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Unfailing(stream))),
        cache_logger_on_first_use=False,
    )
    logging.lastResort = _Libraries(logging.WARNING)


class _Unfailing:
    """A stream that never raises: a line that a full disk does not take is lost, and what it tells of goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Libraries(logging.Handler):
    """Where a library warns: which one and where the fault was, never its text, which may quote a message."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning("library.warned", library=record.name, exception=error)


def _where_not_what(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Of an exception its type and the lines it came through; its text may hold personal data."""
    error = event.pop("exception", None)
    if isinstance(error, BaseException):
        event["exc_type"] = type(error).__qualname__
        event["exc_where"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return event


def _allowed_only(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    return {key: value for key, value in event.items() if key in ALLOWED}
