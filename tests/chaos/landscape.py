"""The distributed form of Havn as plain processes on this machine, made so that everything in it can be harmed.

Two replicas of each service, of the console and of the witness, a PostgreSQL, three NATS nodes, TLS between them as it
is deployed. Databases and streams lie on disks of their own.
"""

import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
import trustme
from sqlalchemy import Engine

from deploy.certificates import issue
from services.havn.system import DEFINITIONS
from services.shared import access, clients, migrate, postgres
from services.shared.access import Caller
from services.shared.grants import Grants, users
from services.shared.production import CONSOLE
from services.shared.tls import Identity
from tests import nodes
from tests.chaos import witness
from tests.chaos.browser import Consoles
from tests.chaos.disk import Disk
from tests.chaos.supervisor import Supervisor
from tests.postgres import Server
from tests.processes import Process, free_port

SERVICES = ("placements", "families", "capacity", "matching")
REPLICAS = 2
DATABASE = "postgresql"
OPERATOR = "operator"
PLAN_SECONDS = "1"
STREAM_MEGABYTES = "16"

MODULES = {witness.NAME: ["tests.chaos.witness"], CONSOLE: ["services.havn", "serve", CONSOLE]}
"""What runs each that is no service."""

DATABASE_MEGABYTES, STREAMS_MEGABYTES = 400, 200
ROOM_FOR_JOURNALS = {"max_wal_size": "48MB", "min_wal_size": "32MB"}


@dataclass
class Program(Process):
    """A process that tells whether it is healthy."""

    probe: Callable[[], bool] = lambda: True

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    def healthy(self) -> bool:
        return self.probe()


class Landscape:
    """All of it, over one folder whose path is short: sockets lie below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disks = {
            "databases": Disk(folder / "databases.image", folder / "d", DATABASE_MEGABYTES),
            "streams": Disk(folder / "streams.image", folder / "s", STREAMS_MEGABYTES),
        }
        (folder / "logs").mkdir()
        self._authority = trustme.CA()
        self._operator = issue(self._authority, folder / OPERATOR, OPERATOR)
        self.signer = access.Signer(access.key_from(folder / "token.pem"))
        replicated = (*SERVICES, CONSOLE)
        self.ports = {f"{name}-{n}": free_port() for name in replicated for n in range(1, REPLICAS + 1)}

    def start(self) -> None:
        """Makes the databases and starts all processes, not waiting for the services."""
        for disk in self.disks.values():
            disk.make()
        self._make_databases()
        self.cluster = nodes.cluster(self._authority, self.disks["streams"].folder)
        for name in self.cluster.nodes:
            (self.disks["streams"].folder / name / nodes.USERS.name).write_text(_users(), "utf-8")
        programs = [self._database(), *self._nodes(), *self._services()]
        self.supervisor = Supervisor(programs)
        for program in programs:
            program.start()
        for disk in self.disks.values():
            disk.sync()

    def stop(self) -> None:
        """Ends all, and leaves nothing but the logs and the ledger."""
        for program in self.supervisor.programs.values():
            program.kill()
        for disk in self.disks.values():
            disk.remove()

    def channels(self, caller: Caller) -> dict[str, grpc.aio.Channel]:
        """The services as somebody calls them: each call goes to the next replica."""
        tokens = clients.Tokens(self.signer, caller)
        return {name: clients.channel(name, self._address(name), tokens, self._operator) for name in SERVICES}

    def consoles(self) -> Consoles:
        """The consoles as browsers reach them, that trust what this landscape's authority signed."""
        addresses = [f"https://127.0.0.1:{self.ports[f'{CONSOLE}-{n}']}" for n in range(1, REPLICAS + 1)]
        return Consoles(addresses, self.signer, ssl.create_default_context(cafile=str(self._operator.authority)))

    def engine(self, service: str) -> Engine:
        """A service's database, past all walls."""
        return postgres.owner(self._server.url(service, "postgres"))

    @property
    def identity(self) -> Identity:
        """Whoever looks after it all."""
        return self._operator

    def _make_databases(self) -> None:
        folder = self.disks["databases"].folder / "p"
        folder.mkdir()
        folder.parent.chmod(0o755)
        self._server = Server(None, folder, **ROOM_FOR_JOURNALS)
        for service in (*SERVICES, witness.NAME):
            self._server.execute(f"CREATE DATABASE {service} OWNER owner")
            engine = postgres.owner(self._server.url(service, "owner"))
            if service == witness.NAME:
                witness.make_tables(engine, role="havn")
            else:
                migrate.upgrade(service, engine)
                migrate.allow(service, engine, "havn")
            engine.dispose()
        self._server.end()

    def _database(self) -> Program:
        log = self.folder / "logs" / DATABASE
        environment = {name: value for name, value in os.environ.items() if name != "HOME"}
        return Program(DATABASE, self._server.command, environment, log, self._server.who)

    def _nodes(self) -> list[Program]:
        return [
            Program(
                name,
                node.process.command,
                node.process.environment,
                self.folder / "logs" / name,
                probe=lambda port=node.health_port: nodes.is_healthy(f"http://127.0.0.1:{port}{nodes.LIVENESS}"),  # type: ignore[misc]
            )
            for name, node in self.cluster.nodes.items()
        ]

    def _services(self) -> list[Program]:
        found = []
        for replica in range(1, REPLICAS + 1):
            for service in (*SERVICES, CONSOLE, witness.NAME):
                name = f"{service}-{replica}"
                command = [sys.executable, "-m", *MODULES.get(service, [f"services.{service}"])]
                found.append(Program(name, command, self._environment(name, service), self.folder / "logs" / name))
        return found

    def _environment(self, name: str, service: str) -> dict[str, str]:
        identity = issue(self._authority, self.folder / name, service)
        return dict(os.environ) | {
            "HAVN_DATA": str(self.folder / name),
            "HAVN_KEY_FILE": str(self.folder / "token.pem"),
            "HAVN_DATABASE_URL": self._server.url("{service}", "havn"),
            "HAVN_NATS_URL": self.cluster.url,
            **{f"HAVN_{owner.upper()}_ADDRESS": self._address(owner) for owner in SERVICES},
            f"HAVN_{service.upper()}_PORT": str(self.ports.get(name, 0)),
            "HAVN_TLS_CERTIFICATE": str(identity.certificate),
            "HAVN_TLS_KEY": str(identity.key),
            "HAVN_TLS_AUTHORITY": str(identity.authority),
            "HAVN_PLAN_SECONDS": PLAN_SECONDS,
            "HAVN_STREAM_REPLICAS": str(len(self.cluster.nodes)),
            "HAVN_STREAM_MEGABYTES": STREAM_MEGABYTES,
        }

    def _address(self, service: str) -> str:
        """All replicas of a service, as gRPC names several addresses."""
        replicas = (f"127.0.0.1:{self.ports[f'{service}-{n}']}" for n in range(1, REPLICAS + 1))
        return f"ipv4:{','.join(replicas)}"


def _users() -> str:
    """The users of NATS as they are deployed, and two that may do everything there: the witness, and who looks."""
    everything = Grants((">",), (">",))
    granted = {definition.name: definition.grants() for definition in DEFINITIONS}
    known = users(granted | {witness.NAME: everything, OPERATOR: everything})
    return f"authorization {{ users: [\n{known}\n] }}\n"
