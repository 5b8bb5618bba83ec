"""NATS as tests need it: the services with their own rights, and beside them somebody who may do everything."""

from collections.abc import Iterable
from pathlib import Path

from services.havn.nats_server import NatsServer
from services.havn.system import DEFINITIONS
from services.shared.grants import Grants
from services.shared.runtime import Definition
from tests.processes import free_port

ROOT = "root"


class OpenServer(NatsServer):
    """A nats-server that lets tests look into it."""

    def __init__(self, folder: Path, definitions: Iterable[Definition] = ()) -> None:
        self.users = {each.name: each.grants() for each in (*DEFINITIONS, *definitions)}
        super().__init__(folder, self.users | {ROOT: Grants((">",), (">",))})

    async def start(self) -> None:
        """Starts it at a port that nobody takes while it is down: it comes back there."""
        if self._port < 0:
            self._port = free_port()
        await super().start()

    @property
    def root(self) -> str:
        """The address for whoever may do everything."""
        return self.url(ROOT)

    @property
    def urls(self) -> dict[str, str]:
        """The address for each service."""
        return {name: self.url(name) for name in self.users}
