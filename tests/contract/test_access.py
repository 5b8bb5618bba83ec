"""Who may call what: every user and every bad token against every RPC, as the .proto files say."""

import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from hmac import new as hmac
from json import dumps

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from joserfc import jwt
from joserfc.jwk import ECKey

from havn.access.v1.access_pb2 import Role
from services.havn.system import DEFINITIONS
from services.shared import access
from services.shared.access import Signer
from services.shared.errors import TokenInvalid
from tests import cast
from tests.conftest import Havn, refused, refused_fields
from tests.contract.descriptors import METHODS, call, required, service_of, unary

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


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


async def code_of(channels: Channels, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...]) -> str:
    try:
        await call(channels[service_of(method)], method, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


@pytest.mark.parametrize("method", CALLABLE, ids=lambda method: method.full_name)
@pytest.mark.parametrize("user", cast.EVERYBODY)
async def test_the_role_decides(user: str, method: MethodDescriptor, havn: Havn, channels: Channels) -> None:
    caller = cast.USERS[user]
    code = await code_of(channels, method, bearer(havn.signer.token(caller)))
    if caller.roles.isdisjoint(access.permission(method).roles):
        assert code == "PERMISSION_DENIED"
    else:
        assert code in ("OK", "INVALID_ARGUMENT")


def claims(**differing: object) -> dict[str, object]:
    """A coordinator's claims, good but for what differs; None leaves a claim out."""
    now = int(time.time())
    good = {"iss": "havn", "aud": "havn", "sub": "users/x", "iat": now, "nbf": now, "exp": now + 60, "jti": "0" * 32}
    everybody = {"roles": [name.removeprefix("ROLE_") for name in Role.keys()[1:]], "authority": "*"}
    narrowed = {"institution": "institutions/i", "home": "families/f"}
    return {name: value for name, value in (good | everybody | narrowed | differing).items() if value is not None}


def signed(key: ECKey, **differing: object) -> str:
    return jwt.encode({"alg": "ES256"}, claims(**differing), key, algorithms=["ES256"])


def part(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def by_hand(algorithm: str, secret: bytes = b"") -> str:
    """A token as no library makes it any more."""
    body = f"{part(dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{part(dumps(claims()).encode())}"
    return f"{body}.{part(hmac(secret, body.encode(), sha256).digest()) if secret else ''}"


def tampered(key: ECKey) -> str:
    head, _body, signature = signed(key).split(".")
    _head, body, _signature = signed(key, sub="users/y").split(".")
    return f"{head}.{body}.{signature}"


BAD_TOKENS: dict[str, Callable[[ECKey], str]] = {
    "expired": lambda key: signed(key, exp=int(time.time()) - 31),
    "forged": lambda _key: signed(ECKey.generate_key("P-256")),
    "for another audience": lambda key: signed(key, aud="elsewhere"),
    "of another issuer": lambda key: signed(key, iss="elsewhere"),
    "not yet valid": lambda key: signed(key, nbf=int(time.time()) + 60),
    "living too long": lambda key: signed(key, exp=int(time.time()) + 3600),
    "without end": lambda key: signed(key, exp=None),
    "without beginning": lambda key: signed(key, nbf=None),
    "without an id": lambda key: signed(key, jti=None),
    "without a moment of making": lambda key: signed(key, iat=None),
    "without subject": lambda key: signed(key, sub=None),
    "without audience": lambda key: signed(key, aud=None),
    "without issuer": lambda key: signed(key, iss=None),
    "with an unknown role": lambda key: signed(key, roles=["KING"]),
    "with one role as text": lambda key: signed(key, roles="COORDINATOR"),
    "of an institution that is not named": lambda key: signed(key, institution=None),
    "of a foster family that is not named": lambda key: signed(key, home=""),
    "with an end in words": lambda key: signed(key, exp="tomorrow"),
    "unsigned": lambda _key: by_hand("none"),
    "signed with the public key as secret": lambda key: by_hand("HS256", key.as_pem(private=False)),
    "tampered with": tampered,
    "no token at all": lambda _key: "x.y.z",
    "empty": lambda _key: "",
}

ON_EVERY_RPC = ("expired", "forged", "for another audience")


@pytest.fixture(scope="module")
def key(havn: Havn) -> ECKey:
    return access.key_from(havn.data / "keys" / "token.pem")


@pytest.mark.parametrize("method", CALLABLE, ids=lambda method: method.full_name)
@pytest.mark.parametrize("fault", ON_EVERY_RPC)
async def test_a_bad_token_opens_no_rpc(fault: str, method: MethodDescriptor, key: ECKey, channels: Channels) -> None:
    with refused("UNAUTHENTICATED", "TOKEN_INVALID"):
        await call(channels[service_of(method)], method, metadata=bearer(BAD_TOKENS[fault](key)))


@pytest.mark.parametrize("method", CALLABLE, ids=lambda method: method.full_name)
async def test_no_token_opens_no_rpc(method: MethodDescriptor, channels: Channels) -> None:
    with refused("UNAUTHENTICATED", "TOKEN_MISSING"):
        await call(channels[service_of(method)], method)


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
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
        await anext(aiter(ask(asked(), timeout=10)))
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
