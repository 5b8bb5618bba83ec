"""The call that is being answered."""

from contextvars import ContextVar
from dataclasses import dataclass

from services.shared.access import NOBODY, Caller


@dataclass
class Call:
    """What the interceptors know of a call: its RPC's path, a reference for people to quote, who calls."""

    rpc: str
    reference: str
    caller: Caller = NOBODY


_current: ContextVar[Call] = ContextVar("havn_call")


def current() -> Call:
    """The call being answered. Raises LookupError outside one."""
    return _current.get()


def begin(call: Call) -> None:
    """Makes `call` the current one of this task."""
    _current.set(call)
