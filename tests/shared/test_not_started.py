"""A service that can't start leaves nothing behind. By itself: beside another Havn, that one's tasks come and go."""

import asyncio
import gc
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from services.placements.api import DEFINITION as PLACEMENTS
from services.shared import runtime
from tests.conftest import eventually, running_havn


async def test_a_service_that_does_not_start_lets_go_of_all_that_it_opened(tmp_path: Path) -> None:
    # Nothing else runs beside that could begin or end something of its own.
    async with running_havn(tmp_path, []) as havn:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            settings = havn.platform.settings.model_copy(update={"placements_port": taken.getsockname()[1]})
            tasks, threads = asyncio.all_tasks(), own_threads()
            with pytest.raises(RuntimeError):
                await runtime.start(PLACEMENTS, replace(havn.platform, settings=settings))

        async def let_go() -> bool:
            await asyncio.sleep(0)
            # What nobody holds any more is let go of, whenever that is noticed.
            gc.collect()
            return asyncio.all_tasks() <= tasks and own_threads() <= threads

        await eventually(let_go)


def own_threads() -> set[threading.Thread]:
    """All but those that the event loop keeps for whoever needs one."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}
