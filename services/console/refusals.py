"""What a service refused, in words for whoever looks: what happened, and what to do."""

from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.console.languages import N_, gettext


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
        return gettext(self._words[0])

    @property
    def advice(self) -> str:
        """What to do."""
        return gettext(self._words[1])

    @property
    def _words(self) -> tuple[str, str]:
        return BY_RULE.get(self.rule) or BY_REASON.get(self.reason, AWAY)


BY_RULE = {
    "O2": (
        N_("The last place went to another child meanwhile"),
        N_("Nobody was asked. Find suggestions again: they show what is free now."),
    ),
    "O3": (
        N_("A home is being asked for the child already"),
        N_("Await its answer among the homes asked, or take that question back first."),
    ),
    "O5": (
        N_("The siblings of the child are to be asked for differently"),
        N_("Nobody was asked. Find suggestions again: they tell which siblings go along."),
    ),
    "O10": (
        N_("The central list assigns the places here"),
        N_("Nobody was asked. Apply to the central list for the child, and for each sibling that goes along."),
    ),
    "O11": (
        N_("The central list has not assigned this place to the child yet"),
        N_("Nobody was asked. The application stands on the central list: await it, or ask another home meanwhile."),
    ),
    "W10": (
        N_("This place can't be assigned any more"),
        N_("It was assigned or held meanwhile, or is reported free no more. The list below shows what is free now."),
    ),
    "W11": (
        N_("This can't be done with the place now"),
        N_(
            "A place is assigned already, or its municipality asks for it just now. "
            "Open the central list to see how it stands."
        ),
    ),
    "O9": (
        N_("The question is over already"),
        N_("It was answered, taken back or not answered in time. Open the homes asked to see how it stands."),
    ),
    "B7": (
        N_("Something is written of this day already"),
        N_("Nothing was saved. Open the child, and correct what stands there: it stays beside the correction."),
    ),
    "F2": (
        N_("The family stands elsewhere on its way by now"),
        N_("Nothing was saved. Open the family to see what may be done with it now."),
    ),
    "F3": (
        N_("The assessment is not complete yet"),
        N_(
            "Nothing was approved. It takes a note on each of the five competences, the visits to the home, "
            "who saw the certificates, and none of those missing or too old."
        ),
    ),
    "F7": (
        N_("Nothing is open about this any more"),
        N_("Somebody settled it, or nobody said anything. Open the family to see how it stands."),
    ),
    "K9": (
        N_("Somebody said already what became of it"),
        N_("Nothing was saved. It stands among those done or not done."),
    ),
    "K15": (
        N_("The support was ended already"),
        N_("Nothing was saved. Open the family to see when it ended, and why."),
    ),
    "R2": (
        N_("The home can't take anybody on that day"),
        N_("Its approval ends, or it has a pause. Nobody was asked. Find suggestions again for the others."),
    ),
    "R8": (
        N_("The child is protected from this home or its town"),
        N_("Nobody was asked. Find suggestions again for the others, or talk with the child's caseworker."),
    ),
    "R15": (
        N_("The place is not ours to use"),
        N_("There is no agreement on it any more. Nobody was asked. Find suggestions again for the others."),
    ),
}
"""What happened and what to do, by the rule that a service names."""

BY_REASON = {
    "FIELD_INVALID": (N_("Something is missing or wrong"), N_("Correct what is marked and try again.")),
    "NOT_FOUND": (
        N_("This is not here"),
        N_("It does not exist, or it belongs to somebody else. Go back and open it from a list."),
    ),
    "ROLE_NOT_ALLOWED": (
        N_("This is not for your role"),
        N_("Ask your leader if you need it, or choose another page in the menu."),
    ),
    "ETAG_STALE": (
        N_("Somebody changed it meanwhile"),
        N_("Your change was not saved. Read it as it is now, and change it again if it is still needed."),
    ),
    "STATE_NOT_ALLOWED": (
        N_("This can't be done any more"),
        N_("Somebody else was first, or it is over already. Open the list to see how it stands now."),
    ),
    "REQUEST_ID_REUSED": (
        N_("This form was sent before with another content"),
        N_("What you sent first is saved. Open the page anew to send something else."),
    ),
    "DRAFT_KEPT_ELSEWHERE": (
        N_("Another draft of this follow-up is kept already"),
        N_(
            "You wrote it before, perhaps on another device. Nothing is lost: what you typed now stands in the form, "
            "and what the other one says otherwise stands here. Keep as a draft again to put this one in its place."
        ),
    ),
    "TOO_MANY_CALLS": (N_("Too much at once"), N_("Wait a few seconds and try again. Nothing was lost.")),
    "FORM_OUTDATED": (
        N_("This form is from another login"),
        N_("Nothing was saved. Go back, copy what you wrote, open the page anew and paste it."),
    ),
    "TOO_MUCH_FOR_A_FILE": (
        N_("There is more than one file holds"),
        N_("Nothing was exported. Choose fewer days, or a child or person."),
    ),
    "PAGE_UNKNOWN": (N_("There is no such page"), N_("Check the address, or choose a page in the menu.")),
}
"""The same by the reason alone."""

AWAY = (
    N_("Havn can't answer just now"),
    N_("Nothing was lost. Try again in a moment; if it goes on, tell those who run Havn."),
)
"""Of every other reason."""


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
