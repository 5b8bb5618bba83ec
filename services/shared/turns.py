"""How long a thread that computes keeps others waiting.

Short turns let answers go on while something computes for long: each answer waits for several turns. They cost all
calls something, because threads hand over in the middle of what they do, so that turns are short at no other time.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

SHORT_SECONDS = 0.0005
"""At Python's own 5 ms answers took up to four times as long while a plan was made."""

P = ParamSpec("P")
T = TypeVar("T")

_usual_seconds = sys.getswitchinterval()
_counting = threading.Lock()
_computing = 0


async def computed(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What `work` computes in a thread of its own, beside the calls."""
    return await asyncio.to_thread(short()(work), *given, **named)


@contextmanager
def short() -> Iterator[None]:
    """Keeps others waiting for short turns only, while the block or the function computes in a thread."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(more: int) -> None:
    global _computing
    with _counting:
        _computing += more
        sys.setswitchinterval(SHORT_SECONDS if _computing else _usual_seconds)
