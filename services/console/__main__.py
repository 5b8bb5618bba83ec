"""Serves the console alone: python -m services.console."""

import uvloop

from services.console import server
from services.shared import access, logs, production
from services.shared.clock import SystemClock
from services.shared.runtime import Platform
from services.shared.settings import Settings
from services.shared.stopping import Stop


def main() -> None:
    """Serves until SIGTERM or SIGINT. Raises Insecure where it must not start."""
    logs.configure()
    settings = Settings()
    production.require_secure(settings, production.CONSOLE)
    settings.make_data_folder()
    with Stop(settings.stop_seconds) as stop:
        uvloop.run(_serve(settings, stop))


async def _serve(settings: Settings, stop: Stop) -> None:
    signer = access.Signer(access.key_from(settings.signing_key))
    platform = Platform(settings, SystemClock(settings.time_zone), signer, settings.addresses())
    running = await server.start(platform)
    await stop.wait()
    await running.stop()


if __name__ == "__main__":
    main()
