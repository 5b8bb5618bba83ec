"""Refusals as gRPC statuses: the one place where an error meets the wire."""

import math

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from services.shared.errors import BadInput, DeadlinePassed, HavnError, PeerAway, StateNotAllowed

# gRPC drops an answer whose metadata exceed 8 KB. The text travels twice and the details grow by a third on the way.
MOST_TEXT = 1_000
MOST_DETAIL_BYTES = 3_000

_PEER_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)


def status(error: HavnError, service: str, reference: str) -> status_pb2.Status:
    """The status with one ErrorInfo and, for fields, a BadRequest. `service` is such as "placements"."""
    code: int = grpc.StatusCode[error.code].value[0]
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=f"havn.{service}", metadata={"reference": reference})
    if isinstance(error, StateNotAllowed) and error.rule:
        info.metadata["rule"] = error.rule
    details = [_packed(info)]
    if isinstance(error, BadInput):
        details.append(_packed(_bad_request(error)))
    if error.retry_seconds:
        delay = error_details_pb2.RetryInfo()
        # Rounded up: who comes again after no time at all is refused once more.
        delay.retry_delay.FromMilliseconds(math.ceil(error.retry_seconds * 1000))
        details.append(_packed(delay))
    return status_pb2.Status(code=code, message=str(error)[:MOST_TEXT], details=details)


def told(error: Exception, reference: str) -> HavnError:
    """What a caller is told of an error: of one that is no refusal only what kind it is, or a reference."""
    if isinstance(error, HavnError):
        return error
    if isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlinePassed("another service of Havn was not done in time: try again with a later deadline")
    if isinstance(error, grpc.aio.AioRpcError) and error.code() in _PEER_AWAY:
        return PeerAway()
    return HavnError(f"a fault in Havn; tell the operator the reference {reference}")


def _bad_request(error: BadInput) -> error_details_pb2.BadRequest:
    """The problems, as many as an answer can carry."""
    told = error_details_pb2.BadRequest()
    for problem in error.problems:
        told.field_violations.add(field=problem.field, description=problem.description)
        if told.ByteSize() > MOST_DETAIL_BYTES:
            told.field_violations.pop()
            break
    return told


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
