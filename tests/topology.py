"""Havn as it is deployed, as plain processes on this machine.

Three nodes of NATS, PostgreSQL, two replicas of each service and of the console. Settings are those of
docker-compose.yml, with other folders, addresses and ports; TLS and production mode are on. PostgreSQL is the machine's
own.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from grpc_health.v1 import health_pb2, health_pb2_grpc
from joserfc.jwk import ECKey

from deploy.certificates import issue, write
from services.havn.connection import Connection, connect
from services.shared.access import Caller, Signer
from services.shared.clients import Tokens
from services.shared.production import CONSOLE
from services.shared.readiness import READINESS
from services.shared.settings import SERVICES
from services.shared.tls import Identity
from tests import nodes, postgres
from tests.deploy.files import ROOT, compose, filled_in, image_environment
from tests.processes import Process, free_port

REPLICAS = 2
READY_SECONDS = 120.0
CONSOLE_HOST = "havn.example"
"""What people's browsers know the console by."""

IN_CONTAINER = "/run/secrets/havn"
CONTAINERS: dict[str, dict[str, Any]] = compose()["services"]


@dataclass
class Replica:
    """One process of a service."""

    service: str
    process: Process
    port: int
    health_port: int

    @property
    def is_ready(self) -> bool:
        """What a probe of Kubernetes asks."""
        with grpc.insecure_channel(f"127.0.0.1:{self.health_port}") as channel:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
            try:
                answer = check(health_pb2.HealthCheckRequest(service=READINESS), timeout=2)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready:
            assert self.process.lives, self.process.told()
            assert time.monotonic() < deadline, self.process.told()
            time.sleep(0.1)


@dataclass
class Console(Replica):
    """One process of the console."""

    @property
    def is_ready(self) -> bool:
        """What Docker asks."""
        command = [each.replace(":8480/", f":{self.port}/") for each in CONTAINERS["console"]["healthcheck"]["test"]]
        return subprocess.run([sys.executable, *command[2:]], capture_output=True).returncode == 0


@dataclass
class Topology:
    """All processes; what each is told stands in its folder."""

    folder: Path
    authority: trustme.CA
    cluster: nodes.Cluster
    database: postgres.Server
    signer: Signer
    operator: Identity
    replicas: dict[str, list[Replica]] = field(default_factory=dict)
    consoles: list[Console] = field(default_factory=list)

    @property
    def addresses(self) -> dict[str, str]:
        """Where clients find the services: each name leads to both replicas."""
        return {
            service: "ipv4:" + ",".join(f"127.0.0.1:{replica.port}" for replica in replicas)
            for service, replicas in self.replicas.items()
        }

    @property
    def everything(self) -> list[Replica]:
        return [*(replica for replicas in self.replicas.values() for replica in replicas), *self.consoles]

    def wait_until_ready(self) -> None:
        for node in self.cluster.nodes.values():
            node.wait_until_healthy()
        for replica in self.everything:
            replica.wait_until_ready()

    @contextmanager
    def connected(self, caller: Caller) -> Iterator[Connection]:
        """The services, as somebody calls them."""
        connection = connect(self.addresses, Tokens(self.signer, caller), self.operator)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def topology() -> Iterator[Topology]:
    """All of it, ready; it ends with the block."""
    # Not pytest's folder: PostgreSQL runs as another user, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="havn-topology-"))
    folder.chmod(0o711)
    with ExitStack() as opened:
        opened.callback(shutil.rmtree, folder)
        made = _made(folder, opened)
        for replica in made.everything:
            replica.process.start()
            opened.callback(replica.process.kill)
        made.wait_until_ready()
        yield made


def _made(folder: Path, opened: ExitStack) -> Topology:
    """NATS and PostgreSQL, running; the services, not yet."""
    authority = trustme.CA(organization_name="Havn tests")
    cluster = nodes.cluster(authority, folder)
    opened.callback(cluster.stop)
    cluster.start()
    database = _database(authority, folder)
    opened.callback(database.stop)
    key = ECKey.generate_key("P-256")
    operator = issue(authority, folder / "operator", "operator")
    made = Topology(folder, authority, cluster, database, Signer(key), operator)
    ports = {service: [(free_port(), free_port()) for _ in range(REPLICAS)] for service in SERVICES}
    for holder in (*SERVICES, CONSOLE):
        issue(authority, folder / holder, holder)
        write(folder / holder / "token.pem", key.as_pem(private=True))
    _migrate(made)
    for service, pairs in ports.items():
        made.replicas[service] = [Replica(service, _process(made, service, *pair), *pair) for pair in pairs]
    made.consoles = [Console(CONSOLE, _process(made, CONSOLE, port, 0), port, 0) for port in _free_ports()]
    for replica in made.everything:
        for owner in SERVICES:
            if f"HAVN_{owner.upper()}_ADDRESS" in CONTAINERS[replica.service]["environment"]:
                replica.process.environment[f"HAVN_{owner.upper()}_ADDRESS"] = made.addresses[owner]
    return made


def _free_ports() -> list[int]:
    return [free_port() for _ in range(REPLICAS)]


def _database(authority: trustme.CA, folder: Path) -> postgres.Server:
    """PostgreSQL with the options, users and databases of the deployment."""
    programs = postgres.binaries_with_tls()
    if programs is None and not os.environ.get("CI"):
        pytest.skip("needs a PostgreSQL that speaks TLS on this machine: install your system's")
    assert programs, ".ci/run installs a PostgreSQL that speaks TLS"
    issue(authority, folder / "postgres", "postgres")
    if os.geteuid() == 0:
        for path in (folder / "postgres", *(folder / "postgres").iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    given = [word for word in CONTAINERS["postgres"]["command"][1:] if word != "-c"]
    options = dict(word.split("=", 1) for word in given)
    for name, value in options.items():
        here = value.replace(IN_CONTAINER, str(folder / "postgres"))
        options[name] = here.replace("/etc/postgresql", str(ROOT / "deploy" / "postgres"))
    server = postgres.Server(programs, listen_addresses="127.0.0.1", port=str(free_port()), **options)
    server.run_file(ROOT / "deploy" / "postgres" / "databases.sql")
    return server


def _migrate(made: Topology) -> None:
    issue(made.authority, made.folder / "owner", "owner")
    process = Process("migrate", _havn("migrate"), _environment(made, "migrate", "owner"), made.folder / "migrate.log")
    process.start()
    assert process.running
    assert process.running.wait(READY_SECONDS) == 0, process.told()


def _process(made: Topology, service: str, port: int, health_port: int) -> Process:
    variables = _environment(made, service, service) | {
        "HAVN_HOST": "127.0.0.1",
        f"HAVN_{service.upper()}_PORT": str(port),
        "HAVN_HEALTH_PORT": str(health_port),
    }
    if "HAVN_NATS_URL" in variables:
        variables["HAVN_NATS_URL"] = made.cluster.url
    return Process(f"{service}-{port}", _havn("serve", service), variables, made.folder / f"{service}-{port}.log")


def _environment(made: Topology, container: str, holder: str) -> dict[str, str]:
    """What a container of the deployment is told, with its folders here."""
    given = image_environment() | CONTAINERS[container]["environment"]
    filled = {"HAVN_PRODUCTION": "true", "HAVN_CONSOLE_HOSTS": CONSOLE_HOST}
    variables = {name: filled_in(value, filled) for name, value in given.items()}
    for name, value in variables.items():
        variables[name] = _here(made, value.replace(IN_CONTAINER, str(made.folder / holder)))
    own = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")}
    return own | variables | {"HAVN_DATA": str(made.folder / f"data-{secrets.token_hex(4)}")}


def _here(made: Topology, value: str) -> str:
    """The URL of a database as it is on this machine: its name in the certificate stays."""
    if not value.startswith("postgresql://"):
        return value
    return value.replace("@postgres/", f"@postgres:{made.database.port}/") + "?hostaddr=127.0.0.1"


def _havn(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "services.havn", *arguments]
