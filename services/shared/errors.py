"""Everything that Havn refuses, and nothing else.

    HavnError                 code                   reason
    ├── TokenMissing          UNAUTHENTICATED        TOKEN_MISSING
    ├── TokenInvalid          UNAUTHENTICATED        TOKEN_INVALID
    ├── TokenRevoked          UNAUTHENTICATED        TOKEN_REVOKED
    ├── RoleNotAllowed        PERMISSION_DENIED      ROLE_NOT_ALLOWED
    ├── DeadlineInvalid       INVALID_ARGUMENT       DEADLINE_INVALID
    ├── DeadlinePassed        DEADLINE_EXCEEDED      DEADLINE_PASSED
    ├── BadInput              INVALID_ARGUMENT       FIELD_INVALID
    ├── NotFound              NOT_FOUND              NOT_FOUND
    ├── NameTaken             ALREADY_EXISTS         NAME_TAKEN
    ├── EtagStale             ABORTED                ETAG_STALE
    ├── RequestIdReused       ALREADY_EXISTS         REQUEST_ID_REUSED
    ├── StateNotAllowed       FAILED_PRECONDITION    STATE_NOT_ALLOWED
    ├── TooManyCalls          RESOURCE_EXHAUSTED     TOO_MANY_CALLS
    ├── OutboxFull            RESOURCE_EXHAUSTED     OUTBOX_FULL
    ├── ServiceEnding         UNAVAILABLE            SERVICE_ENDING
    ├── PeerAway              UNAVAILABLE            PEER_AWAY
    ├── DatabaseAway          UNAVAILABLE            DATABASE_AWAY
    └── NatsAway              UNAVAILABLE            NATS_AWAY

Raised where the fact is known, mapped to a gRPC status once, in `services.shared.status`. Messages tell what to
change and hold no personal data: names of records may stand in them, values of fields may not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z]{1,40}(/[A-Za-z0-9-]{1,40}){1,5}")
_CPR = re.compile(r"[0-9]{6}-?[0-9]{4}")


@dataclass(frozen=True)
class FieldProblem:
    """A field by its path, such as "approval.place_count", and what is allowed there."""

    field: str
    description: str


class HavnError(Exception):
    """A refusal. `code` is the name of a gRPC status code, `reason` of an ErrorReason."""

    code = "INTERNAL"
    reason = "INTERNAL"
    retry_seconds = 0.0
    """When the same call may pass; 0 where time changes nothing, or where nobody knows."""


class TokenMissing(HavnError):
    """No token came with the call."""

    code, reason = "UNAUTHENTICATED", "TOKEN_MISSING"


class TokenInvalid(HavnError):
    """The token is forged, expired or for another audience."""

    code, reason = "UNAUTHENTICATED", "TOKEN_INVALID"


class TokenRevoked(HavnError):
    """The token, or all that its caller was given until a moment, was revoked."""

    code, reason = "UNAUTHENTICATED", "TOKEN_REVOKED"

    def __init__(self, subject: str) -> None:
        super().__init__("the token was revoked: get a new one")
        self.subject = subject


class RoleNotAllowed(HavnError):
    """The caller's roles may not call this RPC."""

    code, reason = "PERMISSION_DENIED", "ROLE_NOT_ALLOWED"


class DeadlineInvalid(HavnError):
    """The call has no deadline."""

    code, reason = "INVALID_ARGUMENT", "DEADLINE_INVALID"


class DeadlinePassed(HavnError):
    """The work was not done by the deadline."""

    code, reason = "DEADLINE_EXCEEDED", "DEADLINE_PASSED"


class BadInput(HavnError):
    """One or more fields are missing or wrong."""

    code, reason = "INVALID_ARGUMENT", "FIELD_INVALID"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.description}" for problem in problems[:20]))
        self.problems = tuple(problems)

    @classmethod
    def of(cls, field: str, description: str) -> "BadInput":
        """The refusal of one field."""
        return cls([FieldProblem(field, description)])


class NotFound(HavnError):
    """No such name in the caller's scope; it may exist outside it."""

    code, reason = "NOT_FOUND", "NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no {_quoted(name)} that you may see")


class NameTaken(HavnError):
    """A record of that name exists."""

    code, reason = "ALREADY_EXISTS", "NAME_TAKEN"

    def __init__(self, name: str) -> None:
        super().__init__(f"{_quoted(name)} exists already: choose another id, or leave it empty")


class EtagStale(HavnError):
    """The record changed since it was read."""

    code, reason = "ABORTED", "ETAG_STALE"

    def __init__(self, name: str) -> None:
        super().__init__(f"{_quoted(name)} changed since you read it: read it again and repeat the change")


class RequestIdReused(HavnError):
    """The request_id was used for another content, or under another scope."""

    code, reason = "ALREADY_EXISTS", "REQUEST_ID_REUSED"

    def __init__(self) -> None:
        super().__init__("this request_id was used for another content: make a new one")


class StateNotAllowed(HavnError):
    """The record's state does not allow it. `rule` is the number in docs/rules.md of what speaks against it."""

    code, reason = "FAILED_PRECONDITION", "STATE_NOT_ALLOWED"

    def __init__(self, told: str, rule: str = "") -> None:
        super().__init__(told)
        self.rule = rule


class TooManyCalls(HavnError):
    """The service, or what one caller may ask of it, is used up for a moment."""

    code, reason = "RESOURCE_EXHAUSTED", "TOO_MANY_CALLS"

    def __init__(self, told: str, retry_seconds: float) -> None:
        super().__init__(told)
        self.retry_seconds = retry_seconds


class OutboxFull(HavnError):
    """So many events wait to be sent that no more may come: the disk would be next."""

    code, reason = "RESOURCE_EXHAUSTED", "OUTBOX_FULL"
    retry_seconds = 10.0

    def __init__(self) -> None:
        super().__init__("too many events wait to be sent: nothing can be changed until NATS takes them")


class PeerAway(HavnError):
    """A service that is needed for the answer does not answer."""

    code, reason = "UNAVAILABLE", "PEER_AWAY"

    def __init__(self) -> None:
        super().__init__("another service of Havn does not answer: try again in a moment")


class ServiceEnding(HavnError):
    """The service ended before the call was done; another replica, or the next start, answers it."""

    code, reason = "UNAVAILABLE", "SERVICE_ENDING"

    def __init__(self) -> None:
        super().__init__("the service ends: try again, with the same request_id")


class DatabaseAway(HavnError):
    """The service's database is away, full or overrun; what was asked may or may not have been done."""

    code, reason = "UNAVAILABLE", "DATABASE_AWAY"

    def __init__(self) -> None:
        super().__init__("the records can't be reached now: try again, with the same request_id")


class NatsAway(HavnError):
    """NATS is away, and with it what was asked for."""

    code, reason = "UNAVAILABLE", "NATS_AWAY"


def _quoted(name: str) -> str:
    """A name as errors tell it; what does not look like one may be anything that somebody typed."""
    told = _NAME.fullmatch(name) and not any(_CPR.fullmatch(part) for part in name.split("/"))
    return repr(name) if told else "record of that name"
