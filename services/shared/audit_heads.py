"""The end of the audit trail, signed, to be kept elsewhere: it shows that nothing was cut off or written anew."""

import asyncio
from collections.abc import Iterable

import structlog

from havn.audit.v1 import audit_pb2 as pb
from services.shared import audit, wire
from services.shared.access import Signer, Verifier
from services.shared.audit import Fault, Link
from services.shared.clock import Clock
from services.shared.database import Database
from services.shared.errors import BadInput
from services.shared.tables import AuditRow

log = structlog.get_logger()

DAY_SECONDS = 24 * 3600.0

KIND = "havn-audit-head"
"""In the head of the JWS: a token is no head, and a head is no token."""


class Heads:
    """Signs and opens the heads of one service's trail."""

    def __init__(self, service: str, signer: Signer, clock: Clock) -> None:
        self._service = service
        self._signer = signer
        self._verifier: Verifier = signer.verifier()
        self._clock = clock

    def head(self, end: Link) -> pb.AuditHead:
        """The head at the end of a trail."""
        now = self._clock.now()
        claims = {"service": self._service, "sequence": end.sequence, "hash": end.hash.hex(), "time": now.isoformat()}
        return pb.AuditHead(
            service=self._service,
            sequence=end.sequence,
            hash=end.hash,
            time=wire.timestamp(now),
            signed=self._signer.signed(KIND, claims),
        )

    def opened(self, kept: str) -> Link:
        """The row that a kept head names. Raises BadInput for one that was not signed for this service."""
        claims = self._verifier.opened(KIND, kept)
        if claims.get("service") != self._service:
            raise BadInput.of("kept_head", f"must be a head of {self._service} that was signed with its key for tokens")
        return Link(int(str(claims["sequence"])), bytes.fromhex(str(claims["hash"])))

    async def tell_daily(self, database: Database) -> None:
        """Logs the head now and each day: logs are kept elsewhere."""
        while True:
            head = self.head(await database.read(audit.head))
            log.info("audit.head", service=self._service, sequence=head.sequence, head=head.signed)
            await asyncio.sleep(DAY_SECONDS)


def fault_of_rewritten(rows: Iterable[AuditRow], kept: Link) -> Fault | None:
    """The fault where the row that a kept head names is among these, and is another one now."""
    rewritten = any(row.sequence == kept.sequence and row.hash != kept.hash for row in rows)
    return Fault(kept.sequence, missing=False) if rewritten else None
