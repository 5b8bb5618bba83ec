"""Turns what a service refused into what a command tells."""

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.havn.commands.failures import Failed, FieldFault

AWAY = "A service of Havn does not answer. See: havn status"
LATE = "A service of Havn did not answer in time. Try again, and see: havn status"


def failed(error: grpc.RpcError) -> Failed:
    """The refusal in words, with its fields and the reference to quote."""
    if not isinstance(error, grpc.Call):
        return Failed(str(error), code="UNKNOWN")
    code, message = error.code(), error.details() or ""
    info, fields = _details(error)
    if not info.reason:
        message = {grpc.StatusCode.UNAVAILABLE: AWAY, grpc.StatusCode.DEADLINE_EXCEEDED: LATE}.get(code, message)
    return Failed(message, code.name, info.reason, fields, info.metadata.get("reference", ""))


def _details(error: grpc.Call) -> tuple[error_details_pb2.ErrorInfo, tuple[FieldFault, ...]]:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    told = rpc_status.from_call(error)
    for detail in told.details if told else ():
        detail.Unpack(info)
        detail.Unpack(bad)
    return info, tuple(FieldFault(each.field, each.description) for each in bad.field_violations)
