"""Refusals as gRPC statuses: the one place where an error meets the wire."""

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from services.shared.errors import BadInput, HavnError

# gRPC drops an answer whose metadata exceed 8 KB. The text travels twice and the details grow by a third on the way.
MOST_TEXT = 1_000
MOST_DETAIL_BYTES = 3_000


def status(error: HavnError, service: str, reference: str) -> status_pb2.Status:
    """The status with one ErrorInfo and, for fields, a BadRequest. `service` is such as "placements"."""
    code: int = grpc.StatusCode[error.code].value[0]
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=f"havn.{service}", metadata={"reference": reference})
    details = [_packed(info)]
    if isinstance(error, BadInput):
        details.append(_packed(_bad_request(error)))
    return status_pb2.Status(code=code, message=str(error)[:MOST_TEXT], details=details)


def internal(service: str, reference: str) -> status_pb2.Status:
    """The status of a fault: nothing but a reference leaves."""
    return status(HavnError(f"a fault in Havn; tell the operator the reference {reference}"), service, reference)


def _bad_request(error: BadInput) -> error_details_pb2.BadRequest:
    """The problems, as many as an answer can carry."""
    told = error_details_pb2.BadRequest()
    for problem in error.problems:
        told.field_violations.add(field=problem.field, description=problem.description)
        if told.ByteSize() > MOST_DETAIL_BYTES:
            told.field_violations.pop()
            break
    return told


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
