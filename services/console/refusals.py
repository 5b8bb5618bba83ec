"""What a service refused, in words for whoever looks: what happened, and what to do."""

from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.console.languages import gettext
from services.console.languages import gettext as _


@dataclass(frozen=True)
class Refusal:
    """A refusal as a page tells it. `fields` says by their paths what is wrong with what was filled in."""

    status: int
    reason: str
    reference: str = ""
    fields: dict[str, str] | None = None
    rule: str = ""
    """The number in docs/rules.md of what speaks against it; empty where a service names none."""

    @property
    def title(self) -> str:
        """What happened."""
        return _words(self.reason, self.rule)[0]

    @property
    def advice(self) -> str:
        """What to do."""
        return _words(self.reason, self.rule)[1]


STATUSES = {
    "INVALID_ARGUMENT": 422,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""HTTP's status for gRPC's; any other is a fault, 500."""


def refusal(error: grpc.aio.AioRpcError) -> Refusal:
    """What a service's error tells."""
    code = error.code().name
    info, bad = _details(error)
    fields = {each.field: gettext(each.description) for each in bad.field_violations}
    reference, rule = info.metadata.get("reference", ""), info.metadata.get("rule", "")
    return Refusal(STATUSES.get(code, 500), info.reason or code, reference, fields, rule)


def _details(error: grpc.aio.AioRpcError) -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest]:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    told = rpc_status.from_call(error)  # type: ignore[arg-type]  # it takes what an AioRpcError has
    for detail in told.details if told else ():
        detail.Unpack(info)
        detail.Unpack(bad)
    return info, bad


def _words(reason: str, rule: str) -> tuple[str, str]:
    """What happened, and what to do."""
    by_rule = {
        "O2": (
            _("The last place went to another child meanwhile"),
            _("Nobody was asked. Find suggestions again: they show what is free now."),
        ),
        "O3": (
            _("A home is being asked for the child already"),
            _("Await its answer among the homes asked, or take that question back first."),
        ),
        "O5": (
            _("The siblings of the child are to be asked for differently"),
            _("Nobody was asked. Find suggestions again: they tell which siblings go along."),
        ),
        "O9": (
            _("The question is over already"),
            _("It was answered, taken back or not answered in time. Open the homes asked to see how it stands."),
        ),
        "R2": (
            _("The home can't take anybody on that day"),
            _("Its approval ends, or it has a pause. Nobody was asked. Find suggestions again for the others."),
        ),
        "R8": (
            _("The child is protected from this home or its town"),
            _("Nobody was asked. Find suggestions again for the others, or talk with the child's caseworker."),
        ),
        "R15": (
            _("The place is not ours to use"),
            _("There is no agreement on it any more. Nobody was asked. Find suggestions again for the others."),
        ),
    }
    if rule in by_rule:
        return by_rule[rule]
    known = {
        "FIELD_INVALID": (_("Something is missing or wrong"), _("Correct what is marked and try again.")),
        "NOT_FOUND": (
            _("This is not here"),
            _("It does not exist, or it belongs to somebody else. Go back and open it from a list."),
        ),
        "ROLE_NOT_ALLOWED": (
            _("This is not for your role"),
            _("Ask your leader if you need it, or choose another page in the menu."),
        ),
        "ETAG_STALE": (
            _("Somebody changed it meanwhile"),
            _("Your change was not saved. Read it as it is now, and change it again if it is still needed."),
        ),
        "STATE_NOT_ALLOWED": (
            _("This can't be done any more"),
            _("Somebody else was first, or it is over already. Open the list to see how it stands now."),
        ),
        "REQUEST_ID_REUSED": (
            _("This form was sent before with another content"),
            _("What you sent first is saved. Open the page anew to send something else."),
        ),
        "TOO_MANY_CALLS": (_("Too much at once"), _("Wait a few seconds and try again. Nothing was lost.")),
        "FORM_OUTDATED": (
            _("This form is from another login"),
            _("Nothing was saved. Go back, copy what you wrote, open the page anew and paste it."),
        ),
        "PAGE_UNKNOWN": (_("There is no such page"), _("Check the address, or choose a page in the menu.")),
    }
    away = (
        _("Havn can't answer just now"),
        _("Nothing was lost. Try again in a moment; if it goes on, tell those who run Havn."),
    )
    return known.get(reason, away)
