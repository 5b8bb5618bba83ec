"""When Python looks for garbage, in a process of our own."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 20_000
"""After so many it looks. At Python's own 700 what calls under way held was taken for lasting, and after some hundred
calls all that lasts was looked through: up to a quarter of a second in which nobody is answered."""


@contextmanager
def not_looked_for() -> Iterator[None]:
    """Has it not look while the block imports, and never at what it imported: of 300,000 objects 0.5 % are garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def look_seldom() -> None:
    """Has it look more seldom, and never again at what is there by now: the code, and what a start leaves."""
    gc.set_threshold(NEW_OBJECTS)
    gc.collect()
    gc.freeze()
