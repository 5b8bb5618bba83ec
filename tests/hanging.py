"""What a test waits for that never ends: each task of asyncio with where it stands."""

import asyncio
import io
from types import CoroutineType, FrameType, GeneratorType
from typing import Any


def told() -> str:
    """Each task that has not ended, and the lines that it waits at, the outermost first."""
    # asyncio.all_tasks() asks for a loop, and a test that hangs may have made one of its own.
    tasks: Any = getattr(asyncio.tasks, "_all_tasks")  # noqa: B009
    text = io.StringIO()
    for task in [each for each in tasks if not each.done()]:
        text.write(f"{task.get_name()}\n")
        for frame in waiting_at(task.get_coro()):
            text.write(f"  {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}\n")
    return text.getvalue()


def waiting_at(awaited: object) -> list[FrameType]:
    """The frames of a coroutine and of those that it awaits."""
    frames: list[FrameType | None] = []
    while isinstance(awaited, CoroutineType | GeneratorType):
        if isinstance(awaited, CoroutineType):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        else:
            frame, awaited = awaited.gi_frame, awaited.gi_yieldfrom
        frames.append(frame)
    return [frame for frame in frames if frame]
