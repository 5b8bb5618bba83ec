"""Nodes of NATS as they are deployed, as plain processes on this machine."""

import os
import socket
import sysconfig
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

from deploy.certificates import issue
from services.shared.tls import Identity
from tests.processes import Process, free_port

BINARY = Path(sysconfig.get_path("scripts"), "nats-server")
CONFIG = Path(__file__).parents[1] / "deploy" / "nats" / "cluster.conf"
USERS = CONFIG.with_name("users.conf")
NAMES = ("nats-1", "nats-2", "nats-3")
PASSWORD = "havn-0123456789"
LIVENESS = "/healthz?js-enabled-only=true"
"""What the deployment's liveness probe asks for."""

WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Node:
    """One node: its process and its ports."""

    process: Process
    client_port: int
    health_port: int

    def wait_until_it_listens(self) -> None:
        """Returns once it takes connections, whether or not the other nodes are there."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.client_port)):
                return
            assert self.process.lives, self.process.told()
            assert time.monotonic() < deadline, self.process.told()
            time.sleep(0.05)

    def wait_until_healthy(self) -> None:
        """Asks what the health checks of the deployment ask, until the answer is yes."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_healthy(f"http://127.0.0.1:{self.health_port}/healthz"):
            assert self.process.lives, self.process.told()
            assert time.monotonic() < deadline, self.process.told()
            time.sleep(0.05)


@dataclass(frozen=True)
class Cluster:
    """Three nodes that know each other."""

    nodes: dict[str, Node]

    @property
    def url(self) -> str:
        """As services are told it: all nodes. Their certificates say who they are."""
        return ",".join(f"tls://127.0.0.1:{node.client_port}" for node in self.nodes.values())

    def start(self) -> None:
        for node in self.nodes.values():
            node.process.start()
        for node in self.nodes.values():
            node.wait_until_healthy()

    def stop(self) -> None:
        for node in self.nodes.values():
            node.process.kill()


def environment(identity: Identity, routes: list[str]) -> dict[str, str]:
    """What the deployment's configuration reads."""
    return dict(os.environ) | {
        "NATS_PASSWORD": PASSWORD,
        "NATS_ROUTES": f"[{', '.join(routes)}]",
        "NATS_CERTIFICATE": str(identity.certificate),
        "NATS_KEY": str(identity.key),
        "NATS_AUTHORITY": str(identity.authority),
    }


def cluster(authority: trustme.CA, folder: Path) -> Cluster:
    """The three nodes of the deployment, not yet started."""
    routes = {name: free_port() for name in NAMES}
    known = [f"nats://route:{PASSWORD}@127.0.0.1:{port}" for port in routes.values()]
    identities = {name: issue(authority, folder / name, "nats", name, "127.0.0.1") for name in NAMES}
    return Cluster(
        {name: node(name, folder / name, environment(identities[name], known), routes[name]) for name in NAMES}
    )


def node(name: str, folder: Path, variables: dict[str, str], route_port: int, client_port: int = 0) -> Node:
    """A node over a folder, not yet started."""
    client, health = client_port or free_port(), free_port()
    config = folder / "nats.conf"
    # The data folder alone can't be given on the command line.
    config.write_text(CONFIG.read_text("utf-8").replace('"/data"', f'"{folder}"'), "utf-8")
    (folder / USERS.name).write_bytes(USERS.read_bytes())
    here = ["--addr", "127.0.0.1", "-p", str(client), "-m", str(health), "--cluster", f"nats://127.0.0.1:{route_port}"]
    command = [str(BINARY), "-c", str(config), "--name", name, *here]
    return Node(Process(name, command, variables, folder / "nats.log"), client, health)


def is_healthy(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
    return True
