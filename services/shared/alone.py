"""One service in a process of its own, as containers run it."""

import asyncio
import signal

import uvloop

from services.shared import access, logs, runtime
from services.shared.clock import SystemClock
from services.shared.settings import Settings


def serve(definition: runtime.Definition) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    logs.configure()
    settings = Settings()
    settings.make_data_folder()
    uvloop.run(_serve(definition, settings))


async def _serve(definition: runtime.Definition, settings: Settings) -> None:
    signer = access.Signer(access.key_from(settings.signing_key))
    platform = runtime.Platform(settings, SystemClock(settings.time_zone), signer, settings.addresses())
    running = await runtime.start(definition, platform)
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
    await running.stop()
