"""Starts the console and ends it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
import uvicorn

from services.console import maps
from services.console.app import application
from services.console.live import Hub
from services.console.rendering import rendering
from services.console.services import Services, connect
from services.console.sessions import Sessions
from services.console.visits import Console
from services.shared import tls, turns
from services.shared.access import Caller
from services.shared.revoked import Revoked
from services.shared.runtime import Platform
from services.shared.settings import Settings

log = structlog.get_logger()

USUAL_PORT = 8480
"""Tried first where no port is set, so that a bookmark lasts."""

STOP_SECONDS = 3


@dataclass
class Running:
    """A console that answers browsers."""

    address: str
    _services: Services
    _hub: Hub
    _server: "_Server"
    _serving: asyncio.Task[None]
    _getting_ready: asyncio.Task[None]

    async def stop(self) -> None:
        """Lets pages under way end, then lets go of everything."""
        self._server.should_exit = True
        await self._hub.close()
        await self._serving
        await asyncio.wait([self._getting_ready])
        await self._services.close()
        log.info("service.stopped", service="console")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells that browsers are answered from now on."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to whoever started the process."""
        yield


async def start(platform: Platform, people: Mapping[str, Caller] | None = None) -> Running:
    """The console over the platform's services; `people` may log in with one click.

    Raises AssetsMissing, and OSError for a port that is taken.
    """
    settings = platform.settings
    services = connect(platform)
    sessions = Sessions(platform.signer, Revoked(settings.revoked_tokens))
    zone = settings.time_zone
    console = Console(
        services,
        sessions,
        rendering(zone),
        platform.clock,
        zone,
        settings.offline_days,
        dict(people or {}),
        hide_family_names=settings.console_hides_names,
    )
    hub = Hub(services, sessions)
    secured = tls.for_browsers(settings)
    listening = _listening(settings)
    config = uvicorn.Config(
        application(console, hub, settings.console_hosts.split(",")),
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_context_factory=(lambda _config, _default: secured.context()) if secured else None,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await server.ready.wait()
    port: int = listening.getsockname()[1]
    log.info("service.started", service="console", port=port)
    address = f"{'https' if secured else 'http'}://{settings.host}:{port}"
    getting_ready = asyncio.create_task(turns.computed(maps.get_ready))
    return Running(address, services, hub, server, serving, getting_ready)


def _listening(settings: Settings) -> socket.socket:
    for port in (settings.console_port,) if settings.console_port else (USUAL_PORT, 0):
        # With its protocol named, asyncio sends without delay; without, each page takes 45 ms.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, port))
            # Bound alone it is not yet taken: another Havn that starts at this moment would bind it too.
            listening.listen()
        except OSError:
            listening.close()
            if port == settings.console_port:
                raise
        else:
            return listening
    raise AssertionError("port 0 is never taken")
