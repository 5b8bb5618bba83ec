"""Ends tasks for good."""

import asyncio
from collections.abc import Iterable
from typing import Any

CANCEL_AGAIN_SECONDS = 0.2


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Returns when all have ended. Python 3.11's wait_for, which nats-py uses, may swallow a cancellation."""
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
