"""The call that is being answered."""

from contextvars import ContextVar
from dataclasses import dataclass

from google.protobuf.message import Message

from services.shared.access import NOBODY, Caller


@dataclass
class Call:
    """What the interceptors know of a call: its RPC's path, a reference for people to quote, who calls, and for what.

    `request` is the message, once the caller may send it: of a stream none.
    """

    rpc: str
    reference: str
    caller: Caller = NOBODY
    purpose: str = ""
    request: Message | None = None


_current: ContextVar[Call] = ContextVar("havn_call")


def current() -> Call:
    """The call being answered. Raises LookupError outside one."""
    return _current.get()


def begin(call: Call) -> None:
    """Makes `call` the current one of this task."""
    _current.set(call)
