import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
from nats.errors import Error as NatsError
from nats.errors import NoServersError

from deploy import nats_users
from deploy.certificates import issue
from services.shared import events
from services.shared.events import connect
from services.shared.streams import Streams
from tests.conftest import WAIT_SECONDS
from tests.deploy.files import NATS_CONFIG, compose, filled_in
from tests.nodes import BINARY, NAMES, PASSWORD, cluster, environment

AT_ONCE = 12

NODES = {name: node for name, node in compose()["services"].items() if name.startswith("nats-")}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Havn tests")


@pytest.mark.parametrize("name", NODES)
def test_the_configuration_of_a_node_is_valid(name: str, authority: trustme.CA, tmp_path: Path) -> None:
    issue(authority, tmp_path, "nats", name)
    given: dict[str, Any] = NODES[name]["environment"]
    variables = {
        variable: filled_in(value, {"NATS_PASSWORD": PASSWORD}).replace("/run/secrets/havn", str(tmp_path))
        for variable, value in given.items()
    }
    checked = subprocess.run(
        [BINARY, "-t", "-c", NATS_CONFIG, "--name", name], env=os.environ | variables, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("missing", ["NATS_PASSWORD", "NATS_ROUTES", "NATS_CERTIFICATE", "NATS_KEY", "NATS_AUTHORITY"])
def test_a_node_does_not_start_without(missing: str, authority: trustme.CA, tmp_path: Path) -> None:
    given = environment(issue(authority, tmp_path, "nats"), [])
    variables = {name: value for name, value in given.items() if name != missing}
    checked = subprocess.run([BINARY, "-t", "-c", NATS_CONFIG], env=variables, capture_output=True, text=True)
    assert checked.returncode != 0
    assert missing in checked.stderr


def test_every_write_is_synced() -> None:
    assert "sync_interval: always" in NATS_CONFIG.read_text("utf-8")


async def test_three_nodes_become_one_cluster_that_carries_a_services_stream(
    authority: trustme.CA, tmp_path: Path
) -> None:
    assert tuple(NODES) == NAMES
    nodes = cluster(authority, tmp_path)
    try:
        nodes.start()
        client = await connect(nodes.url, "placements", issue(authority, tmp_path / "placements", "placements"))
        try:
            info = await Streams(client, replicas=3, megabytes=1).stream("placements")
            await client.jetstream().publish("havn.placements.v1.request.created.r-1", b"")
        finally:
            await client.close()
        await refuses_what_the_certificate_does_not_name(nodes.url, authority, tmp_path)
    finally:
        nodes.stop()
    assert info.cluster is not None
    assert info.cluster.name == "havn"
    assert info.cluster.replicas is not None
    assert {info.cluster.leader, *(peer.name for peer in info.cluster.replicas)} == NODES.keys()


async def refuses_what_the_certificate_does_not_name(url: str, authority: trustme.CA, folder: Path) -> None:
    """A service announces in its own name alone, whatever it says; people are no users of NATS."""
    capacity = await connect(url, "placements", issue(authority, folder / "capacity", "capacity"))
    with pytest.raises(NatsError):
        await capacity.jetstream().publish("havn.placements.v1.request.created.r-2", b"", timeout=1)
    await capacity.close()
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(events, "CONNECT_SECONDS", 1.0)
        operator = issue(authority, folder / "operator", "operator")
        # Cut off in the middle of a handshake, nats-py itself waits for ever: of many, some are.
        connecting = [connect(url, "operator", operator) for _ in range(AT_ONCE)]
        async with asyncio.timeout(WAIT_SECONDS):
            answers = await asyncio.gather(*connecting, return_exceptions=True)
        assert {type(answer) for answer in answers} == {NoServersError}


def test_the_users_are_those_of_the_table() -> None:
    assert nats_users.FILE.read_text("utf-8") == nats_users.text(), "run python -m deploy.nats_users"
