"""A gate before every RPC: each call passes the same steps.

The steps, outermost first: safe errors and one log line, reference, room for one more call, token, rate, permission,
deadline, message. A handler sees only calls that passed them all; what it raises leaves as a status that tells nothing
it should not.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from havn.access.v1 import access_pb2
from services.shared import access, checks, metrics, purposes, status, traces
from services.shared.call import Call, begin
from services.shared.courtesy import Courtesy
from services.shared.errors import (
    BadInput,
    DeadlineInvalid,
    DeadlinePassed,
    NameTaken,
    NotFound,
    RoleNotAllowed,
    TokenMissing,
    TokenRevoked,
)
from services.shared.limits import Calls, Rates
from services.shared.names import looks_like_cpr
from services.shared.store import Store
from services.shared.watching import Watched

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[object, object]

MAX_UNARY_SECONDS = 30.0
MAX_STREAM_SECONDS = 3600.0
OPEN_PREFIX = "/grpc.health.v1.Health/"
SIGNED_IN_PREFIX = "/grpc.reflection."

_REFERENCE = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True)
class Gate:
    """What calls of one service must pass."""

    service: str
    verifier: access.Verifier
    permissions: dict[str, access_pb2.Permission]
    store: Store
    calls: Calls
    rates: Rates
    watched: Sequence[Watched[Any]] = ()
    """What streams show that end with the service."""
    courtesy: Courtesy = field(default_factory=Courtesy)


class Interceptor(grpc.aio.ServerInterceptor):
    """Leads every call but health through the gate."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._guarded: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler, with the gate before it."""
        path = handler_call_details.method
        if path in self._guarded:
            return self._guarded[path]
        handler = await continuation(handler_call_details)
        if handler is None or path.startswith(OPEN_PREFIX):
            return handler
        self._guarded[path] = _guarded(Guard(self._gate, path, handler))
        return self._guarded[path]


def _guarded(guard: Guard) -> grpc.RpcMethodHandler[Any, Any]:
    handler = guard.handler
    # Bytes are parsed inside the gate, so that a malformed message is refused in words.
    if handler.request_streaming and handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(guard.stream_stream, None, handler.response_serializer)
    if handler.request_streaming:
        return grpc.stream_unary_rpc_method_handler(guard.stream_unary, None, handler.response_serializer)
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(guard.unary_stream, None, handler.response_serializer)
    return grpc.unary_unary_rpc_method_handler(guard.unary_unary, None, handler.response_serializer)


@dataclass(frozen=True)
class Guard:
    """One RPC behind the gate, in each of gRPC's four shapes."""

    gate: Gate
    path: str
    handler: Any

    async def unary_unary(self, data: bytes, context: Context) -> Message:
        """One request, one answer."""
        async with self._passed(context) as call:
            answer: Message = await self.handler.unary_unary(self._parsed(call, data), context)
            await self._record_read(call, answer)
        return answer

    async def stream_unary(self, data: AsyncIterator[bytes], context: Context) -> Message:
        """Many requests, one answer."""
        async with self._passed(context):
            answer: Message = await self.handler.stream_unary(self._parsed_each(data), context)
        return answer

    async def unary_stream(self, data: bytes, context: Context) -> AsyncIterator[Message]:
        """One request, many answers."""
        async with self._passed(context) as call:
            refuse_revoked = self.gate.verifier.standing(_token(_metadata(context)))
            async with aclosing(self.handler.unary_stream(self._parsed(call, data), context)) as answers:
                async for answer in answers:
                    refuse_revoked()
                    await self._record_read(call, answer)
                    yield answer

    async def stream_stream(self, data: AsyncIterator[bytes], context: Context) -> AsyncIterator[Message]:
        """Many requests, many answers: reflection is the only one."""
        async with self._passed(context):
            async for answer in self.handler.stream_stream(self._parsed_each(data), context):
                yield answer

    @property
    def _shows_many(self) -> bool:
        return bool(self.handler.response_streaming and not self.handler.request_streaming)

    @asynccontextmanager
    async def _passed(self, context: Context) -> AsyncIterator[Call]:
        metadata = _metadata(context)
        call = Call(self.path, _reference(metadata))
        async with AsyncExitStack() as steps:
            await steps.enter_async_context(_safe_errors(self.gate.service, call, context))
            steps.enter_context(self.gate.calls.one_more(streaming=self._shows_many))
            call.caller = self._caller(metadata)
            begin(call)
            structlog.contextvars.bind_contextvars(actor=call.caller.subject, roles=call.caller.role_names())
            of_service = access_pb2.ROLE_SERVICE in call.caller.roles
            parent = str(metadata.get("traceparent", "")) if of_service else ""
            steps.enter_context(traces.call(self.gate.service, self.path, call.reference, parent))
            if not of_service:
                self.gate.rates.take(call.caller.subject)
                # Who watches waits for events.
                steps.enter_context(nullcontext() if self._shows_many else self.gate.courtesy.caller())
            await steps.enter_async_context(self._recorded_refusals(call))
            self._authorise(call)
            call.purpose = _purpose(metadata)
            streaming = self.handler.request_streaming or self.handler.response_streaming
            most = MAX_STREAM_SECONDS if streaming else MAX_UNARY_SECONDS
            await steps.enter_async_context(_deadline(context, call, most))
            yield call

    def _caller(self, metadata: dict[str, str | bytes]) -> access.Caller:
        try:
            return self.gate.verifier.caller(_token(metadata))
        except TokenRevoked as error:
            structlog.contextvars.bind_contextvars(actor=error.subject)
            raise

    def _authorise(self, call: Call) -> None:
        if not self.path.startswith(SIGNED_IN_PREFIX):
            access.authorise(call.caller, self.gate.permissions[self.path])

    def _parsed(self, call: Call, data: bytes) -> Message:
        message = self._message(data)
        checks.check(message)
        call.request = message
        return message

    async def _parsed_each(self, data: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        # Rows of an import are checked one by one, so that all their problems can be told together.
        async for item in data:
            yield self._message(item)

    def _message(self, data: bytes) -> Message:
        try:
            message: Message = self.handler.request_deserializer(data)
        except DecodeError as error:
            raise BadInput.of("message", "is not the message that this RPC takes") from error
        # What no check knows must not be kept, nor travel on in an event.
        message.DiscardUnknownFields()
        return message

    async def _record_read(self, call: Call, answer: Message) -> None:
        if self.gate.permissions[self.path].case_content:
            await self.gate.store.record_read(call, answer)

    @asynccontextmanager
    async def _recorded_refusals(self, call: Call) -> AsyncIterator[None]:
        try:
            yield
        except (NotFound, NameTaken, RoleNotAllowed) as error:
            await self.gate.store.record_refusal(call, error.reason)
            raise


@asynccontextmanager
async def _safe_errors(service: str, call: Call, context: Context) -> AsyncIterator[None]:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service, rpc=call.rpc, reference=call.reference)
    begun, code = time.perf_counter(), "CANCELLED"
    under_way = metrics.RPCS_UNDER_WAY.labels(service)
    under_way.inc()
    try:
        yield
        code = "OK"
    except Exception as error:  # noqa: BLE001  # the outermost step: of a fault nothing leaves but a reference
        told = status.told(error, call.reference)
        code = told.code
        structlog.contextvars.bind_contextvars(reason=told.reason)
        if told is not error:
            log.error("rpc.failed", exception=error)
        await context.abort_with_status(rpc_status.to_status(status.status(told, service, call.reference)))
    finally:
        seconds = time.perf_counter() - begun
        under_way.dec()
        metrics.answered(service, call.rpc, code, seconds)
        log.info("rpc.answered", code=code, milliseconds=round(seconds * 1000, 1))


@asynccontextmanager
async def _deadline(context: Context, call: Call, most: float) -> AsyncIterator[None]:
    remaining = context.time_remaining()
    # gRPC gives a call without a deadline one that is centuries away.
    if remaining is None or remaining > 10 * MAX_STREAM_SECONDS:
        raise DeadlineInvalid(f"set a deadline: {most:.0f} seconds at most are used")
    call.until = time.monotonic() + min(remaining, most)
    try:
        async with asyncio.timeout(min(remaining, most)):
            yield
    except TimeoutError as error:
        raise DeadlinePassed("not done in time: try again with a later deadline") from error


def _reference(metadata: dict[str, str | bytes]) -> str:
    given = str(metadata.get("x-request-id", ""))
    return given if _REFERENCE.fullmatch(given) and not looks_like_cpr(given) else uuid.uuid4().hex


def _metadata(context: Context) -> dict[str, str | bytes]:
    return {str(key): value for key, value in context.invocation_metadata() or ()}


def _token(metadata: dict[str, str | bytes]) -> str:
    given = str(metadata.get("authorization", ""))
    if not given.startswith("Bearer "):
        raise TokenMissing("send a token: authorization: Bearer …")
    return given.removeprefix("Bearer ")


def _purpose(metadata: dict[str, str | bytes]) -> str:
    given = str(metadata.get(purposes.HEADER, ""))
    if given and given not in purposes.WORDS:
        raise BadInput.of(purposes.HEADER, f"must be one of {', '.join(purposes.WORDS)}, or left out")
    return given
