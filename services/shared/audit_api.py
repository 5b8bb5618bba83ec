"""The RPCs of the audit trail, which every service has for its own."""

import re
from collections.abc import AsyncIterator, Callable
from functools import partial

import grpc
from google.protobuf.descriptor import ServiceDescriptor

from havn.audit.v1 import audit_pb2 as pb
from havn.audit.v1 import audit_pb2_grpc as rpc
from services.shared import audit, audit_rows
from services.shared.audit import START, Fault, Link
from services.shared.audit_heads import Heads, fault_of_rewritten
from services.shared.call import current
from services.shared.database import Database
from services.shared.errors import BadInput
from services.shared.records import after, next_token, page_size
from services.shared.server import Context

CHUNK = 1_000
"""Rows that are checked at a time."""

_SEQUENCE = re.compile(r"[0-9]{1,18}")


class AuditApi(rpc.AuditServiceServicer):
    """Who saw and changed what in one service."""

    def __init__(self, database: Database, heads: Heads) -> None:
        self._database = database
        self._heads = heads

    def answers(self) -> tuple[ServiceDescriptor, Callable[[grpc.aio.Server], None]]:
        """Its RPCs, and how they are registered beside a service's own."""
        descriptor = pb.DESCRIPTOR.services_by_name["AuditService"]
        return descriptor, lambda server: rpc.add_AuditServiceServicer_to_server(self, server)

    async def ListAuditRows(self, request: pb.ListAuditRowsRequest, context: Context) -> pb.ListAuditRowsResponse:
        """A page of rows."""
        size, begun, caller = page_size(request.page_size), after(request.page_token) or "0", current().caller
        if not _SEQUENCE.fullmatch(begun):
            raise BadInput.of("page_token", "must be the next_page_token of the answer before, or empty")
        _require_possible(request)
        begin = int(begun) or request.before_sequence
        page = await self._database.read(lambda session: audit_rows.page(session, caller, request, begin, size))
        token = next_token(str(page.end)) if page.goes_on else ""
        return pb.ListAuditRowsResponse(rows=page.rows, next_page_token=token)

    async def CheckAudit(self, request: pb.CheckAuditRequest, context: Context) -> AsyncIterator[pb.CheckAuditResponse]:
        """How far the trail is as it was written."""
        kept = self._heads.opened(request.kept_head) if request.kept_head else START
        last = START
        while rows := await self._database.read(partial(audit.after, last=last, most=CHUNK)):
            fault = audit.first_fault(last, rows) or fault_of_rewritten(rows, kept)
            if fault:
                yield _found(fault)
                return
            last = Link(rows[-1].sequence or 0, rows[-1].hash)
            yield pb.CheckAuditResponse(sequence=last.sequence)
        if last.sequence < kept.sequence:
            yield _found(Fault(last.sequence + 1, missing=True))
        else:
            yield pb.CheckAuditResponse(sequence=last.sequence, head=self._heads.head(last))

    async def GetAuditHead(self, request: pb.GetAuditHeadRequest, context: Context) -> pb.AuditHead:
        """The head as it is now."""
        return self._heads.head(await self._database.read(audit.head))


def _require_possible(request: pb.ListAuditRowsRequest) -> None:
    """Passes what can be asked for. Raises BadInput."""
    if not 0 <= request.name_count <= audit_rows.MOST_NAMES:
        raise BadInput.of("name_count", f"must be 0 to {audit_rows.MOST_NAMES:,}")
    if request.before_sequence < 0 or (request.before_sequence and not request.newest_first):
        raise BadInput.of("before_sequence", "must be the sequence of a row, and comes with newest_first")


def _found(fault: Fault) -> pb.CheckAuditResponse:
    kind = pb.AUDIT_FAULT_KIND_MISSING if fault.missing else pb.AUDIT_FAULT_KIND_CHANGED
    found = pb.AuditFault(sequence=fault.sequence, kind=kind)
    return pb.CheckAuditResponse(sequence=fault.sequence - 1, fault=found)
