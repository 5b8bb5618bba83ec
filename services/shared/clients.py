"""Channels to services: a token on every call, a deadline on every call, retries only where nothing was begun."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import grpc

from services.shared import purposes, traces
from services.shared.access import TOKEN_LIFETIME, Caller, Signer
from services.shared.call import purpose, reference, seconds_left
from services.shared.tls import Identity

DEADLINE_SECONDS = 10.0

OPTIONS: Sequence[tuple[str, Any]] = (
    (
        "grpc.service_config",
        json.dumps(
            {
                # An address may have several answers: each replica gets its share, and none that is away gets any.
                "loadBalancingConfig": [{"round_robin": {}}],
                "methodConfig": [
                    {
                        "name": [{}],
                        "retryPolicy": {
                            "maxAttempts": 4,
                            "initialBackoff": "0.1s",
                            "maxBackoff": "1s",
                            "backoffMultiplier": 2,
                            # A server that stops cancels, without a word, what arrived and nobody had begun.
                            "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
                        },
                    }
                ],
                "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
            }
        ),
    ),
    # A replica that hangs, or a machine that is gone without a word, is left behind within 15 seconds.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    # A replica that is back is found within a second: by default gRPC waits longer each time, up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A page of 200 families, each as long as it may be, is longer than gRPC's 4 MB.
    ("grpc.max_receive_message_length", 64 * 2**20),
)
"""What makes a channel of gRPC a client of Havn."""


class Tokens:
    """Gives a caller's token, made anew before it ends."""

    def __init__(self, signer: Signer, caller: Caller) -> None:
        self._signer = signer
        self._caller = caller
        self._token = ""
        self._until = 0.0

    def __call__(self) -> str:
        """A token that is good for another minute at least."""
        if time.monotonic() > self._until:
            self._token = self._signer.token(self._caller)
            self._until = time.monotonic() + TOKEN_LIFETIME - 60
        return self._token


class TokenFile:
    """Gives the token that a file holds, as it is at each call: somebody else keeps it new."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> str:
        """The token."""
        return self._path.read_text("ascii").strip()


Token = Callable[[], str]


def channel(service: str, address: str, token: Token, identity: Identity | None = None) -> grpc.aio.Channel:
    """A channel to a service, for services; with an identity over TLS, to whoever's certificate names the service."""
    signed: list[grpc.aio.ClientInterceptor] = [_AsyncSigned(token), _AsyncSignedStream(token)]
    if identity is None:
        return grpc.aio.insecure_channel(address, options=OPTIONS, interceptors=signed)
    credentials, options = identity.channel_credentials(), [*OPTIONS, named(service)]
    return grpc.aio.secure_channel(address, credentials, options=options, interceptors=signed)


def blocking_channel(
    service: str, address: str, token: Token, identity: Identity | None = None, said: str = ""
) -> grpc.Channel:
    """The same for the command line; `said` is the word for what its calls are for, where they do not say it."""
    return grpc.intercept_channel(plain_channel(service, address, identity), _Signed(token, said))


def plain_channel(service: str, address: str, identity: Identity | None = None) -> grpc.Channel:
    """A channel without a token: health alone asks for none."""
    if identity is None:
        return grpc.insecure_channel(address, options=OPTIONS)
    return grpc.secure_channel(address, identity.channel_credentials(), options=[*OPTIONS, named(service)])


def named(service: str) -> tuple[str, str]:
    """The option of a channel that asks for a service's name in the certificate, whatever the address."""
    return "grpc.default_authority", service


class _AsyncSigned(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: Token) -> None:
        self._token = token

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        """Gives a call made within another the rest of its time, its reference, its purpose and its trace."""
        within = {"x-request-id": reference(), purposes.HEADER: purpose(), "traceparent": traces.current()}
        named = [(name, value) for name, value in within.items() if value]
        metadata = grpc.aio.Metadata(*_signed_metadata(client_call_details.metadata, self._token), *named)
        timeout = min(client_call_details.timeout or DEADLINE_SECONDS, seconds_left())
        return await continuation(client_call_details._replace(metadata=metadata, timeout=timeout), request)


class _AsyncSignedStream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, token: Token) -> None:
        self._token = token

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        metadata = grpc.aio.Metadata(*_signed_metadata(client_call_details.metadata, self._token))
        return await continuation(client_call_details._replace(metadata=metadata), request)


class _Signed(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):
    def __init__(self, token: Token, said: str) -> None:
        self._token = token
        self._said = said

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        return continuation(self._signed(client_call_details), request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        return continuation(self._signed(client_call_details), request)

    def intercept_stream_unary(
        self,
        continuation: Any,  # noqa: ANN401
        client_call_details: Any,  # noqa: ANN401
        request_iterator: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return continuation(self._signed(client_call_details), request_iterator)

    def _signed(self, details: Any) -> Any:  # noqa: ANN401  # gRPC's details have no public type to make one
        metadata = _signed_metadata(details.metadata, self._token)
        if self._said and not any(name == purposes.HEADER for name, _value in metadata):
            metadata.append((purposes.HEADER, self._said))
        return details._replace(metadata=metadata, timeout=details.timeout or DEADLINE_SECONDS)


def _signed_metadata(metadata: Any, token: Token) -> list[tuple[str, Any]]:  # noqa: ANN401
    return [*(metadata or ()), ("authorization", f"Bearer {token()}")]
