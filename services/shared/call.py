"""The call that is being answered."""

import math
import time
from contextvars import ContextVar
from dataclasses import dataclass

from google.protobuf.message import Message

from services.shared.access import NOBODY, Caller


@dataclass
class Call:
    """What the gate knows of a call: its RPC's path, a reference for people to quote, who calls, for what, until when.

    `request` is the message, once the caller may send it: of a stream none.
    """

    rpc: str
    reference: str
    caller: Caller = NOBODY
    purpose: str = ""
    request: Message | None = None
    until: float = math.inf
    """By the clock of time.monotonic()."""


RETURN_SECONDS = 0.05
"""What a call keeps of its time for itself: to say in words that a peer was too slow."""

_current: ContextVar[Call] = ContextVar("havn_call")


def current() -> Call:
    """The call being answered. Raises LookupError outside one."""
    return _current.get()


def begin(call: Call) -> None:
    """Makes `call` the current one of this task."""
    _current.set(call)


def seconds_left() -> float:
    """How long a call to a peer may take now; without an end outside of a call."""
    call = _current.get(None)
    return math.inf if call is None else max(call.until - time.monotonic() - RETURN_SECONDS, 0.001)


def reference() -> str:
    """The reference of the call being answered; empty outside one."""
    call = _current.get(None)
    return "" if call is None else call.reference


def purpose() -> str:
    """What the call being answered is for; empty outside one, and where nothing was said."""
    call = _current.get(None)
    return "" if call is None else call.purpose
