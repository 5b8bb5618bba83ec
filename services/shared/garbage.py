"""When Python looks for garbage, in a process of our own."""

import gc

NEW_OBJECTS = 20_000
"""After so many it looks. At Python's own 700 what calls under way held was taken for lasting, and after some hundred
calls all that lasts was looked through: up to a quarter of a second in which nobody is answered."""


def look_seldom() -> None:
    """Has it look more seldom, and never again at what is there by now: the code, and what a start leaves."""
    gc.set_threshold(NEW_OBJECTS)
    gc.collect()
    gc.freeze()
