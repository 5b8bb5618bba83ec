"""Who may speak with whom over TLS, and that renewed certificates count without a restart."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import nats.errors
import pytest
import pytest_asyncio
import trustme
from joserfc.jwk import ECKey
from nats.aio.client import Client

from deploy.certificates import issue
from havn.placements.v1 import placements_pb2 as pb
from havn.placements.v1 import placements_pb2_grpc as rpc
from services.shared import clients, events, tls
from services.shared.access import Signer
from services.shared.server import Context
from services.shared.settings import Settings
from tests import cast
from tests.conftest import WAIT_SECONDS, eventually
from tests.nodes import environment, node
from tests.processes import free_port

if TYPE_CHECKING:
    from havn.placements.v1.placements_pb2_grpc import PlacementsServiceAsyncStub

# It meets no database.
pytestmark = pytest.mark.once

TOKEN = clients.Tokens(Signer(ECKey.generate_key("P-256")), cast.SERVICE)


@dataclass
class Answering(rpc.PlacementsServiceServicer):
    """Says who answered."""

    name: str

    async def GetRequest(self, request: pb.GetRequestRequest, context: Context) -> pb.PlacementRequest:
        return pb.PlacementRequest(name=self.name)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Havn tests")


@pytest.fixture
def placements(authority: trustme.CA, tmp_path: Path) -> tls.Identity:
    return issue(authority, tmp_path / "placements", "placements")


@pytest.fixture
def capacity(authority: trustme.CA, tmp_path: Path) -> tls.Identity:
    return issue(authority, tmp_path / "capacity", "capacity")


@asynccontextmanager
async def serving(identity: tls.Identity, name: str = "one", port: int = 0) -> AsyncIterator[int]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    rpc.add_PlacementsServiceServicer_to_server(Answering(name), server)  # type: ignore[abstract]
    port = server.add_secure_port(f"127.0.0.1:{port}", identity.server_credentials())
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


@pytest_asyncio.fixture
async def port(placements: tls.Identity) -> AsyncIterator[int]:
    async with serving(placements) as port:
        yield port


async def answer(port: int, identity: tls.Identity | None, times: int = 1, address: str = "") -> Counter[str]:
    """Who answers a service that shows this identity, or none."""
    channel = clients.channel("placements", address or f"127.0.0.1:{port}", TOKEN, identity)
    async with channel:
        stub: PlacementsServiceAsyncStub = rpc.PlacementsServiceStub(channel)
        return Counter([(await stub.GetRequest(pb.GetRequestRequest(name="r"))).name for _ in range(times)])


async def is_turned_away(port: int, identity: tls.Identity | None) -> bool:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await answer(port, identity)
    return caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_both_have_certificates_of_one_authority(port: int, capacity: tls.Identity) -> None:
    assert await answer(port, capacity) == {"one": 1}


async def test_who_has_no_certificate_is_turned_away(port: int, placements: tls.Identity) -> None:
    assert await is_turned_away(port, None)
    credentials = grpc.ssl_channel_credentials(placements.authority.read_bytes())
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, [clients.named("placements")]) as channel:
        stub: PlacementsServiceAsyncStub = rpc.PlacementsServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError, match="UNAVAILABLE"):
            await stub.GetRequest(pb.GetRequestRequest(name="r"), timeout=WAIT_SECONDS)


async def test_who_has_a_certificate_of_somebody_else_or_an_old_one_is_turned_away(
    port: int, authority: trustme.CA, tmp_path: Path
) -> None:
    other = issue(trustme.CA(organization_name="Havn tests"), tmp_path / "other", "capacity")
    # It trusts the right authority, so that it is the server that turns it away.
    assert await is_turned_away(port, tls.Identity(other.certificate, other.key, tmp_path / "placements/authority.pem"))
    assert await is_turned_away(port, issue(authority, tmp_path / "old", "capacity", days=-1))


@pytest.mark.parametrize("fault", ["another name", "another authority", "expired"])
async def test_a_server_that_is_not_placements_is_told_nothing(
    fault: str, authority: trustme.CA, capacity: tls.Identity, tmp_path: Path
) -> None:
    signing = trustme.CA(organization_name="Havn tests") if fault == "another authority" else authority
    name = "families" if fault == "another name" else "placements"
    shown = issue(signing, tmp_path / "shown", name, "127.0.0.1", days=-1 if fault == "expired" else 1)
    trusting = tls.Identity(shown.certificate, shown.key, capacity.authority)
    async with serving(trusting) as port:
        assert await is_turned_away(port, capacity)


async def test_renewed_certificates_count_without_a_restart(
    port: int, placements: tls.Identity, capacity: tls.Identity
) -> None:
    assert await answer(port, capacity) == {"one": 1}
    renewed = trustme.CA(organization_name="Havn tests")
    issue(renewed, placements.certificate.parent, "placements")
    assert await is_turned_away(port, capacity)
    issue(renewed, capacity.certificate.parent, "capacity")
    assert await answer(port, capacity) == {"one": 1}


async def test_a_certificate_that_can_not_be_read_leaves_the_one_before(
    port: int, placements: tls.Identity, capacity: tls.Identity
) -> None:
    placements.key.unlink()
    assert await answer(port, capacity) == {"one": 1}


async def test_replicas_at_one_address_share_calls_and_stand_in_for_each_other(
    placements: tls.Identity, capacity: tls.Identity
) -> None:
    async with serving(placements, "one") as first:
        async with serving(placements, "two") as second:
            address = f"ipv4:127.0.0.1:{first},127.0.0.1:{second}"
            shared = await answer(0, capacity, 20, address)
            assert set(shared) == {"one", "two"}
        assert await answer(0, capacity, 20, address) == {"one": 20}


@pytest.mark.parametrize("given", [("certificate",), ("certificate", "key"), ("authority",)])
def test_some_of_the_files_are_too_few(given: Sequence[str], placements: tls.Identity) -> None:
    with pytest.raises(ValueError, match=r"HAVN_TLS_\w+ must be given too"):
        Settings(**{f"tls_{name}": getattr(placements, name) for name in given})


async def answers(client: Client) -> bool:
    """Whether NATS answers; a connection that was lost answers once it is back."""
    try:
        await client.flush(1)
    except (nats.errors.Error, TimeoutError):
        return False
    return True


@contextmanager
def nats_node(identity: tls.Identity, port: int = 0) -> Iterator[str]:
    """A node that runs as deployed but by itself, and its URL."""
    route = free_port()
    # A node of a cluster asks for routes: here to itself.
    variables = environment(identity, [f"nats://127.0.0.1:{route}"])
    started = node("nats-1", identity.certificate.parent, variables, route, port)
    started.process.start()
    try:
        started.wait_until_it_listens()
        yield f"tls://127.0.0.1:{started.client_port}"
    finally:
        started.process.kill()


async def test_nats_is_spoken_with_over_tls(authority: trustme.CA, capacity: tls.Identity, tmp_path: Path) -> None:
    with nats_node(issue(authority, tmp_path / "nats", "nats")) as url:
        client = await events.connect(url, "capacity", capacity)
        await client.flush(int(WAIT_SECONDS))
        await client.close()


async def fails_to_connect(url: str, identity: tls.Identity, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a service is still not connected after some tries."""
    monkeypatch.setattr(events, "CONNECT_SECONDS", 1.0)
    with pytest.raises(nats.errors.NoServersError):
        await events.connect(url, "capacity", identity)
    return True


@pytest.mark.parametrize("fault", ["another name", "another authority"])
async def test_a_node_that_is_not_nats_is_told_nothing(
    fault: str, authority: trustme.CA, capacity: tls.Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = trustme.CA(organization_name="Havn tests") if fault == "another authority" else authority
    shown = issue(signing, tmp_path / "nats", "families" if fault == "another name" else "nats", "127.0.0.1")
    with nats_node(shown) as url:
        assert await fails_to_connect(url, capacity, monkeypatch)


async def test_nats_turns_away_who_has_a_certificate_of_somebody_else(
    authority: trustme.CA, capacity: tls.Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = issue(trustme.CA(organization_name="Havn tests"), tmp_path / "other", "capacity")
    trusting = tls.Identity(other.certificate, other.key, capacity.authority)
    with nats_node(issue(authority, tmp_path / "nats", "nats")) as url:
        assert await fails_to_connect(url, trusting, monkeypatch)


async def test_a_renewed_certificate_counts_when_nats_is_connected_to_again(
    authority: trustme.CA, capacity: tls.Identity, tmp_path: Path
) -> None:
    with nats_node(issue(authority, tmp_path / "nats", "nats")) as url:
        port = int(url.rpartition(":")[2])
        client = await events.connect(url, "capacity", capacity)
    renewed = trustme.CA(organization_name="Havn tests")
    issue(renewed, capacity.certificate.parent, "capacity")
    identity = issue(renewed, tmp_path / "nats", "nats")
    with nats_node(identity, port):
        await eventually(lambda: answers(client))
        await client.close()
