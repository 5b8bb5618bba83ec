"""Channels to services: a token on every call, a deadline on every call, retries only where nothing was begun."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import grpc

from services.shared.access import TOKEN_LIFETIME, Caller, Signer

DEADLINE_SECONDS = 10.0

_OPTIONS: Sequence[tuple[str, Any]] = (
    (
        "grpc.service_config",
        json.dumps(
            {
                "methodConfig": [
                    {
                        "name": [{}],
                        "retryPolicy": {
                            "maxAttempts": 4,
                            "initialBackoff": "0.1s",
                            "maxBackoff": "1s",
                            "backoffMultiplier": 2,
                            "retryableStatusCodes": ["UNAVAILABLE"],
                        },
                    }
                ],
                "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
            }
        ),
    ),
    ("grpc.keepalive_time_ms", 30_000),
)


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


Token = Callable[[], str]


def channel(address: str, token: Token) -> grpc.aio.Channel:
    """A channel for services."""
    return grpc.aio.insecure_channel(address, options=_OPTIONS, interceptors=[_AsyncSigned(token)])


def blocking_channel(address: str, token: Token) -> grpc.Channel:
    """A channel for the command line."""
    plain = grpc.insecure_channel(address, options=_OPTIONS)
    return grpc.intercept_channel(plain, _Signed(token))


class _AsyncSigned(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: Token) -> None:
        self._token = token

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        metadata = grpc.aio.Metadata(*_signed_metadata(client_call_details.metadata, self._token))
        timeout = client_call_details.timeout or DEADLINE_SECONDS
        return await continuation(client_call_details._replace(metadata=metadata, timeout=timeout), request)


class _Signed(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):
    def __init__(self, token: Token) -> None:
        self._token = token

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
        return details._replace(metadata=metadata, timeout=details.timeout or DEADLINE_SECONDS)


def _signed_metadata(metadata: Any, token: Token) -> list[tuple[str, Any]]:  # noqa: ANN401
    return [*(metadata or ()), ("authorization", f"Bearer {token()}")]
