"""Threads take short turns while one of them computes, and at no other time."""

import asyncio
import sys
import threading

import pytest

from services.shared import turns
from tests.conftest import WAIT_SECONDS

USUAL = sys.getswitchinterval()
SHORT = pytest.approx(turns.SHORT_SECONDS)


async def test_turns_are_short_until_the_last_of_those_who_compute_is_done() -> None:
    ends, both = [threading.Event() for _ in range(2)], threading.Barrier(2)

    def compute(end: threading.Event) -> float:
        both.wait(WAIT_SECONDS)
        end.wait(WAIT_SECONDS)
        return sys.getswitchinterval()

    first, second = (asyncio.ensure_future(turns.computed(compute, end)) for end in ends)
    ends[0].set()
    assert await first == SHORT
    ends[1].set()
    assert await second == SHORT
    assert sys.getswitchinterval() == USUAL


async def test_turns_are_as_usual_after_a_fault() -> None:
    with pytest.raises(ZeroDivisionError):
        await turns.computed(lambda: 1 // 0)
    assert sys.getswitchinterval() == USUAL
