"""The demo's users: one per role, and a stranger. They exist in the embedded system only."""

from havn.access.v1 import access_pb2
from services.shared import access
from services.shared.access import EVERYWHERE, Caller

MUNICIPALITY = "authorities/sermersooq"


def _caller(name: str, role: str, **scope: str) -> Caller:
    return Caller(f"users/{name}", frozenset({access.role(role)}), **({"authority": MUNICIPALITY} | scope))


USERS = {
    "coordinator": _caller("coordinator", "COORDINATOR"),
    "caseworker": _caller("caseworker", "CASEWORKER"),
    "consultant": _caller("consultant", "CONSULTANT"),
    "institution": _caller(
        "institution", "INSTITUTION", authority="authorities/self-government", institution="institutions/i-nuuk-01"
    ),
    "leader": _caller("leader", "LEADER"),
    "council": _caller("council", "COUNCIL"),
    "foster-family": _caller("foster-family", "FOSTER_FAMILY", home="families/f-001"),
    "central-list": _caller("central-list", "CENTRAL_LIST", authority="authorities/self-government"),
    "committee": _caller("committee", "COMMITTEE"),
    "auditor": _caller("auditor", "AUDITOR"),
    "administrator": _caller("administrator", "ADMINISTRATOR", authority=EVERYWHERE),
    "stranger": Caller("users/stranger"),
}
"""By the name that `--as` takes."""

ROLES = {name: next(iter(caller.roles), access_pb2.ROLE_UNSPECIFIED) for name, caller in USERS.items()}
"""The role of each."""
