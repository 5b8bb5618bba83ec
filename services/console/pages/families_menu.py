"""The pages about all families that somebody follows, which lead to each other."""

from services.console.visits import may
from services.shared.access import Caller

SUPPORT = "havn.families.v1.SupportService"
ASKS = {
    "/families": "havn.families.v1.FamiliesService.ListFollowUpsDue",
    "/registry": "havn.families.v1.FamiliesService.ListFosterFamilies",
    # Whoever decides on them.
    "/applications": "havn.families.v1.FamiliesService.RefuseFamily",
    "/actions": f"{SUPPORT}.ListActions",
    "/drafts": f"{SUPPORT}.ListFollowUpDrafts",
    "/coverage": f"{SUPPORT}.GetFollowUpCoverage",
    "/policy": f"{SUPPORT}.GetSupportPolicy",
}
"""The RPC that each asks, by its path."""


def open_paths(caller: Caller) -> frozenset[str]:
    """Those that open to a caller."""
    return frozenset(path for path, asks in ASKS.items() if may(caller, asks))
