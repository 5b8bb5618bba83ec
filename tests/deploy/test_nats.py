import asyncio
import contextlib
import os
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.shared.events import connect, ensure_stream
from tests.deploy.files import NATS_CONFIG, compose, filled_in

BINARY = Path(sysconfig.get_path("scripts"), "nats-server")
NODES = {name: node for name, node in compose()["services"].items() if name.startswith("nats-")}
PASSWORD = "havn-0123456789"
WAIT_SECONDS = 30.0


def environment(routes: Sequence[str]) -> dict[str, str]:
    return os.environ | {"NATS_PASSWORD": PASSWORD, "NATS_ROUTES": f"[{', '.join(routes)}]"}


@pytest.mark.parametrize("name", NODES)
def test_the_configuration_of_a_node_is_valid(name: str) -> None:
    given: dict[str, Any] = NODES[name]["environment"]
    variables = {variable: filled_in(value, {"NATS_PASSWORD": PASSWORD}) for variable, value in given.items()}
    checked = subprocess.run(
        [BINARY, "-t", "-c", NATS_CONFIG, "--name", name], env=os.environ | variables, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("missing", ["NATS_PASSWORD", "NATS_ROUTES"])
def test_a_node_does_not_start_without(missing: str) -> None:
    variables = {name: value for name, value in environment([]).items() if name != missing}
    checked = subprocess.run([BINARY, "-t", "-c", NATS_CONFIG], env=variables, capture_output=True, text=True)
    assert checked.returncode != 0
    assert missing in checked.stderr


def test_every_write_is_synced() -> None:
    assert "sync_interval: always" in NATS_CONFIG.read_text("utf-8")


async def test_three_nodes_become_one_cluster_that_carries_a_services_stream(tmp_path: Path) -> None:
    async with cluster(tmp_path) as ports:
        client = await connect(f"nats://havn:{PASSWORD}@127.0.0.1:{ports[0]}", "placements")
        try:
            await ensure_stream(client.jetstream(), "placements")
            info = await client.jetstream().stream_info("placements")
            await client.jetstream().publish("havn.placements.v1.request.created.r-1", b"")
        finally:
            await client.close()
    assert info.cluster is not None
    assert info.cluster.name == "havn"
    assert info.cluster.leader in NODES


@contextlib.asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[list[int]]:
    """Three nodes of the deployment's configuration on this machine, healthy; their ports for clients."""
    clients, routes, health = free_ports(3), free_ports(3), free_ports(3)
    variables = environment([f"nats://route:{PASSWORD}@127.0.0.1:{port}" for port in routes])
    async with contextlib.AsyncExitStack() as nodes:
        for name, *ports in zip(NODES, clients, routes, health, strict=True):
            config = configuration(folder / name)
            await nodes.enter_async_context(node(name, ports, config, variables))
        for port in health:
            await asyncio.to_thread(wait_until_healthy, port)
        yield clients


def configuration(folder: Path) -> Path:
    """The deployment's, with another data folder: that can't be changed from the command line."""
    folder.mkdir()
    config = folder / "nats.conf"
    config.write_text(NATS_CONFIG.read_text("utf-8").replace('"/data"', f'"{folder}"'), "utf-8")
    return config


@contextlib.asynccontextmanager
async def node(name: str, ports: list[int], config: Path, variables: dict[str, str]) -> AsyncIterator[None]:
    client, route, health = map(str, ports)
    here = ["--addr", "127.0.0.1", "-p", client, "-m", health, "--cluster", f"nats://127.0.0.1:{route}"]
    command = [str(BINARY), "-c", str(config), "--name", name, *here, "-l", str(config.with_name("nats.log"))]
    running = await asyncio.create_subprocess_exec(*command, env=variables)
    try:
        yield
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as taken:
        sockets = [taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def wait_until_healthy(port: int) -> None:
    """Asks what the compose file's health check asks, until the answer is yes."""
    (url,) = {word for word in NODES["nats-1"]["healthcheck"]["test"][-1].split("'") if word.startswith("http:")}
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_healthy(url.replace("8222", str(port))):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_healthy(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
    return True
