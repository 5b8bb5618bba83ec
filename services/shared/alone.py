"""One service in a process of its own, as containers run it."""

import uvloop

from services.shared import access, garbage, logs, measuring, production, runtime, traces
from services.shared.clock import SystemClock
from services.shared.settings import Settings
from services.shared.stopping import Stop


def serve(definition: runtime.Definition) -> None:
    """Serves until SIGTERM or SIGINT, then drains. Raises Insecure where it must not start."""
    logs.configure()
    settings = Settings()
    production.require_secure(settings, definition.name)
    settings.make_data_folder()
    with Stop(settings.stop_seconds) as stop, traces.sent(settings):
        uvloop.run(_serve(definition, settings, stop))


async def _serve(definition: runtime.Definition, settings: Settings, stop: Stop) -> None:
    signer = access.Signer(access.key_from(settings.signing_key))
    platform = runtime.Platform(settings, SystemClock(settings.time_zone), signer, settings.addresses())
    running = await runtime.start(definition, platform)
    garbage.look_seldom()
    async with measuring.served(settings, lambda: [running.sources]):
        await stop.wait()
    await running.stop()
