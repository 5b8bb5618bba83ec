"""What a token must be, and what else stands before every RPC; who may call what is in test_access_product.py."""

import time
from collections.abc import AsyncIterator, Callable

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from joserfc.jwk import ECKey

from services.havn.system import DEFINITIONS
from services.shared import access
from services.shared.access import Signer
from services.shared.errors import TokenInvalid
from tests import cast
from tests.conftest import Havn, refused, refused_fields
from tests.contract.descriptors import METHODS, call, required, service_of, unary
from tests.contract.forged import FORGED, bearer, signed

RUNNING = {definition.name for definition in DEFINITIONS}
CALLABLE = [method for method in METHODS if service_of(method) in RUNNING]
Channels = dict[str, grpc.aio.Channel]


@pytest_asyncio.fixture(scope="module")
async def channels(havn: Havn) -> AsyncIterator[Channels]:
    """Channels that add nothing to a call."""
    plain = {name: grpc.aio.insecure_channel(running.address) for name, running in havn.services.items()}
    yield plain
    for channel in plain.values():
        await channel.close()


async def code_of(channels: Channels, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...]) -> str:
    try:
        await call(channels[service_of(method)], method, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


@pytest.fixture(scope="module")
def key(havn: Havn) -> ECKey:
    return access.key_from(havn.data / "keys" / "token.pem")


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
async def test_a_token_is_refused_that_is(make: Callable[[ECKey], str], key: ECKey, channels: Channels) -> None:
    with refused("UNAUTHENTICATED", "TOKEN_INVALID"):
        await call(channels["placements"], CALLABLE[0], metadata=bearer(make(key)))


async def test_a_good_token_of_the_same_making_passes(key: ECKey, channels: Channels) -> None:
    assert await code_of(channels, CALLABLE[0], bearer(signed(key))) == "INVALID_ARGUMENT"


async def test_a_token_under_another_scheme_is_no_token(key: ECKey, channels: Channels) -> None:
    with refused("UNAUTHENTICATED", "TOKEN_MISSING"):
        await call(channels["placements"], CALLABLE[0], metadata=(("authorization", f"Basic {signed(key)}"),))


@pytest.mark.parametrize(
    "method", [method for method in CALLABLE if unary(method)], ids=lambda method: method.full_name
)
async def test_an_empty_request_is_refused_by_the_names_of_its_required_fields(
    method: MethodDescriptor, havn: Havn, channels: Channels
) -> None:
    caller = cast.with_role(access.permission(method).roles[0])
    metadata = bearer(havn.signer.token(caller))
    if not required(method.input_type):
        await call(channels[service_of(method)], method, metadata=metadata)
        return
    with refused_fields(*required(method.input_type)):
        await call(channels[service_of(method)], method, metadata=metadata)


@pytest.mark.parametrize("service", sorted(RUNNING))
async def test_a_refusal_names_its_service(service: str, channels: Channels) -> None:
    method = next(method for method in CALLABLE if service_of(method) == service)
    with refused("UNAUTHENTICATED", "TOKEN_MISSING") as seen:
        await call(channels[service], method)
    assert seen[0].domain == f"havn.{service}"


@pytest.mark.parametrize("service", sorted(RUNNING))
async def test_health_is_open_to_all(service: str, channels: Channels) -> None:
    check = channels[service].unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    for name in ("", next(method for method in CALLABLE if service_of(method) == service).containing_service.full_name):
        answer = await check(health_pb2.HealthCheckRequest(service=name), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", sorted(RUNNING))
async def test_reflection_is_for_those_who_signed_in(service: str, havn: Havn, channels: Channels) -> None:
    async def asked() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="*")

    ask = channels[service].stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    with refused("UNAUTHENTICATED", "TOKEN_MISSING"):
        # Before anything is asked: gRPC may tell who still writes of nothing but that it could not.
        await ask(timeout=10).read()
    metadata = bearer(havn.signer.token(cast.STRANGER))
    answers = ask(asked(), timeout=10, metadata=metadata)
    listed = (await anext(aiter(answers))).list_services_response.service
    assert any(one.name.startswith(f"havn.{service}.") for one in listed)


def test_a_service_with_an_rpc_that_has_no_permission_does_not_start() -> None:
    health = health_pb2.DESCRIPTOR.services_by_name["Health"]
    with pytest.raises(LookupError, match="has no permission option"):
        access.permissions([health])  # type: ignore[list-item]


def test_a_token_is_refused_by_whoever_trusts_another_key() -> None:
    signer = Signer(ECKey.generate_key("P-256"))
    assert signer.verifier().caller(signer.token(cast.COORDINATOR)) == cast.COORDINATOR
    with pytest.raises(TokenInvalid):
        Signer(ECKey.generate_key("P-256")).verifier().caller(signer.token(cast.COORDINATOR))


def test_a_token_that_was_good_is_refused_once_its_time_is_over() -> None:
    signer = Signer(ECKey.generate_key("P-256"))
    clock = [time.time()]
    verifier, token = signer.verifier(now=lambda: clock[0]), signer.token(cast.COORDINATOR)
    assert verifier.caller(token) == cast.COORDINATOR
    clock[0] += 700
    with pytest.raises(TokenInvalid):
        verifier.caller(token)
