"""What the pages are for: told with each call that they make, and to families that they show. docs/rules.md F8."""

from havn.access.v1.access_pb2 import (
    PURPOSE_CASE,
    PURPOSE_FINDING_HOME,
    PURPOSE_FOLLOW_UP,
    PURPOSE_REGISTRY,
    PURPOSE_SUPERVISION,
    PURPOSE_UNSPECIFIED,
    Purpose,
)
from services.shared import purposes
from services.shared.access import Caller

FROM_SUGGESTIONS = "suggestions"
"""In an address, as `from`: the page was opened from suggestions for a child."""

_OF_ROLE = PURPOSE_UNSPECIFIED
_BEGINNINGS: tuple[tuple[str, Purpose.ValueType], ...] = (
    ("/families/{family}/follow-up", PURPOSE_FOLLOW_UP),
    ("/families/{family}/supervision-visit", PURPOSE_SUPERVISION),
    ("/families/{family}/support", PURPOSE_FOLLOW_UP),
    ("/families/{family}/training", PURPOSE_FOLLOW_UP),
    ("/families/{family}/agree", PURPOSE_FOLLOW_UP),
    ("/families/{family}/end-support", PURPOSE_FOLLOW_UP),
    ("/families/{family}/history", _OF_ROLE),
    ("/families/{family}/", PURPOSE_REGISTRY),
    ("/families/{family}", _OF_ROLE),
    ("/families", PURPOSE_FOLLOW_UP),
    ("/applications", PURPOSE_REGISTRY),
    ("/actions", PURPOSE_FOLLOW_UP),
    ("/drafts", PURPOSE_FOLLOW_UP),
    ("/follow-ups", PURPOSE_FOLLOW_UP),
    ("/coverage", PURPOSE_SUPERVISION),
    ("/risk-views", PURPOSE_CASE),
    ("/inquiries", PURPOSE_FINDING_HOME),
    ("/offers", PURPOSE_FINDING_HOME),
    ("/waiting-list", PURPOSE_FINDING_HOME),
)
"""By how the path of a page begins; the first that fits holds, and of others what whoever looks is there for."""


def purpose(path: str, caller: Caller, came_from: str) -> str:
    """What a page of this path is opened for, as calls say it."""
    doing = next((doing for beginning, doing in _BEGINNINGS if path.startswith(beginning)), _OF_ROLE)
    if came_from == FROM_SUGGESTIONS:
        doing = PURPOSE_FINDING_HOME
    return purposes.word(purposes.purpose(caller, doing))
