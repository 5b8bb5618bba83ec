import asyncio
from contextlib import suppress
from pathlib import Path

from services.shared import ending, events
from tests import cast
from tests.bus import OpenServer
from tests.conftest import WAIT_SECONDS

WRITTEN = 20_000_000
"""More bytes than the kernel takes for a server that does not read."""


async def test_a_task_ends_that_swallows_a_cancellation() -> None:
    begun = asyncio.Event()

    async def goes_on() -> None:
        begun.set()
        for _ in range(3):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(goes_on()), asyncio.create_task(asyncio.sleep(0))]
    await begun.wait()
    async with asyncio.timeout(30):
        await ending.cancelled(tasks)
    assert all(task.done() for task in tasks)


async def test_where_nothing_runs_nothing_is_waited_for() -> None:
    await ending.cancelled([])


async def test_a_connection_is_let_go_of_while_nats_is_frozen(tmp_path: Path) -> None:
    server = OpenServer(tmp_path)
    await server.start()
    try:
        client = await events.connect(server.root, "placements")
        with cast.paused(server.pid):
            assert client._transport is not None
            client._transport.write(bytes(WRITTEN))
            async with asyncio.timeout(WAIT_SECONDS):
                await events.close(client)
    finally:
        await server.stop()
