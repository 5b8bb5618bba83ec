"""The console in a process of its own, as containers run it."""

import asyncio

import uvloop

from services.console import server
from services.shared import access, garbage, logs, production
from services.shared.clock import SystemClock
from services.shared.runtime import Platform
from services.shared.settings import Settings
from services.shared.stopping import Stop


def serve() -> None:
    """Serves until SIGTERM or SIGINT. Raises Insecure where it must not start, AssetsMissing, OSError for its port."""
    logs.configure()
    settings = Settings()
    production.require_secure(settings, production.CONSOLE)
    settings.make_data_folder()
    with Stop(settings.notice_seconds + server.STOP_SECONDS) as stop:
        uvloop.run(_serve(settings, stop))


async def _serve(settings: Settings, stop: Stop) -> None:
    signer = access.Signer(access.key_from(settings.signing_key))
    platform = Platform(settings, SystemClock(settings.time_zone), signer, settings.addresses())
    running = await server.start(platform)
    garbage.look_seldom()
    await stop.wait()
    # Whoever balances sends browsers to another replica from now on; until it knows, they are answered.
    await asyncio.sleep(settings.notice_seconds)
    await running.stop()
